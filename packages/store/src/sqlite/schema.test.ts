import Sqlite, { type Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { SCHEMA_VERSION, STEPS } from './schema.ts';

let db: Database;
beforeEach(() => {
  db = new Sqlite(':memory:');
});
afterEach(() => {
  db.close();
});

function addAccount(id: number, address: string): void {
  db.prepare('INSERT INTO account (id, address, created_at, modseq) VALUES (?, ?, 0, 0)').run(id, address);
}

function addMailbox(account: number, id: number, { messages, octets }: { readonly messages: number; readonly octets: number }): void {
  db.prepare(`
    INSERT INTO mailbox (account, id, name, uid_validity, uid_next, highest_modseq, recent_from, messages, unseen, deleted, octets)
    VALUES (?, ?, ?, 1, 1, 1, 1, ?, 0, 0, ?)`).run(account, id, `box ${id}`, messages, octets);
}

test('what accounts and domains held before there were quotas is counted', () => {
  migrate(db, { steps: STEPS.slice(0, 3) });
  addAccount(1, 'ann@ash.test');
  addAccount(2, 'odd@name@ash.test');
  addAccount(3, 'eve@elm.test');
  addMailbox(1, 1, { messages: 2, octets: 200 });
  addMailbox(1, 2, { messages: 3, octets: 30 });
  addMailbox(2, 3, { messages: 1, octets: 1000 });
  migrate(db);
  expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
  expect(db.prepare('SELECT messages, octets FROM account ORDER BY id').raw().all()).toEqual([[5, 230], [1, 1000], [0, 0]]);
  expect(db.prepare('SELECT domain, messages, octets FROM domain_usage ORDER BY domain').raw().all()).toEqual([['ash.test', 6, 1230], ['elm.test', 0, 0]]);
});
