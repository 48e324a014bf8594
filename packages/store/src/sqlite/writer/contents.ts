/**
 * The content table: what came in, how many use it, and what nothing uses any more.
 *
 * Most letters have one user; only others have a row that counts. What is unused is swept
 * away later, off the path of whoever stopped using it.
 */
import type { Database, Statement } from 'better-sqlite3';
import { contentChecksum, type ContentFields } from '../checksum.ts';
import type { ContentRecord } from '../requests.ts';

interface Uses {
  readonly uses: number;
}

export class ContentTable {
  readonly #insert: Statement<unknown[]>;
  readonly #share: Statement<[content: number, uses: number]>;
  readonly #retain: Statement<[content: number, more: number]>;
  readonly #release: Statement<[content: number], Uses>;
  readonly #unshare: Statement<[content: number]>;
  readonly #unuse: Statement<[content: number]>;
  readonly #prefixes: Statement<[content: number], ContentFields & { prefixes: Buffer }>;
  readonly #setPrefixes: Statement<[prefixes: Buffer, content: number]>;
  readonly #reindex: Statement<[content: number]>;
  readonly #indexed: Statement<[dueUpTo: number]>;

  constructor(db: Database) {
    this.#insert = db.prepare(`
      INSERT INTO content (id, letter, size, sha256, cuts, encoding, file, frames, summary, prefixes, octets)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#share = db.prepare('INSERT INTO shared (content, uses) VALUES (?, ?)');
    this.#retain = db.prepare(`
      INSERT INTO shared (content, uses) VALUES (?, ? + 1) ON CONFLICT DO UPDATE SET uses = uses + excluded.uses - 1`);
    this.#release = db.prepare('UPDATE shared SET uses = uses - 1 WHERE content = ? RETURNING uses');
    this.#unshare = db.prepare('DELETE FROM shared WHERE content = ?');
    this.#unuse = db.prepare('INSERT INTO unused (content) VALUES (?)');
    this.#prefixes = db.prepare('SELECT letter, size, sha256, cuts, summary, prefixes FROM content WHERE id = ?');
    this.#setPrefixes = db.prepare('UPDATE content SET prefixes = ? WHERE id = ?');
    this.#reindex = db.prepare('INSERT INTO search_due (content) VALUES (?)');
    this.#indexed = db.prepare('DELETE FROM search_due WHERE id <= ?');
  }

  insert(id: number, record: ContentRecord, { prefixes, uses }: { readonly prefixes: Buffer; readonly uses: number }): void {
    this.#insert.run(
      id, record.letter, record.size, record.sha256, record.cuts, record.encoding, record.file, record.frames,
      record.summary, prefixes, record.octets,
    );
    if (uses > 1) this.#share.run(id, uses);
    if (uses === 0) this.#unuse.run(id);
  }

  retain(id: number, more: number): void {
    this.#retain.run(id, more);
  }

  release(id: number): void {
    const left = this.#release.get(id)?.uses ?? 0;
    if (left > 0) return;
    this.#unshare.run(id);
    this.#unuse.run(id);
  }

  /** Adds to the prefixes; answers where the addition begins, and of the content: how many octets are passed on, the checksum. */
  extendPrefixes(id: number, more: Buffer): { readonly start: number; readonly octets: number; readonly checksum: number } {
    const row = this.#prefixes.get(id);
    if (row === undefined) throw new Error('a spooled letter has a content');
    this.#setPrefixes.run(Buffer.concat([row.prefixes, more]), id);
    this.#reindex.run(id);
    return { start: row.prefixes.length, octets: row.size - cutOctets(row.cuts), checksum: contentChecksum(row) };
  }

  /** More people have it than the search index knows. */
  reindex(id: number): void {
    this.#reindex.run(id);
  }

  /** The search index knows what was due up to this number. */
  indexed(dueUpTo: number): null {
    this.#indexed.run(dueUpTo);
    return null;
  }
}

/** How many octets a content's cuts (JSON) leave out. */
function cutOctets(cuts: string | null): number {
  if (cuts === null) return 0;
  const ranges: readonly { readonly start: number; readonly end: number }[] = JSON.parse(cuts);
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
