/**
 * A disk in memory: what was committed outlives whoever had the books open.
 *
 * For worlds in which hosts crash and start again. Since the writer works inline, a crash
 * finds no transaction half done: what was not committed was never written, and what is
 * asked by a program that has crashed is never answered. `onGroup` is where a crash can be
 * put between a commit and its answers, or just before it.
 */
import type { Database, Statement } from 'better-sqlite3';
import { SqliteError } from 'better-sqlite3';
import { StoreLocked } from '../store.ts';
import { openForWriting } from './database.ts';
import { MemoryShelf } from './memory-shelf.ts';
import type { Kind } from './requests.ts';
import type { Shelf } from './shelf.ts';

/** One program's time with the disk. */
export interface Tenure {
  /** It crashed: nothing it asks has an effect, and nothing is answered. */
  isOver: boolean;
}

/** What it finds on the disk. */
export interface OpenDisk {
  readonly db: Database;
  readonly shelf: Shelf;
  /** The files on the shelf. */
  readonly shelved: readonly string[];
  readonly tenure: Tenure;
}

/** What disks do: `SQLITE_IOERR_WRITE`, `SQLITE_IOERR_FSYNC` … */
export type DiskError = `SQLITE_IOERR_${string}`;

export class MemoryDisk {
  readonly #shelf = new MemoryShelf();
  readonly #db: Database = openForWriting(':memory:');
  readonly #kept = new Map<string, Buffer>();
  #tenure: Tenure | undefined;
  #trouble: { readonly error: DiskError; readonly isWritten: boolean } | undefined;

  /** Called with what is about to be committed together, and again when it was, before anyone is answered. */
  onGroup: ((moment: 'before' | 'after', kinds: readonly Kind[]) => void) | undefined;

  constructor() {
    this.#wrap();
  }

  /** The books, for the one program that has them open. Throws `StoreLocked` if another has. */
  open(): OpenDisk {
    if (this.#tenure !== undefined) throw new StoreLocked('the disk is in use by another Posthorn');
    const tenure = { isOver: false };
    this.#tenure = tenure;
    return { db: this.#db, shelf: this.#shelfOf(tenure), shelved: this.#shelf.names(), tenure };
  }

  /** The program that has the books open lets go of them in order. */
  release(tenure: Tenure): void {
    tenure.isOver = true;
    if (this.#tenure === tenure) this.#tenure = undefined;
  }

  /** The program that has the books open is gone, in the middle of whatever it does. */
  crash(): void {
    if (this.#tenure !== undefined) this.release(this.#tenure);
  }

  /** From now on there is no room for more pages, as SQLite counts them: SQLITE_FULL. */
  fill(): void {
    this.#db.pragma(`max_page_count = ${Number(this.#db.pragma('page_count', { simple: true }))}`);
  }

  /**
   * From now on each commit fails with this, and nothing of it is there afterwards; or, with
   * `isWritten`, all of it is: a sync that failed says nothing about what the disk has.
   */
  fail(error: DiskError, { isWritten = false }: { readonly isWritten?: boolean } = {}): void {
    this.#trouble = { error, isWritten };
  }

  /** Room again, and no errors. */
  heal(): void {
    this.#trouble = undefined;
    this.#db.pragma(`max_page_count = ${PAGES_MAX}`);
  }

  /** A small file beside the books, made when it is first asked for. */
  keep(name: string, make: () => Buffer): Buffer {
    const kept = this.#kept.get(name) ?? make();
    this.#kept.set(name, kept);
    return kept;
  }

  /** For good: nothing of it is needed any more. */
  destroy(): void {
    this.crash();
    this.#db.close();
  }

  /** What a program still does with its files after its end leaves no trace. */
  #shelfOf(tenure: Tenure): Shelf {
    const unlessOver = (act: () => Promise<void>): Promise<void> => (tenure.isOver ? new Promise<never>(() => {}) : act());
    return {
      open: (name) => this.#shelf.open(name),
      remove: (name) => this.#shelf.remove(name),
      begin: async () => {
        const file = await this.#shelf.begin();
        return { ...file, name: (name) => unlessOver(() => file.name(name)), remove: () => unlessOver(() => file.remove()) };
      },
    };
  }

  /** Commits fail when told to. What is opened again and again is not prepared again and again. */
  #wrap(): void {
    const prepare = this.#db.prepare.bind(this.#db);
    const prepared = new Map<string, unknown>();
    const preparing = (source: string): unknown => {
      const statement = prepared.get(source) ?? (source === 'COMMIT' ? this.#commit(prepare(source)) : prepare(source));
      prepared.set(source, statement);
      return statement;
    };
    Object.assign(this.#db, { prepare: preparing });
  }

  #commit(statement: Statement): Statement {
    const run = statement.run.bind(statement);
    return Object.assign(statement, {
      run: () => {
        if (this.#trouble === undefined) return run();
        const { error, isWritten } = this.#trouble;
        // As SQLite does it: the transaction is over when the error is told.
        if (isWritten) run();
        else this.#db.exec('ROLLBACK');
        throw new SqliteError('disk I/O error', error);
      },
    });
  }
}

/** SQLite's own bound. */
const PAGES_MAX = 4_294_967_294;
