/**
 * Asks the books, and says it as the store does when they cannot answer: with a `StoreFault`.
 */
import type { Database, Statement } from 'better-sqlite3';
import { StoreFault } from '../store.ts';

export class Reader {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  prepare<Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> {
    return new Query(this.#db.prepare<Parameters, Row>(sql));
  }
}

/** A question that was prepared once and is asked often. */
export class Query<Parameters extends unknown[], Row> {
  readonly #statement: Statement<unknown[], Row>;

  constructor(statement: Statement<unknown[], Row>) {
    this.#statement = statement;
  }

  /** The first row; undefined if there is none. */
  get(...parameters: Parameters): Row | undefined {
    return asFault(() => this.#statement.get(...parameters));
  }

  all(...parameters: Parameters): readonly Row[] {
    return asFault(() => this.#statement.all(...parameters));
  }

  /** Row by row, until `look` has seen enough and says so. */
  until(look: (row: Row) => boolean, ...parameters: Parameters): void {
    asFault(() => {
      for (const row of this.#statement.iterate(...parameters)) {
        if (look(row)) return;
      }
    });
  }
}

function asFault<T>(ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    throw new StoreFault('the store cannot be read', { cause });
  }
}
