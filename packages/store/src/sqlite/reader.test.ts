import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreFault } from '../store.ts';
import { openForReading, openForWriting } from './database.ts';
import { type Query, Reader } from './reader.ts';

let folder = '';
let writing: Database;
let reading: Database;
let reader: Reader;
let last: Query<[], { last: number | null }>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-reader-'));
  writing = openForWriting(join(folder, 'books.db'));
  reading = openForReading(join(folder, 'books.db'));
  reader = new Reader(reading);
  last = reader.prepare('SELECT max(last) AS last FROM sequence');
});

afterEach(() => {
  reading.close();
  writing.close();
  rmSync(folder, { recursive: true, force: true });
});

function commit(number: number): void {
  writing.prepare(`INSERT INTO sequence (name, last) VALUES (?, ?)`).run(`${number}`, number);
}

test('what is read at once is of one moment, whatever is committed meanwhile', () => {
  commit(1);
  const seen = reader.atOnce(() => {
    const before = last.get()?.last;
    commit(2);
    return [before, last.get()?.last];
  });
  expect(seen).toEqual([1, 1]);
  expect(last.get()?.last).toBe(2);
});

test('a reading that stumbles does not hold on to its moment', () => {
  commit(1);
  expect(() => reader.atOnce(() => {
    last.get();
    throw new Error('stumbled');
  })).toThrow('stumbled');
  commit(2);
  expect(last.get()?.last).toBe(2);
  expect(reader.atOnce(() => last.get()?.last)).toBe(2);
});

test('books that cannot be read are a fault', () => {
  reading.close();
  expect(() => last.get()).toThrow(StoreFault);
  expect(() => reader.atOnce(() => 1)).toThrow(StoreFault);
});
