import { randomBytes } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, SqliteError } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountId, letterId, mailboxId } from '../../ids.ts';
import { openForWriting } from '../database.ts';
import type { AcceptRequest, Request } from '../requests.ts';
import { type GroupReply, Writer } from './writer.ts';

const DAY = 24 * 60 * 60 * 1000;

let db: Database;
let writer: Writer;
let removed: string[];

beforeEach(() => {
  db = openForWriting(':memory:');
  removed = [];
  writer = new Writer(db, { removeFile: (name) => removed.push(name), isPacking: true, shelved: ['known', 'orphan'], retention: { ledgerMs: 10 * DAY, undeleteMs: DAY } });
  writer.run([{ kind: 'account-add', address: 'eve@elm.test', at: 0, credentials: null }]);
});

afterEach(() => {
  db.close();
});

function letter(id: string, parts: Partial<AcceptRequest['content']> = {}): AcceptRequest {
  const octets = parts.octets === undefined ? Buffer.alloc(100) : parts.octets;
  return {
    kind: 'accept',
    content: {
      letter: letterId(id), size: octets?.length ?? 0, sha256: Buffer.alloc(32), octets, file: null, frames: null, encoding: 'identity', cuts: null, summary: '{}', checksum: 0, ...parts,
    },
    prefixes: Buffer.alloc(0),
    placements: [{
      account: accountId(1), mailbox: 'INBOX', flags: { bits: 0, keywords: null }, prefixStart: 0, prefixEnd: 0, octets: 100, internalDate: 0, checksum: 0,
    }],
    note: { letter: letterId(id), at: 0, sender: '', recipients: '[]', messageId: null, subject: null, octets: 100, entries: '[]', retry: null },
    spool: null, ledger: [], beliefs: [], concludes: null,
  };
}

function codes({ outcomes }: GroupReply): readonly string[] {
  return outcomes.map((outcome) => (outcome.isDone ? 'done' : outcome.failure.code));
}

function count(table: string): number {
  return Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
}

/** Does all that can wait. */
function tidy(now: number): void {
  for (let steps = 0; writer.tidy(now); steps += 1) if (steps > 1000) throw new Error('tidying never ends');
}

test('a letter too large for the disk is a fault of its own; its neighbours in the group are stored', () => {
  const pages = Number(db.pragma('page_count', { simple: true }));
  db.pragma(`max_page_count = ${pages + 40}`);
  const group = [letter('one'), letter('huge', { octets: Buffer.alloc(1_000_000) }), letter('two')];
  const reply = writer.run(group);
  expect(codes(reply)).toEqual(['done', 'SQLITE_FULL', 'done']);
  expect(reply.outcomes[1]).toMatchObject({ failure: { isFault: true } });
  expect(reply.changes).toHaveLength(2);
  expect(db.prepare('SELECT uid FROM message ORDER BY uid').pluck().all()).toEqual([1, 2]);
  expect(count('content')).toBe(2);
  expect(db.inTransaction).toBe(false);
});

test('when nothing fits any more everything faults, and when there is room again letters are stored', () => {
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  const huge = (id: string): Request => letter(id, { octets: Buffer.alloc(60_000) });
  expect(codes(writer.run([huge('one'), huge('two')]))).toEqual(['SQLITE_FULL', 'SQLITE_FULL']);
  db.pragma('max_page_count = 100000');
  expect(codes(writer.run([huge('one'), huge('two')]))).toEqual(['done', 'done']);
});

/** The same database, of which the disk fails at every commit. */
function onFailingDisk(code: string): Writer {
  const failing = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => (sql === 'COMMIT' ? { run: () => { throw new SqliteError('disk I/O error', code); } } : target.prepare(sql));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new Writer(failing, { removeFile: () => {}, isPacking: false, shelved: [], retention: { ledgerMs: DAY, undeleteMs: DAY } });
}

test('after a failed sync nothing is tried again and nothing is answered: nobody knows what the disk has', () => {
  const broken = onFailingDisk('SQLITE_IOERR_FSYNC');
  expect(broken.run([letter('one'), letter('two')])).toEqual({ outcomes: [], changes: [] });
  expect(broken.broken).toMatchObject({ code: 'SQLITE_IOERR_FSYNC', isFault: true });
  expect([count('content'), db.inTransaction]).toEqual([0, false]);
});

test('a disk that cannot be read breaks no writer: each is told, and asks again', () => {
  const reading = onFailingDisk('SQLITE_IOERR_READ');
  expect(codes(reading.run([letter('one'), letter('two')]))).toEqual(['SQLITE_IOERR_READ', 'SQLITE_IOERR_READ']);
  expect(reading.broken).toBeUndefined();
});

test('a mistake of ours is told apart from a fault of the disk', () => {
  const wrong = { ...letter('one'), placements: letter('one').placements.map((placement) => ({ ...placement, account: accountId(77) })) };
  const { outcomes } = writer.run([wrong, letter('two')]);
  expect(outcomes).toMatchObject([{ isDone: false, failure: { isFault: false } }, { isDone: true }]);
  expect(count('content')).toBe(1);
});

