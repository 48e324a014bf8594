/**
 * Reads a content to its last octet and says whether it is what was received.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Database, Statement } from 'better-sqlite3';
import { plain } from '../content-reader.ts';
import { pathOnShelf } from '../folder-shelf.ts';
import { type Encoding, readFramesSync } from '../frames.ts';

interface Row {
  readonly letter: string;
  readonly size: number;
  readonly sha256: Buffer;
  readonly encoding: Encoding;
  readonly file: string | null;
  readonly frames: Buffer | null;
  readonly octets: Buffer | null;
}

export type Judgement =
  | { readonly kind: 'intact'; readonly size: number }
  /** Nobody has it any more, which is right where its last letter was expunged meanwhile. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'damaged'; readonly why: string };

export class ContentJudge {
  readonly #folder: string;
  readonly #row: Statement<[id: number], Row>;

  /** `from`: where octets are kept apart from the books, as in a backup, what joins the two; `content` is the books' table. */
  constructor(db: Database, folder: string, from?: { readonly table: string; readonly join: string }) {
    this.#folder = folder;
    const kept = from?.table ?? 'content';
    this.#row = db.prepare(`
      SELECT content.letter, content.size, content.sha256, coalesce(${kept}.encoding, content.encoding) AS encoding, content.file, content.frames, ${kept}.octets
      FROM content ${from?.join ?? ''} WHERE content.id = ?`);
  }

  judge(id: number): Judgement {
    try {
      const row = this.#row.get(id);
      if (row === undefined) return { kind: 'gone' };
      const hash = createHash('sha256');
      for (const chunk of this.#pieces(row)) hash.update(chunk);
      if (!hash.digest().equals(row.sha256)) return { kind: 'damaged', why: 'its octets are not those that were received' };
      return { kind: 'intact', size: row.size };
    } catch (error) {
      if (this.#isGone(id)) return { kind: 'gone' };
      return { kind: 'damaged', why: `its octets cannot be read (${messageOf(error)})` };
    }
  }

  /** As much of it as can be read, in pieces. */
  *salvage(id: number): Generator<Buffer, void> {
    try {
      const row = this.#row.get(id);
      if (row !== undefined) yield* this.#pieces(row);
    } catch {
      // The rest is lost.
    }
  }

  *#pieces(row: Row): Generator<Buffer, void> {
    const { file, frames, octets } = row;
    if (octets !== null) {
      yield plain(octets, row);
      return;
    }
    if (file === null || frames === null) throw new Error('a content has octets or a file');
    const handle = openSync(pathOnShelf(this.#folder, file), 'r');
    try {
      yield* readFramesSync((start, end) => readWhole(handle, start, end), { ...row, frames });
    } finally {
      closeSync(handle);
    }
  }

  #isGone(id: number): boolean {
    try {
      return this.#row.get(id) === undefined;
    } catch {
      return false;
    }
  }
}

function readWhole(handle: number, start: number, end: number): Buffer {
  // A damaged index must not ask for all of the memory.
  if (end > fstatSync(handle).size) throw new Error('the file is too short');
  const octets = Buffer.allocUnsafe(end - start);
  for (let filled = 0; filled < octets.length;) {
    const read = readSync(handle, octets, filled, octets.length - filled, start + filled);
    if (read === 0) throw new Error('the file is too short');
    filled += read;
  }
  return octets;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
