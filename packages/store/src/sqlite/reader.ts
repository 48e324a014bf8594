/**
 * Asks the books, and says it as the store does when they cannot answer: with a `StoreFault`.
 */
import type { Database, Statement } from 'better-sqlite3';
import { StoreFault } from '../store.ts';

export class Reader {
  readonly #db: Database;
  readonly #begin: Statement<[]>;
  readonly #end: Statement<[]>;

  constructor(db: Database) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN');
    this.#end = db.prepare('ROLLBACK');
  }

  prepare<Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> {
    return new Query(this.#db.prepare<Parameters, Row>(sql));
  }

  /**
   * All that `ask` reads is as it was at one moment: the writer, on its own thread, may commit
   * between any two questions. Ends before anybody awaits anything, or the WAL could not be emptied.
   */
  atOnce<T>(ask: () => T): T {
    asFault(() => this.#begin.run());
    try {
      return ask();
    } finally {
      // After an I/O error SQLite may have ended it already.
      if (this.#db.inTransaction) asFault(() => this.#end.run());
    }
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
