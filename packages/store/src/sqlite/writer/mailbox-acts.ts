/**
 * What is done to mailboxes as such: made, renamed, removed, subscribed to.
 *
 * RFC 9051 §6.3.4 to §6.3.8. Only the levels that exist as rows exist; a removed mailbox
 * leaves those below it alone.
 */
import type { Database, Statement } from 'better-sqlite3';
import { type AccountId, type MailboxId, mailboxId, modseq as asModseq, type Uid, uid as asUid } from '../../ids.ts';
import type { Mailbox, SpecialUse } from '../../mailboxes.ts';
import type { Answers, RequestOf } from '../requests.ts';
import { writeUidSet } from '../uid-set.ts';
import type { Changes } from './changes.ts';
import type { LedgerTable } from './ledger.ts';
import type { MessageActs } from './message-acts.ts';
import type { Postbox } from './postbox.ts';
import type { Sequences } from './sequences.ts';
import type { SharingActs } from './sharing-acts.ts';
import type { UsageTable } from './usage-table.ts';

export interface MailboxParts {
  readonly changes: Changes;
  readonly ledger: LedgerTable;
  readonly messages: MessageActs;
  readonly postbox: Postbox;
  readonly sequences: Sequences;
  readonly sharing: SharingActs;
  readonly usage: UsageTable;
}

const INBOX = 'INBOX';

/** Every account has these from the start. RFC 6154 §2. */
const DEFAULTS: readonly (readonly [name: string, use: SpecialUse | null])[] = [
  [INBOX, null], ['Sent', '\\Sent'], ['Drafts', '\\Drafts'], ['Trash', '\\Trash'], ['Junk', '\\Junk'], ['Archive', '\\Archive'],
];

interface Row {
  readonly id: number;
  readonly name: string;
  readonly uidNext: number;
  readonly recentFrom: number;
  readonly messages: number;
  readonly octets: number;
}

export class MailboxActs {
  readonly #parts: MailboxParts;
  readonly #insert: Statement<unknown[]>;
  readonly #byName: Statement<[account: number, name: string], Row>;
  readonly #byUse: Statement<[account: number, use: string], Row>;
  readonly #below: Statement<[account: number, length: number, prefix: string], Row>;
  readonly #rename: Statement<[name: string, account: number, id: number]>;
  readonly #delete: Statement<[account: number, id: number]>;
  readonly #keep: Statement<[removedAt: number, account: number, id: number]>;
  readonly #removed: Statement<[account: number], { id: number }>;
  readonly #forget: Statement<[account: number]>;
  readonly #doom: Statement<[account: number, id: number]>;
  readonly #all: Statement<[account: number], Row>;
  readonly #subscribe: Statement<[account: number, name: string]>;
  readonly #unsubscribe: Statement<[account: number, name: string]>;
  readonly #unsubscribeAll: Statement<[account: number]>;
  readonly #byId: Statement<[account: number, id: number], Row>;
  readonly #claim: Statement<[account: number, id: number]>;
  readonly #uids: Statement<[account: number, id: number], { uid: number }>;

