/**
 * Accounts, aliases and signing keys, changed.
 */
import type { Database, Statement } from 'better-sqlite3';
import { accountId } from '../../ids.ts';
import { ACCOUNT_COLUMNS, type AccountRow, readAccount, storeLimit } from '../account-row.ts';
import type { Answers, RequestOf } from '../requests.ts';
import type { MailboxActs } from './mailbox-acts.ts';
import type { Sequences } from './sequences.ts';
import type { UsageTable } from './usage-table.ts';

export interface DirectoryParts {
  readonly mailboxes: MailboxActs;
  readonly sequences: Sequences;
  readonly usage: UsageTable;
}

export class DirectoryActs {
  readonly #usage: UsageTable;
  readonly #mailboxes: MailboxActs;
  readonly #sequences: Sequences;
  readonly #account: Statement<[address: string], AccountRow>;
  readonly #addAccount: Statement<[id: number, address: string, createdAt: number, argon2id: string | null, scram: string | null]>;
  readonly #setCredentials: Statement<[argon2id: string, scram: string | null, id: number]>;
  readonly #setLimits: Statement<[messages: number | null, octets: number | null, id: number]>;
  readonly #removeAccount: Statement<[id: number], { address: string; messages: number; octets: number }>;
  readonly #setAlias: Statement<[address: string, targets: string]>;
  readonly #removeAlias: Statement<[address: string]>;
  readonly #addKey: Statement<[domain: string, selector: string, algorithm: string, privateKey: string, createdAt: number]>;
  readonly #removeKey: Statement<[domain: string, selector: string]>;

  constructor(db: Database, { mailboxes, sequences, usage }: DirectoryParts) {
    this.#mailboxes = mailboxes;
    this.#sequences = sequences;
    this.#usage = usage;
    this.#account = db.prepare(`SELECT ${ACCOUNT_COLUMNS} FROM account WHERE address = ?`);
    this.#addAccount = db.prepare('INSERT INTO account (id, address, created_at, modseq, argon2id, scram_sha256) VALUES (?, ?, ?, 0, ?, ?)');
    this.#setCredentials = db.prepare('UPDATE account SET argon2id = ?, scram_sha256 = ? WHERE id = ?');
    this.#setLimits = db.prepare('UPDATE account SET limit_messages = ?, limit_octets = ? WHERE id = ?');
    this.#removeAccount = db.prepare('DELETE FROM account WHERE id = ? RETURNING address, messages, octets');
    this.#setAlias = db.prepare('INSERT INTO alias (address, targets) VALUES (?, ?) ON CONFLICT DO UPDATE SET targets = excluded.targets');
    this.#removeAlias = db.prepare('DELETE FROM alias WHERE address = ?');
    this.#addKey = db.prepare('INSERT OR IGNORE INTO dkim_key (domain, selector, algorithm, private_key, created_at) VALUES (?, ?, ?, ?, ?)');
    this.#removeKey = db.prepare('DELETE FROM dkim_key WHERE domain = ? AND selector = ?');
  }

  addAccount({ address, at, credentials }: RequestOf<'account-add'>): Answers['account-add'] {
    const present = this.#account.get(address);
    if (present !== undefined) return { kind: 'exists', account: readAccount(present) };
    const id = accountId(this.#sequences.next('account'));
    const scram = credentials?.scramSha256 === undefined ? null : JSON.stringify(credentials.scramSha256);
    this.#addAccount.run(id, address, at, credentials?.argon2id ?? null, scram);
    this.#mailboxes.addDefaults(id, at);
    return { kind: 'added', account: { id, address, createdAt: at, ...(credentials === null ? {} : { credentials }) } };
  }

  setCredentials({ account, credentials }: RequestOf<'account-credentials'>): boolean {
    const scram = credentials.scramSha256 === undefined ? null : JSON.stringify(credentials.scramSha256);
    return this.#setCredentials.run(credentials.argon2id, scram, account).changes > 0;
  }

  setLimits({ account, limits }: RequestOf<'account-limits'>): boolean {
    return this.#setLimits.run(storeLimit(limits.messages), storeLimit(limits.octets), account).changes > 0;
  }

  removeAccount({ account }: RequestOf<'account-remove'>): boolean {
    const removed = this.#removeAccount.get(account);
    if (removed === undefined) return false;
    this.#usage.count(removed.address, { messages: -removed.messages, octets: -removed.octets });
    this.#mailboxes.removeAll(account);
    return true;
  }

  setAlias({ alias }: RequestOf<'alias-set'>): null {
    this.#setAlias.run(alias.address, JSON.stringify(alias.targets));
    return null;
  }

  removeAlias({ address }: RequestOf<'alias-remove'>): boolean {
    return this.#removeAlias.run(address).changes > 0;
  }

  addKey({ key }: RequestOf<'key-add'>): boolean {
    return this.#addKey.run(key.domain, key.selector, key.algorithm, key.privateKey, key.createdAt).changes > 0;
  }

  removeKey({ domain, selector }: RequestOf<'key-remove'>): boolean {
    return this.#removeKey.run(domain, selector).changes > 0;
  }
}
