/**
 * Rows of messages, as they are read out of the tables.
 */
import { contentId, letterId, modseq, type Uid, uid } from '../ids.ts';
import type { MailboxKey, MessageRow, MessageState } from '../messages.ts';
import { readFlags } from './flag-bits.ts';
import type { Query, Reader } from './reader.ts';
import { sortedUids } from './uid-set.ts';

export interface StateRow {
  readonly uid: number;
  readonly modseq: number;
  readonly bits: number;
  readonly keywords: string | null;
}

interface Row extends StateRow {
  readonly letter: string;
  readonly internalDate: number;
  readonly savedAt: number;
  readonly octets: number;
  /** Null where there are no octets: SQLite's substr of an empty blob. */
  readonly prefix: Buffer | null;
  readonly content: number;
  readonly contentOctets: number;
  readonly cuts: string | null;
  readonly summary: string;
}

type Place = [account: number, mailbox: number];

export class MessageRows {
  readonly #row: Query<[...Place, uid: number], Row>;
  readonly #range: Query<[...Place, first: number, last: number], Row>;

  constructor(db: Reader) {
    const row = `
      SELECT m.uid, m.modseq, m.flags AS bits, m.keywords, c.letter, m.internal_date AS internalDate, m.saved_at AS savedAt, m.octets,
        substr(c.prefixes, m.prefix_start + 1, m.prefix_end - m.prefix_start) AS prefix,
        m.content, c.size AS contentOctets, c.cuts, c.summary
      FROM message m JOIN content c ON c.id = m.content WHERE m.account = ? AND m.mailbox = ?`;
    this.#row = db.prepare(`${row} AND m.uid = ?`);
    this.#range = db.prepare(`${row} AND m.uid BETWEEN ? AND ? ORDER BY m.uid`);
  }

  /** Those still there, ascending. */
  of({ account, mailbox }: MailboxKey, uids: readonly Uid[]): readonly MessageRow[] {
    const sorted = sortedUids(uids);
    const first = sorted[0];
    const last = sorted.at(-1);
    if (first === undefined || last === undefined) return [];
    // Without gaps one query is quicker than one each.
    const isDense = last - first + 1 === sorted.length;
    const rows = isDense
      ? this.#range.all(account, mailbox, first, last)
      : sorted.flatMap((each) => this.#row.get(account, mailbox, each) ?? []);
    return rows.map(readRow);
  }
}

export function readState(row: StateRow): MessageState {
  return { uid: uid(row.uid), modseq: modseq(row.modseq), flags: readFlags(row) };
}

function readRow(row: Row): MessageRow {
  return {
    ...readState(row),
    letter: letterId(row.letter),
    internalDate: row.internalDate,
    savedAt: row.savedAt,
    octets: row.octets,
    prefix: row.prefix ?? Buffer.alloc(0),
    content: contentId(row.content),
    contentOctets: row.contentOctets,
    cuts: row.cuts === null ? [] : JSON.parse(row.cuts),
    summary: JSON.parse(row.summary),
  };
}
