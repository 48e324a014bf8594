/**
 * Looks again, inside the transaction, at what was looked up before it.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { Belief } from '../../placement.ts';

export class Beliefs {
  readonly #account: Statement<[address: string], { id: number }>;
  readonly #alias: Statement<[address: string], { targets: string }>;

  constructor(db: Database) {
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
      default: throw new Error(`unknown belief ${String(belief satisfies never)}`);
    }
  }
}