test('what nobody uses any more is swept away, with its file', () => {
  writer.run([letter('small'), letter('large', { octets: null, file: 'large', frames: Buffer.alloc(4) })]);
  const key = { account: accountId(1), mailbox: mailboxId(1) };
  writer.run([{ kind: 'mailbox-create', account: key.account, name: 'Work', at: 0, specialUse: null }]);
  const work = mailboxId(Number(db.prepare(`SELECT id FROM mailbox WHERE name = 'Work'`).pluck().get()));
  const uids = db.prepare<[], { uid: never }>('SELECT uid FROM message').all().map(({ uid }) => uid);
  writer.run([{ kind: 'move', ...key, uids, target: work, targetAccount: key.account, at: 0, limits: null, without: null }]);
  tidy(0);
  expect([count('content'), count('message')]).toEqual([2, 2]);
  removed = [];
  writer.run([{ kind: 'mailbox-remove', account: key.account, name: 'Work', at: 0 }]);
  tidy(DAY);
  expect([count('content'), count('message')]).toEqual([2, 2]);
  tidy(DAY + 1);
  expect(['content', 'shared', 'unused', 'message', 'doomed', 'gone', 'removed_mailbox', 'vanished'].map(count)).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
  expect(removed).toEqual(['large']);
});

test('the octets of what was expunged stay for ten minutes even where nothing can be put back', () => {
  const strict = new Writer(db, { removeFile: () => {}, isPacking: false, shelved: [], retention: { ledgerMs: DAY, undeleteMs: 0 } });
  strict.run([letter('one')]);
  const key = { account: accountId(1), mailbox: mailboxId(1) };
  const uids = db.prepare<[], { uid: never }>('SELECT uid FROM message').all().map(({ uid }) => uid);
  strict.run([{ kind: 'flags', ...key, uids, how: 'add', flags: { bits: 8, keywords: null }, unchangedSince: null, without: null, at: 0 }, { kind: 'expunge', ...key, uids, at: 0 }]);
  while (strict.tidy(10 * 60_000)) expect(count('content')).toBe(1);
  while (strict.tidy(10 * 60_000 + 1));
  expect([count('content'), count('gone')]).toEqual([0, 0]);
});

test('a copied content is swept when the last copy goes', () => {
  writer.run([letter('one')]);
  const key = { account: accountId(1), mailbox: mailboxId(1) };
  const uids = db.prepare<[], { uid: never }>('SELECT uid FROM message').all().map(({ uid }) => uid);
  writer.run([{ kind: 'copy', limits: null, without: null, ...key, uids, target: mailboxId(2), targetAccount: key.account, at: 0 }]);
  writer.run([{ kind: 'flags', ...key, uids, how: 'add', flags: { bits: 8, keywords: null }, unchangedSince: null, without: null, at: 0 }]);
  writer.run([{ kind: 'expunge', ...key, uids, at: 0 }]);
  tidy(0);
  expect(count('content')).toBe(1);
  writer.run([{ kind: 'account-remove', account: key.account }]);
  tidy(0);
  expect(['content', 'shared', 'unused', 'message', 'mailbox'].map(count)).toEqual([0, 0, 0, 0, 0]);
});

test('of what lies on the shelf at the start, only what a letter knows stays', () => {
  writer.run([letter('known', { octets: null, file: 'known', frames: Buffer.alloc(4) })]);
  tidy(0);
  expect(removed).toEqual(['orphan']);
});

test('the ledger forgets what is older than it should remember, and how it was found', () => {
  writer.run([letter('one')]);
  writer.run([{ kind: 'conclude', letter: letterId('one'), ledger: [] }]);
  tidy(9 * DAY);
  expect([count('note'), count('note_key')]).toEqual([1, 1]);
  tidy(11 * DAY);
  expect([count('note'), count('note_key'), count('ledger')]).toEqual([0, 0, 0]);
});

test('pages that nothing uses go back to the system, a few at a time, but for some that will be used again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-vacuum-'));
  const file = openForWriting(join(folder, 'books.db'));
  const keeper = new Writer(file, { removeFile: () => {}, shelved: [], isPacking: false, retention: { ledgerMs: DAY, undeleteMs: 0 } });
  keeper.run([{ kind: 'account-add', address: 'eve@elm.test', at: 0, credentials: null }]);
  keeper.run(Array.from({ length: 250 }, (_, number) => letter(`large${number}`, { octets: Buffer.alloc(100_000, `${number}`) })));
  const pages = (): number => Number(file.pragma('page_count', { simple: true }));
  const full = pages();
  keeper.run([{ kind: 'account-remove', account: accountId(1) }]);
  const sizes = [full];
  while (keeper.tidy(DAY)) sizes.push(pages());
  expect(full).toBeGreaterThan(5000);
  expect(pages()).toBeLessThan(full - 500);
  expect(Number(file.pragma('freelist_count', { simple: true }))).toBeGreaterThan(1000);
  expect(Math.max(...sizes.slice(1).map((size, step) => (sizes[step] ?? 0) - size))).toBeLessThanOrEqual(130);
  expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

test('numbers are given out once, also after a restart', () => {
  writer.run([letter('one')]);
  const first = Number(db.prepare('SELECT max(id) FROM content').pluck().get());
  db.exec('DELETE FROM content');
  new Writer(db, { removeFile: () => {}, isPacking: false, shelved: [], retention: { ledgerMs: DAY, undeleteMs: DAY } }).run([letter('two')]);
  expect(Number(db.prepare('SELECT max(id) FROM content').pluck().get())).toBeGreaterThan(first);
});

test('a letter in the table is made smaller when nobody waits; what would gain nothing stays as it came', () => {
  const octets = [Buffer.from('It works. '.repeat(300)), randomBytes(2000), Buffer.alloc(100)];
  writer.run(octets.map((one, index) => letter(`pack${index}`, { octets: one })));
  tidy(0);
  const kept = db.prepare<[], { encoding: string; octets: Buffer }>('SELECT encoding, octets FROM content ORDER BY id').all();
  expect(kept.map(({ encoding }) => encoding)).toEqual(['zstd', 'identity', 'identity']);
  expect(kept[0]?.octets.length).toBeLessThan(100);
  expect(kept.map((one) => (one.encoding === 'zstd' ? zstdDecompressSync(one.octets) : one.octets))).toEqual(octets);
});
