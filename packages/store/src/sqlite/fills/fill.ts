/**
 * Filling in what older rows lack, in batches: each is a transaction of its own, and the next
 * begins where the last one ended, whatever ended the process in between.
 */
import type { Database } from 'better-sqlite3';

export interface Fill {
  /** How many rows there are to go through, for telling how far it is. */
  total(db: Database): number;
  /** Goes through up to `rows` rows after `cursor` (empty: from the beginning). */
  batch(db: Database, cursor: string, rows: number): Filled;
}

export interface Filled {
  readonly rows: number;
  /** Where the next batch begins; undefined when this was the last. */
  readonly cursor: string | undefined;
}
