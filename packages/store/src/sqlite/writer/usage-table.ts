/**
 * How much accounts and domains hold, counted in the transaction that changes it.
 *
 * A domain's count would be one more write for each letter; so what a group of requests adds
 * is gathered in memory and written once, before the group is committed.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { AccountId } from '../../ids.ts';
import { domainOf, isWithin, type QuotaLimits, type Usage } from '../../quota.ts';

interface Holder extends Usage {
  readonly address: string;
}

const NOTHING: Usage = { messages: 0, octets: 0 };

export class UsageTable {
  readonly #account: Statement<[account: number], Holder>;
  readonly #add: Statement<[messages: number, octets: number, account: number], { address: string }>;
  readonly #domain: Statement<[domain: string], Usage>;
  readonly #addToDomain: Statement<[domain: string, messages: number, octets: number]>;
  /** What requests of this group added that are done. */
  readonly #unwritten = new Map<string, Usage>();
  /** What the request that runs now has added. */
  readonly #current = new Map<string, Usage>();

  constructor(db: Database) {
    this.#account = db.prepare('SELECT address, messages, octets FROM account WHERE id = ?');
    this.#add = db.prepare('UPDATE account SET messages = messages + ?, octets = octets + ? WHERE id = ? RETURNING address');
    this.#domain = db.prepare('SELECT messages, octets FROM domain_usage WHERE domain = ?');
    this.#addToDomain = db.prepare(`
      INSERT INTO domain_usage (domain, messages, octets) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, octets = octets + excluded.octets`);
  }

  #ofDomain(domain: string): Usage {
    return [this.#unwritten.get(domain), this.#current.get(domain)].reduce(sum, this.#domain.get(domain) ?? NOTHING);
  }

  /** Less, if negative. */
  add(account: AccountId, more: Usage): void {
    const holder = this.#add.get(more.messages, more.octets, account);
    if (holder !== undefined) this.count(holder.address, more);
  }

  /** For its domain only: the account's own count is, or need not be, kept already. */
  count(address: string, more: Usage): void {
    const domain = domainOf(address);
    this.#current.set(domain, sum(more, this.#current.get(domain)));
  }

  /** Whether it holds no more than the limits allow, with `more`. */
  hasRoom(account: AccountId, more: Usage, limits: QuotaLimits | null): boolean {
    if (limits === null) return true;
    const holder = this.#account.get(account);
    return holder === undefined
      || (isWithin(holder, more, limits.account) && isWithin(this.#ofDomain(domainOf(holder.address)), more, limits.domain));
  }

  /** The request is done. */
  keep(): void {
    if (this.#current.size === 0) return;
    for (const [domain, more] of this.#current) this.#unwritten.set(domain, sum(more, this.#unwritten.get(domain)));
    this.#current.clear();
  }

  /** The request came to nothing. */
  drop(): void {
    this.#current.clear();
  }

  /** Before the commit. */
  write(): void {
    for (const [domain, { messages, octets }] of this.#unwritten) this.#addToDomain.run(domain, messages, octets);
    this.#unwritten.clear();
  }

  /** The whole group came to nothing. */
  forget(): void {
    this.#current.clear();
    this.#unwritten.clear();
  }
}

function sum(one: Usage, other: Usage | undefined): Usage {
  return other === undefined ? one : { messages: one.messages + other.messages, octets: one.octets + other.octets };
}
