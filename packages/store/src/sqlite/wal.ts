/**
 * Brings what was committed from the WAL into the main file, before it grows without bound.
 *
 * With `wal_autocheckpoint=0` nobody else does. When everything was brought over and nobody
 * reads, the next commit begins the WAL anew. https://sqlite.org/wal.html §3
 */
import type { Database } from 'better-sqlite3';

interface Progress {
  readonly busy: number;
  /** Pages in the WAL; -1 if there is none. */
  readonly log: number;
  readonly checkpointed: number;
}

/** Pages of WAL after which the writer brings them over as soon as nobody waits. */
const LEISURELY_PAGES = 1_000;
/** Pages of WAL after which everybody waits for it: some 32 MB. */
const CEILING_PAGES = 8_000;

export class WalKeeper {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Pages that are not yet in the main file. */
  get pages(): number {
    const { log, checkpointed } = this.#run('NOOP');
    return Math.max(0, log - checkpointed);
  }

  get isOverCeiling(): boolean {
    return this.pages > CEILING_PAGES;
  }

  get isWorthwhile(): boolean {
    return this.pages > LEISURELY_PAGES;
  }

  checkpoint(): void {
    this.#run('PASSIVE');
  }

  /** Before closing: nothing remains in the WAL, unless somebody reads at this moment. False then. */
  empty(): boolean {
    return this.#run('TRUNCATE').busy === 0;
  }

  #run(mode: 'NOOP' | 'PASSIVE' | 'TRUNCATE'): Progress {
    const rows: unknown = this.#db.pragma(`wal_checkpoint(${mode})`);
    const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
    if (!isProgress(row)) throw new Error('a checkpoint reports its progress');
    return row;
  }
}

function isProgress(row: unknown): row is Progress {
  return typeof row === 'object' && row !== null && 'busy' in row && 'log' in row && 'checkpointed' in row;
}
