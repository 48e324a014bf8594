import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');
const chapters = text.split(/^## /m).slice(1);

function paths(part: string): readonly string[] {
  return Array.from(part.matchAll(/`((?:packages|scripts)\/[\w./-]+)`/g), ([, path]) => path ?? '');
}

test('every test and part that a promise names is there', () => {
  expect(paths(text).length).toBeGreaterThan(15);
  expect(paths(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('each of the six promises names what proves it, and a control that must fail', () => {
  const promises = chapters.filter((chapter) => /^\d/.test(chapter));
  expect(promises.map((chapter) => chapter[0])).toEqual(['1', '2', '3', '4', '5', '6']);
  for (const chapter of promises) {
    const [, proof = '', control = ''] = /^- Proved by ([\s\S]*?)^- Control: ([\s\S]*)$/m.exec(chapter) ?? [];
    expect(paths(proof), chapter).not.toHaveLength(0);
    expect(paths(control), chapter).not.toHaveLength(0);
  }
});

test('every trial and every weakened part is told', () => {
  const trials = globSync('scripts/faults/*.ts', { cwd: root }).filter((path) => readFileSync(join(root, path), 'utf8').includes(': Trial = {'));
  const weakened = globSync('packages/store/src/sqlite/testing/weakened/*-*.ts', { cwd: root });
  expect(trials.length).toBeGreaterThan(3);
  expect([...trials, ...weakened].filter((path) => !paths(text).includes(path.replaceAll('\\', '/')))).toEqual([]);
});
