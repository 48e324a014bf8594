/**
 * Finds notes by their keys: those whose keys were written, and the newest, whose were not yet.
 */
import { type KeyedNote, keysOf } from './note-keys.ts';
import type { Query, Reader } from './reader.ts';

interface Row extends KeyedNote {
  readonly id: number;
}

export class NoteFinder {
  readonly #written: Query<[key: string, limit: number], { note: number }>;
  readonly #unwritten: Query<[], Row>;

  constructor(db: Reader) {
    this.#written = db.prepare('SELECT note FROM note_key WHERE key = ? ORDER BY note DESC LIMIT ?');
    this.#unwritten = db.prepare(`
      SELECT id, letter, message_id AS messageId, sender, recipients FROM note
      WHERE id > coalesce((SELECT last FROM sequence WHERE name = 'note-keys'), 0) ORDER BY id DESC`);
  }

  /** The ids of notes with all of these keys, newest first. */
  find(keys: readonly string[], limit: number): readonly number[] {
    const [first] = keys;
    if (first === undefined || limit <= 0) return [];
    const found: number[] = [];
    this.#unwritten.until((row) => {
      const own = keysOf(row);
      if (keys.every((key) => own.includes(key))) found.push(row.id);
      return found.length === limit;
    });
    if (found.length === limit) return found;
    const others = keys.slice(1).map((key) => new Set(this.#written.all(key, EVERY).map(({ note }) => note)));
    const written = this.#written.all(first, others.length === 0 ? limit - found.length : EVERY).map(({ note }) => note);
    // A note whose keys are written between the two looks is found by both.
    return [...new Set([...found, ...written.filter((note) => others.every((other) => other.has(note)))])].slice(0, limit);
  }
}

/** As SQLite takes it: no limit. */
const EVERY = -1;
