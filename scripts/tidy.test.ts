import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { blank, breaches } from './tidy.ts';

/** A repository of these files, and what tidy says of it. */
function saidOf(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-tidy-'));
  try {
    const packages = { mail: 0, store: 1, imap: 1 };
    for (const [name, floor] of Object.entries(packages)) {
      write(folder, `packages/${name}/package.json`, JSON.stringify({ name: `@posthorn/${name}`, floor }));
    }
    for (const [file, text] of Object.entries(files)) write(folder, file, text);
    return breaches(folder).map(({ file, line, what }) => `${file}:${line}: ${what}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

const HEADER = '/** A page. */\n';

test('our own house is tidy', () => {
  expect(breaches()).toEqual([]);
});

test('an import may run down, but neither up nor across', () => {
  expect(saidOf({
    'packages/store/src/down.ts': `${HEADER}import { a } from '@posthorn/mail/a.ts';\n`,
    'packages/store/src/across.ts': `${HEADER}import { a } from '@posthorn/imap/a.ts';\n`,
    'packages/mail/src/up.ts': `${HEADER}import {\n  a,\n} from '@posthorn/store/a.ts';\n`,
  })).toEqual([
    'packages/mail/src/up.ts:2: floor 0 imports @posthorn/store/a.ts from floor 1',
    'packages/store/src/across.ts:2: floor 1 imports @posthorn/imap/a.ts from floor 1',
  ]);
});

test('two files that import each other are a loop', () => {
  expect(saidOf({
    'packages/mail/src/a.ts': `${HEADER}import { b } from './b.ts';\n`,
    'packages/mail/src/b.ts': `${HEADER}import { a } from './a.ts';\n`,
  })).toHaveLength(1);
});

test('a file over 600 lines and a function over 70 are told', () => {
  expect(saidOf({
    'packages/mail/src/long.ts': HEADER + 'export const a = 1;\n'.repeat(600),
    'packages/mail/src/tall.ts': `${HEADER}export function tall(\n  a: number,\n): void {\n${'  a;\n'.repeat(70)}}\n`,
    'packages/mail/src/fine.ts': `${HEADER}export function fine(): void {\n${'  1;\n'.repeat(60)}}\n\nexport function alsoFine(): void {\n${'  1;\n'.repeat(60)}}\n`,
  })).toEqual([
    'packages/mail/src/long.ts:1: 601 lines, over 600',
    'packages/mail/src/tall.ts:2: a function of 74 lines: export function tall(',
  ]);
});

test('time, chance and the system have homes', () => {
  expect(saidOf({
    'packages/store/src/clock.ts': `${HEADER}// Date.now is not for us\nexport const now = Date.now();\n`,
    'packages/store/src/sql.ts': `${HEADER}db.prepare('SELECT a FROM b');\n`,
    'packages/store/src/sqlite/sql.ts': `${HEADER}db.prepare('SELECT a FROM b');\n`,
    'packages/mail/src/file.ts': `${HEADER}import { readFileSync } from 'node:fs';\n`,
  })).toEqual([
    'packages/mail/src/file.ts:2: a pure package imports node:fs',
    'packages/mail/src/file.ts:2: the file system outside its home',
    'packages/store/src/clock.ts:3: wall time outside its home',
    'packages/store/src/sql.ts:2: SQL outside its home',
  ]);
});

test('each page has a header, no promises and well-formed references', () => {
  expect(saidOf({
    'packages/mail/src/bare.ts': 'export const a = 1;\n',
    'packages/mail/src/later.ts': `${HEADER}// TODO: write this. RFC5321 says how.\n`,
  })).toEqual([
    'packages/mail/src/bare.ts:1: has no header that says what it is for',
    'packages/mail/src/later.ts:2: a promise instead of a deed',
    'packages/mail/src/later.ts:2: a malformed RFC reference (write: RFC 5321 §4.1.2)',
  ]);
});

test('words in strings and comments are not code', () => {
  expect(blank("a('x // y'); // Date.now\nb")).toBe('a(        );            \nb');
});
