import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

test('every file and folder that the map names is there', () => {
  const named = Array.from(text.matchAll(/`((?:packages|scripts)\/[\w./-]+)`/g), ([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('the map shows every package on its floor', () => {
  const shown = Array.from(text.matchAll(/^\| (\d) \| `([a-z]+)` \|/gm), ([, floor, name]) => `${name} ${floor}`).toSorted();
  const real = globSync('packages/*/package.json', { cwd: root }).map((path) => {
    const { floor }: { floor: number } = JSON.parse(readFileSync(join(root, path), 'utf8'));
    return `${path.split('/')[1]} ${floor}`;
  }).toSorted();
  expect(shown).toEqual(real);
});

test('every decision is in their list', () => {
  const list = readFileSync(join(root, 'docs/decisions/README.md'), 'utf8');
  for (const path of globSync('docs/decisions/0*.md', { cwd: root })) expect(list).toContain(path.split('/').at(-1));
});
