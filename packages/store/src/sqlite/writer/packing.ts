/**
 * Compresses contents in the table that were written as they came.
 *
 * Whoever sends a letter does not wait for it to be made small: that is done in its turn of what
 * can wait, some letters at a time. What the octets are does not change, only how they are kept.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import type { Database, Statement } from 'better-sqlite3';

/** Few: a letter that comes now waits for the step to end. */
const CONTENTS_PER_STEP = 10;
/** Smaller ones gain nothing. */
const OCTETS_MIN = 256;
/** What does not get smaller than this part of itself is left as it is. */
const WORTHWHILE = 0.95;
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

interface Row {
  readonly id: number;
  readonly encoding: string;
  readonly octets: Buffer | null;
}

export class Packing {
  readonly #after: Statement<[id: number, limit: number], Row>;
  readonly #pack: Statement<[octets: Buffer, id: number]>;
  readonly #done: Statement<[], { last: number }>;
  readonly #setDone: Statement<[last: number]>;

  constructor(db: Database) {
    this.#after = db.prepare('SELECT id, encoding, octets FROM content WHERE id > ? ORDER BY id LIMIT ?');
    this.#pack = db.prepare(`UPDATE content SET octets = ?, encoding = 'zstd' WHERE id = ?`);
    this.#done = db.prepare(`SELECT last FROM sequence WHERE name = 'packed'`);
    this.#setDone = db.prepare(`INSERT INTO sequence (name, last) VALUES ('packed', ?) ON CONFLICT DO UPDATE SET last = excluded.last`);
  }

  /** Inside a transaction. False: all are done. */
  step(): boolean {
    const rows = this.#after.all(this.#done.get()?.last ?? 0, CONTENTS_PER_STEP);
    const last = rows.at(-1);
    if (last === undefined) return false;
    for (const { id, encoding, octets } of rows) {
      if (octets === null || encoding !== 'identity' || octets.length < OCTETS_MIN) continue;
      const packed = zstdCompressSync(octets, COMPRESSION);
      if (packed.length < octets.length * WORTHWHILE) this.#pack.run(packed, id);
    }
    this.#setDone.run(last.id);
    return true;
  }
}
