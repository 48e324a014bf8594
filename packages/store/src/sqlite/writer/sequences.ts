/**
 * Numbers that are given out once and never again, not even after what had them is gone.
 *
 * Busy sequences are reserved in blocks, so that taking a number costs no write; a restart
 * skips the rest of a block. A block taken in a transaction that is rolled back is simply
 * reserved again.
 */
import type { Database, Statement } from 'better-sqlite3';

const BLOCK = 10_000;

export class Sequences {
  readonly #advance: Statement<[name: string, by: number], { last: number }>;
  readonly #atLeast: Statement<[name: string, last: number, floor: number, by: number], { last: number }>;

  constructor(db: Database) {
    this.#advance = db.prepare(`
      INSERT INTO sequence (name, last) VALUES (?, ?)
      ON CONFLICT DO UPDATE SET last = last + excluded.last RETURNING last`);
    this.#atLeast = db.prepare(`
      INSERT INTO sequence (name, last) VALUES (?, ?)
      ON CONFLICT DO UPDATE SET last = max(last, ?) + ? RETURNING last`);
  }

  /** The next number of `name`, from 1. */
  next(name: 'account' | 'mailbox'): number {
    return this.advance(name, 1);
  }

  /** Takes `count` numbers; the last one is returned. */
  advance(name: string, count: number): number {
    const row = this.#advance.get(name, count);
    if (row === undefined) throw new Error('a sequence gives a number');
    return row.last;
  }

  /**
   * The first of `count` UIDVALIDITYs, each given to one mailbox only, so that a name that is
   * used again has another. RFC 9051 §2.3.1.1 advises the time; made in haste they run ahead of it.
   */
  uidValidities(at: number, count: number): number {
    const floor = Math.max(0, Math.floor(at / 1000));
    const row = this.#atLeast.get('uid-validity', floor + count, floor, count);
    if (row === undefined) throw new Error('a sequence gives a number');
    return row.last - count + 1;
  }
}

/** Takes numbers from a block in memory. */
export class BlockSequence {
  readonly #sequences: Sequences;
  readonly #name: string;
  #last = 0;
  #end = 0;

  constructor(sequences: Sequences, name: 'letter' | 'lease') {
    this.#sequences = sequences;
    this.#name = name;
  }

  /** Call inside a transaction. */
  next(): number {
    if (this.#last >= this.#end) {
      this.#end = this.#sequences.advance(this.#name, BLOCK);
      this.#last = this.#end - BLOCK;
    }
    this.#last += 1;
    return this.#last;
  }

  /** After a rollback: the block may not have been reserved after all. */
  forget(): void {
    this.#last = 0;
    this.#end = 0;
  }
}