  constructor(db: Database, parts: MailboxParts) {
    this.#parts = parts;
    const row = 'SELECT id, name, uid_next AS uidNext, recent_from AS recentFrom, messages, octets FROM mailbox';
    this.#insert = db.prepare(`
      INSERT INTO mailbox (account, id, name, special_use, uid_validity, uid_next, highest_modseq, recent_from, messages, unseen, deleted, octets)
      VALUES (?, ?, ?, ?, ?, 1, ?, 1, 0, 0, 0, 0)`);
    this.#byName = db.prepare(`${row} WHERE account = ? AND name = ?`);
    this.#byUse = db.prepare(`${row} WHERE account = ? AND special_use = ?`);
    this.#below = db.prepare(`${row} WHERE account = ? AND substr(name, 1, ?) = ?`);
    this.#rename = db.prepare('UPDATE mailbox SET name = ? WHERE account = ? AND id = ?');
    this.#delete = db.prepare('DELETE FROM mailbox WHERE account = ? AND id = ?');
    this.#keep = db.prepare(`
      INSERT INTO removed_mailbox (account, id, name, special_use, removed_at) SELECT account, id, name, special_use, ? FROM mailbox WHERE account = ? AND id = ?`);
    this.#removed = db.prepare('SELECT id FROM removed_mailbox WHERE account = ?');
    this.#forget = db.prepare('DELETE FROM removed_mailbox WHERE account = ?');
    this.#doom = db.prepare('INSERT INTO doomed (account, mailbox) VALUES (?, ?)');
    this.#all = db.prepare(`${row} WHERE account = ?`);
    this.#subscribe = db.prepare('INSERT OR IGNORE INTO subscription (account, name) VALUES (?, ?)');
    this.#unsubscribe = db.prepare('DELETE FROM subscription WHERE account = ? AND name = ?');
    this.#unsubscribeAll = db.prepare('DELETE FROM subscription WHERE account = ?');
    this.#byId = db.prepare(`${row} WHERE account = ? AND id = ?`);
    this.#claim = db.prepare('UPDATE mailbox SET recent_from = uid_next WHERE account = ? AND id = ?');
    this.#uids = db.prepare('SELECT uid FROM message WHERE account = ? AND mailbox = ? ORDER BY uid');
  }

  /** For a new account, all subscribed. */
  addDefaults(account: AccountId, at: number): void {
    this.#make(account, DEFAULTS, at);
    for (const [name] of DEFAULTS) this.#subscribe.run(account, name);
  }

  named(account: AccountId, name: string): MailboxId | undefined {
    const row = this.#byName.get(account, name);
    return row && mailboxId(row.id);
  }

  create({ account, name, at, specialUse }: RequestOf<'mailbox-create'>): Answers['mailbox-create'] {
    if (this.#byName.get(account, name) !== undefined) return { kind: 'exists' };
    if (specialUse !== null && this.#byUse.get(account, specialUse) !== undefined) return { kind: 'use-taken' };
    const mailbox = this.#make(account, [...this.#missingAbove(account, name), [name, specialUse]], at).at(-1);
    if (mailbox === undefined) throw new Error('one mailbox at least was made');
    return { kind: 'created', mailbox };
  }

  rename({ account, from, to, at }: RequestOf<'mailbox-rename'>): Answers['mailbox-rename'] {
    const mailbox = this.#byName.get(account, from);
    if (mailbox === undefined) return { kind: 'no-mailbox' };
    if (this.#byName.get(account, to) !== undefined) return { kind: 'exists' };
    if (from === INBOX) {
      this.#emptyInbox(account, mailboxId(mailbox.id), { to, at });
      return { kind: 'done' };
    }
    if (to.startsWith(`${from}/`)) return { kind: 'within-itself' };
    const leaving = [mailbox, ...this.#belowOf(account, from)];
    const freed = new Set(leaving.map(({ name }) => name));
    // Shortest first: a name that is freed for another (A/B becomes A, A/B/B becomes A/B) is free by then.
    const moved = leaving.toSorted((a, b) => a.name.length - b.name.length)
      .map(({ id, name }) => ({ id, name: `${to}${name.slice(from.length)}` }));
    if (moved.some(({ name }) => !freed.has(name) && this.#byName.get(account, name) !== undefined)) return { kind: 'exists' };
    for (const { id, name } of moved) this.#rename.run(name, account, id);
    this.#make(account, this.#missingAbove(account, to), at);
    this.#parts.changes.mailboxes(account);
    return { kind: 'done' };
  }

  /** RFC 9051 §6.3.6: what is in INBOX goes to a new mailbox, and INBOX stays, with what is below it. */
  #emptyInbox(account: AccountId, inbox: MailboxId, { to, at }: { readonly to: string; readonly at: number }): void {
    const made = this.create({ kind: 'mailbox-create', account, name: to, at, specialUse: null });
    if (made.kind !== 'created') throw new Error('the name was free a moment ago');
    const uids: readonly Uid[] = this.#uids.all(account, inbox).map(({ uid }) => asUid(uid));
    this.#parts.messages.transfer({ kind: 'move', account, mailbox: inbox, uids, target: made.mailbox.id, targetAccount: account, at, limits: null, without: null });
  }

  remove({ account, name, at }: RequestOf<'mailbox-remove'>): Answers['mailbox-remove'] {
    const mailbox = this.#byName.get(account, name);
    if (mailbox === undefined) return { kind: 'no-mailbox' };
    if (name === INBOX) return { kind: 'is-inbox' };
    const id = mailboxId(mailbox.id);
    const uids = this.#uids.all(account, id).map(({ uid }) => uid);
    if (uids.length > 0) {
      this.#parts.ledger.addPersonal({ at, account, mailbox: id, act: 'expunged', uids: writeUidSet(uids), detail: { mailbox: name, removed: true } });
    }
    this.#parts.usage.add(account, { messages: -mailbox.messages, octets: -mailbox.octets });
    // Its letters can be put back: they stay where they are until the mailbox is forgotten.
    this.#keep.run(at, account, id);
    this.#drop(account, id);
    return { kind: 'done' };
  }

  /** When an account goes. */
  removeAll(account: AccountId): void {
    for (const { id } of this.#removed.all(account)) this.#doom.run(account, id);
    this.#forget.run(account);
    for (const { id } of this.#all.all(account)) {
      this.#doom.run(account, id);
      this.#drop(account, mailboxId(id));
    }
    this.#parts.sharing.dropAccount(account);
    this.#unsubscribeAll.run(account);
    this.#parts.changes.mailboxes(account);
  }

  #drop(account: AccountId, id: MailboxId): void {
    this.#delete.run(account, id);
    this.#parts.sharing.dropMailbox(account, id);
    this.#parts.changes.mailboxes(account);
    this.#parts.changes.mailbox(account, id);
  }

  subscribe({ account, name, isOn }: RequestOf<'subscribe'>): null {
    const { changes } = (isOn ? this.#subscribe : this.#unsubscribe).run(account, name);
    if (changes > 0) this.#parts.changes.mailboxes(account);
    return null;
  }

  claimRecent({ account, mailbox }: RequestOf<'claim-recent'>): Uid {
    const row = this.#byId.get(account, mailbox);
    if (row === undefined) return asUid(1);
    if (row.recentFrom < row.uidNext) this.#claim.run(account, mailbox);
    return asUid(row.recentFrom);
  }

  #make(account: AccountId, names: readonly (readonly [name: string, use: SpecialUse | null])[], at: number): readonly Mailbox[] {
    if (names.length === 0) return [];
    const { changes, postbox, sequences } = this.#parts;
    const modseq = postbox.modseq(account);
    if (modseq === undefined) throw new Error(`there is no account ${account}`);
    const validity = sequences.uidValidities(at, names.length);
    changes.mailboxes(account);
    return names.map(([name, use], index) => {
      const id = mailboxId(sequences.next('mailbox'));
      this.#insert.run(account, id, name, use, validity + index, modseq);
      return {
        id, name, ...(use === null ? {} : { specialUse: use }),
        uidValidity: validity + index, uidNext: asUid(1), highestModseq: asModseq(modseq),
      };
    });
  }

  /** RFC 9051 §6.3.4: the levels above that are not there yet. */
  #missingAbove(account: AccountId, name: string): readonly (readonly [name: string, use: null])[] {
    const levels = name.split('/');
    return levels.slice(1)
      .map((_, index) => levels.slice(0, index + 1).join('/'))
      .filter((above) => this.#byName.get(account, above) === undefined)
      .map((above) => [above, null]);
  }

  #belowOf(account: AccountId, name: string): readonly Row[] {
    const prefix = `${name}/`;
    // substr counts characters; JavaScript's length counts UTF-16 units.
    return this.#below.all(account, Array.from(prefix).length, prefix);
  }
}
