/**
 * Messages that left a mailbox: expunged ones with their contents kept, moved ones so that it
 * is known where they were.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { MailboxKey } from '../../messages.ts';
import { goneChecksum, joined } from '../checksum.ts';
import type { ContentTable } from './contents.ts';

/** What is known of a message when it leaves. */
export interface Leaving {
  readonly uid: number;
  readonly bits: number;
  readonly keywords: string | null;
  readonly content: number;
  readonly prefixStart: number;
  readonly prefixEnd: number;
  readonly octets: number;
  readonly internalDate: number;
  readonly savedAt: number;
  /** Of the letter, without this place: see `checksumOfLetter`. */
  readonly checksum: number;
}

/** Where a message went. */
export interface Destination {
  readonly mailbox: number;
  readonly uid: number;
}

interface OldRow {
  readonly id: number;
  readonly content: number;
  readonly toMailbox: number | null;
  readonly goneAt: number;
}

export class GoneTable {
  readonly #contents: ContentTable;
  readonly #insert: Statement<unknown[]>;
  readonly #delete: Statement<[id: number]>;
  readonly #oldest: Statement<[limit: number], OldRow>;
  readonly #ofMailbox: Statement<[account: number, mailbox: number, limit: number], OldRow>;

  constructor(db: Database, contents: ContentTable) {
    this.#contents = contents;
    this.#insert = db.prepare(`
      INSERT INTO gone (gone_at, account, mailbox, uid, flags, keywords, content, prefix_start, prefix_end, octets,
        internal_date, saved_at, to_mailbox, to_uid, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#delete = db.prepare('DELETE FROM gone WHERE id = ?');
    const row = 'SELECT id, content, to_mailbox AS toMailbox, gone_at AS goneAt FROM gone';
    this.#oldest = db.prepare(`${row} ORDER BY id LIMIT ?`);
    this.#ofMailbox = db.prepare(`${row} WHERE account = ? AND mailbox = ? LIMIT ?`);
  }

  /** The content stays in use: whoever was expunged still holds it. */
  keep({ account, mailbox }: MailboxKey, message: Leaving, { at, to }: { readonly at: number; readonly to?: Destination }): void {
    const { uid, bits, keywords, content, prefixStart, prefixEnd, octets, internalDate, savedAt, checksum } = message;
    const place = { account, mailbox, uid, bits, keywords, content, prefixStart, prefixEnd, octets, internalDate, savedAt };
    this.#insert.run(
      at, account, mailbox, uid, bits, keywords, content, prefixStart, prefixEnd, octets, internalDate, savedAt,
      to?.mailbox ?? null, to?.uid ?? null, joined(checksum, goneChecksum(place)),
    );
  }

  /** It was put back, with its content. */
  takeBack(id: number): void {
    this.#delete.run(id);
  }

  /** Forgets what left before `before`, nearly in the order of leaving. How many rows it touched. */
  forgetOld(before: number, limit: number): number {
    const hasOld = this.#oldest.all(1).some(({ goneAt }) => goneAt < before);
    return this.#forget(hasOld ? this.#oldest.all(limit).filter(({ goneAt }) => goneAt < before) : []);
  }

  /** Forgets what left a mailbox. How many rows it touched. */
  forgetMailbox(account: number, mailbox: number, limit: number): number {
    return this.#forget(this.#ofMailbox.all(account, mailbox, limit));
  }

  #forget(rows: readonly OldRow[]): number {
    for (const { id, content, toMailbox } of rows) {
      this.#delete.run(id);
      if (toMailbox === null) this.#contents.release(content);
    }
    return rows.length;
  }
}
