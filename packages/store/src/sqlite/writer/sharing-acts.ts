/**
 * Grants and annotations, changed.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { AccountId, MailboxId } from '../../ids.ts';
import type { Answers, RequestOf } from '../requests.ts';
import { ANYONE } from '../sharing-row.ts';
import type { Changes } from './changes.ts';

type Place = [account: number, mailbox: number, holder: number];

export class SharingActs {
  readonly #changes: Changes;
  readonly #mailbox: Statement<[account: number, mailbox: number], { id: number }>;
  readonly #account: Statement<[account: number], { id: number }>;
  readonly #grant: Statement<[account: number, mailbox: number, who: number, rights: string]>;
  readonly #revoke: Statement<[account: number, mailbox: number, who: number]>;
  readonly #annotate: Statement<[...Place, entry: string, value: Buffer]>;
  readonly #forget: Statement<[...Place, entry: string]>;
  readonly #count: Statement<Place, { entries: number }>;
  readonly #dropMailbox: readonly Statement<[account: number, mailbox: number]>[];
  readonly #dropAccount: readonly Statement<[account: number]>[];

  constructor(db: Database, changes: Changes) {
    this.#changes = changes;
    this.#mailbox = db.prepare('SELECT id FROM mailbox WHERE account = ? AND id = ?');
    this.#account = db.prepare('SELECT id FROM account WHERE id = ?');
    this.#grant = db.prepare(`
      INSERT INTO acl (account, mailbox, who, rights) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET rights = excluded.rights`);
    this.#revoke = db.prepare('DELETE FROM acl WHERE account = ? AND mailbox = ? AND who = ?');
    this.#annotate = db.prepare(`
      INSERT INTO annotation (account, mailbox, holder, entry, value) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`);
    this.#forget = db.prepare('DELETE FROM annotation WHERE account = ? AND mailbox = ? AND holder = ? AND entry = ?');
    this.#count = db.prepare('SELECT count(*) AS entries FROM annotation WHERE account = ? AND mailbox = ? AND holder = ?');
    this.#dropMailbox = ['acl', 'annotation'].map((table) => db.prepare(`DELETE FROM ${table} WHERE account = ? AND mailbox = ?`));
    this.#dropAccount = ['acl WHERE account', 'acl WHERE who', 'annotation WHERE account', 'annotation WHERE holder']
      .map((where) => db.prepare(`DELETE FROM ${where} = ?`));
  }

  grant({ account, mailbox, who, rights }: RequestOf<'grant'>): Answers['grant'] {
    if (this.#mailbox.get(account, mailbox) === undefined || (who !== null && this.#account.get(who) === undefined)) return false;
    if (rights === '') this.#revoke.run(account, mailbox, who ?? ANYONE);
    else this.#grant.run(account, mailbox, who ?? ANYONE, rights);
    this.#changes.mailboxes(account);
    return true;
  }

  annotate({ account, mailbox, holder, changes, entriesMax }: RequestOf<'annotate'>): Answers['annotate'] {
    if (mailbox !== null && this.#mailbox.get(account, mailbox) === undefined) return 'no-mailbox';
    const place: Place = [account, mailbox ?? ANYONE, holder ?? ANYONE];
    const grows = changes.some(({ value }) => value !== null);
    // All or none: what is there and what comes, whether or not they have the same names.
    const coming = new Set(changes.flatMap(({ entry, value }) => (value === null ? [] : [entry]))).size;
    if (grows && (this.#count.get(...place)?.entries ?? 0) + coming > entriesMax) return 'too-many';
    for (const { entry, value } of changes) {
      // A buffer that came from another thread is a plain array of octets.
      if (value === null) this.#forget.run(...place, entry);
      else this.#annotate.run(...place, entry, Buffer.from(value));
    }
    return 'done';
  }

  /** When a mailbox goes. */
  dropMailbox(account: AccountId, mailbox: MailboxId): void {
    for (const drop of this.#dropMailbox) drop.run(account, mailbox);
  }

  /** When an account goes: what it was granted, and what it noted, here and elsewhere. */
  dropAccount(account: AccountId): void {
    for (const drop of this.#dropAccount) drop.run(account);
  }
}
