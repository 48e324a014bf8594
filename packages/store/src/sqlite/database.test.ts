import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForReading, openForWriting } from './database.ts';

/** https://sqlite.org/pragma.html#pragma_synchronous */
const NORMAL = 1;
const FULL = 2;

let file = '';
let open: Database[] = [];

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'posthorn-database-')), 'books.db');
  open = [];
});

afterEach(() => {
  for (const db of open) db.close();
  rmSync(join(file, '..'), { recursive: true, force: true });
});

function kept(db: Database): Database {
  open.push(db);
  return db;
}

function ask(db: Database, pragma: string): unknown {
  return db.pragma(pragma, { simple: true });
}

test('a commit is on the disk before the 250: synchronous is FULL where letters are written', () => {
  const db = kept(openForWriting(file));
  expect(ask(db, 'synchronous')).toBe(FULL);
  expect(ask(db, 'journal_mode')).toBe('wal');
  expect(ask(db, 'wal_autocheckpoint')).toBe(0);
});

test('and would not be if nobody had asked for it', () => {
  kept(openForWriting(file));
  const plain = kept(new Sqlite(file));
  // The setting belongs to a connection, not to the file.
  ask(plain, 'user_version');
  expect(ask(plain, 'journal_mode')).toBe('wal');
  expect(ask(plain, 'synchronous')).toBe(NORMAL);
});

test('who reads the books cannot write in them', () => {
  kept(openForWriting(file));
  expect(() => kept(openForReading(file)).exec('DELETE FROM account')).toThrow('readonly');
});

test('new books can give pages back to the system', () => {
  const db = kept(openForWriting(file));
  expect(ask(db, 'auto_vacuum')).toBe(2);
});
