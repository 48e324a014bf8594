/**
 * What accounts and domains hold, read.
 */
import type { Quotas, Usage } from '../quota.ts';
import type { Query, Reader } from './reader.ts';

const NOTHING: Usage = { messages: 0, octets: 0 };

export class SqliteQuotas implements Quotas {
  readonly #account: Query<[address: string], Usage>;
  readonly #domain: Query<[domain: string], Usage>;

  constructor(db: Reader) {
    this.#account = db.prepare('SELECT messages, octets FROM account WHERE address = ?');
    this.#domain = db.prepare('SELECT messages, octets FROM domain_usage WHERE domain = ?');
  }

  async usage(address: string): Promise<Usage> {
    return this.#account.get(address) ?? NOTHING;
  }

  async usageOfDomain(domain: string): Promise<Usage> {
    return this.#domain.get(domain) ?? NOTHING;
  }
}
