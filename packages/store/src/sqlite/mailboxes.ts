/**
 * Mailboxes: read here, changed by the writer.
 */
import { type AccountId, type MailboxId, type Uid, uid } from '../ids.ts';
import type { Mailbox, MailboxCounts, Mailboxes, SpecialUse } from '../mailboxes.ts';
import type { Carrier } from './carrier.ts';
import { MAILBOX_COLUMNS, type MailboxRow, readMailbox } from './mailbox-row.ts';
import type { Query, Reader } from './reader.ts';
import type { Answers } from './requests.ts';

interface CountsRow extends Omit<MailboxCounts, 'recent'> {
  readonly uidNext: number;
  readonly recentFrom: number;
}

export class SqliteMailboxes implements Mailboxes {
  readonly #carrier: Carrier;
  readonly #list: Query<[account: number], MailboxRow>;
  readonly #byName: Query<[account: number, name: string], MailboxRow>;
  readonly #counts: Query<[account: number, mailbox: number], CountsRow>;
  readonly #recent: Query<[account: number, mailbox: number, from: number], { recent: number }>;
  readonly #subscriptions: Query<[account: number], { name: string }>;

  constructor(db: Reader, carrier: Carrier) {
    this.#carrier = carrier;
    const row = `SELECT ${MAILBOX_COLUMNS} FROM mailbox WHERE account = ?`;
    this.#list = db.prepare(`${row} ORDER BY name <> 'INBOX', name`);
    this.#byName = db.prepare(`${row} AND name = ?`);
    this.#counts = db.prepare(`
      SELECT messages, unseen, deleted, octets, uid_next AS uidNext, recent_from AS recentFrom FROM mailbox WHERE account = ? AND id = ?`);
    this.#recent = db.prepare('SELECT count(*) AS recent FROM message WHERE account = ? AND mailbox = ? AND uid >= ?');
    this.#subscriptions = db.prepare('SELECT name FROM subscription WHERE account = ? ORDER BY name');
  }

  async list(account: AccountId): Promise<readonly Mailbox[]> {
    return this.#list.all(account).map(readMailbox);
  }

  async byName(account: AccountId, name: string): Promise<Mailbox | undefined> {
    const row = this.#byName.get(account, name);
    return row && readMailbox(row);
  }

  async counts(account: AccountId, mailbox: MailboxId): Promise<MailboxCounts | undefined> {
    const row = this.#counts.get(account, mailbox);
    if (row === undefined) return undefined;
    const { uidNext, recentFrom, ...counts } = row;
    const recent = recentFrom < uidNext ? this.#recent.get(account, mailbox, recentFrom)?.recent ?? 0 : 0;
    return { ...counts, recent };
  }

  create(account: AccountId, name: string, at: number, specialUse?: SpecialUse): Promise<Answers['mailbox-create']> {
    return this.#carrier.submit({ kind: 'mailbox-create', account, name, at, specialUse: specialUse ?? null });
  }

  rename(account: AccountId, from: string, to: string, at: number): Promise<Answers['mailbox-rename']> {
    return this.#carrier.submit({ kind: 'mailbox-rename', account, from, to, at });
  }

  remove(account: AccountId, name: string, at: number): Promise<Answers['mailbox-remove']> {
    return this.#carrier.submit({ kind: 'mailbox-remove', account, name, at });
  }

  async subscriptions(account: AccountId): Promise<readonly string[]> {
    return this.#subscriptions.all(account).map(({ name }) => name);
  }

  async subscribe(account: AccountId, name: string): Promise<void> {
    await this.#carrier.submit({ kind: 'subscribe', account, name, isOn: true });
  }

  async unsubscribe(account: AccountId, name: string): Promise<void> {
    await this.#carrier.submit({ kind: 'subscribe', account, name, isOn: false });
  }

  async claimRecent(account: AccountId, mailbox: MailboxId): Promise<Uid> {
    const row = this.#counts.get(account, mailbox);
    // Nothing new since the last claim: no need to write.
    if (row !== undefined && row.recentFrom >= row.uidNext) return uid(row.recentFrom);
    return this.#carrier.submit({ kind: 'claim-recent', account, mailbox });
  }
}
