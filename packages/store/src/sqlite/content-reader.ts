/**
 * Reads contents, and letters as their readers see them: prefix, then content less its cuts.
 */
import { zstdDecompressSync } from 'node:zlib';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { Contents, Intake } from '../contents.ts';
import type { ContentId } from '../ids.ts';
import type { MessageRow } from '../messages.ts';
import { StoreFault } from '../store.ts';
import { type Encoding, readFrames } from './frames.ts';
import { clip, INLINE_OCTETS_MAX, type Shelving, StoreIntake } from './intake.ts';
import type { Query, Reader } from './reader.ts';

interface Row {
  readonly size: number;
  readonly encoding: Encoding;
  readonly file: string | null;
  readonly frames: Buffer | null;
  readonly octets: Buffer | null;
}

/** zlib wants no smaller ones; what is told is one allocation the less. */
const CHUNK_OCTETS_MIN = 64;

export class SqliteContents implements Contents {
  readonly #shelving: Shelving;
  readonly #row: Query<[id: number], Row>;

  constructor(db: Reader, shelving: Shelving) {
    this.#shelving = shelving;
    this.#row = db.prepare('SELECT size, encoding, file, frames, octets FROM content WHERE id = ?');
  }

  receive(): Intake {
    return new StoreIntake(this.#shelving);
  }

  async* read(content: ContentId, range?: OctetRange): AsyncGenerator<Buffer, void> {
    try {
      const row = this.#row.get(content);
      if (row === undefined) throw new Error(`there is no content ${content}`);
      const { start, end } = clip(range, row.size);
      if (start >= end) return;
      if (row.octets === null) yield* this.#readFile(row, { start, end });
      else yield plain(row.octets, row).subarray(start, end);
    } catch (cause) {
      throw new StoreFault('a content cannot be read', { cause });
    }
  }

  async* #readFile({ file, frames, encoding, size }: Row, range: OctetRange): AsyncGenerator<Buffer, void> {
    if (file === null || frames === null) throw new Error('a content has octets or a file');
    const open = await this.#shelving.shelf.open(file);
    try {
      yield* readFrames(open, { size, encoding, frames }, range);
    } finally {
      await open.close();
    }
  }

  /** The letter as its reader sees it; offsets count in prefix + content less cuts. */
  async* readLetter(row: Pick<MessageRow, 'prefix' | 'content' | 'contentOctets' | 'cuts'>, range?: OctetRange): AsyncGenerator<Buffer, void> {
    const { prefix, content, contentOctets, cuts } = row;
    const { start, end } = clip(range, Number.MAX_SAFE_INTEGER);
    if (start < prefix.length && end > start) yield prefix.subarray(start, end);
    let at = prefix.length;
    for (const kept of between(cuts, contentOctets)) {
      const length = kept.end - kept.start;
      const from = Math.max(0, start - at);
      const to = Math.min(length, end - at);
      if (from < to) yield* this.read(content, { start: kept.start + from, end: kept.start + to });
      at += length;
    }
  }
}

/** The octets of a content that is kept in the table. */
export function plain(octets: Buffer, { encoding, size }: Pick<Row, 'encoding' | 'size'>): Buffer {
  const found = encoding === 'zstd' ? zstdDecompressSync(octets, { maxOutputLength: INLINE_OCTETS_MAX, chunkSize: Math.max(CHUNK_OCTETS_MIN, size) }) : octets;
  if (found.length !== size) throw new Error(`a content holds ${found.length} octets, not ${size}`);
  return found;
}

/** What the cuts leave of `octets`. */
function between(cuts: readonly OctetRange[], octets: number): readonly OctetRange[] {
  const kept: OctetRange[] = [];
  let at = 0;
  for (const { start, end } of cuts) {
    if (start > at) kept.push({ start: at, end: start });
    at = Math.max(at, end);
  }
  if (at < octets) kept.push({ start: at, end: octets });
  return kept;
}
