/**
 * Looks again, inside the transaction, at what was looked up before it.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { Belief } from '../../placement.ts';
import type { UsageTable } from './usage-table.ts';

const NOTHING = { messages: 0, octets: 0 };

export class Beliefs {
  readonly #usage: UsageTable;
  readonly #account: Statement<[address: string], { id: number }>;
  readonly #alias: Statement<[address: string], { targets: string }>;

  constructor(db: Database, usage: UsageTable) {
    this.#usage = usage;
    this.#account = db.prepare('SELECT id FROM account WHERE address = ?');
    this.#alias = db.prepare('SELECT targets FROM alias WHERE address = ?');
  }

  /** The first that no longer holds. */
  broken(beliefs: readonly Belief[]): Belief | undefined {
    return beliefs.find((belief) => !this.#holds(belief));
  }

  #holds(belief: Belief): boolean {
    switch (belief.kind) {
      case 'account': return this.#account.get(belief.address)?.id === belief.account;
      case 'alias': return this.#alias.get(belief.address)?.targets === JSON.stringify(belief.targets);
      case 'room': return this.#usage.hasRoom(belief.account, NOTHING, belief.atMost);
      default: throw new Error(`unknown belief ${String(belief satisfies never)}`);
    }
  }
}
