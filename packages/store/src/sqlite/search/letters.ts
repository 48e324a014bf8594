/**
 * What searching and indexing read in the books.
 */
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { MessageSummary } from '@posthorn/mail/summary.ts';
import type { SearchedLetter } from '@posthorn/mail/wanted.ts';
import { contentId, type Uid } from '../../ids.ts';
import type { MailboxKey, MessageRow } from '../../messages.ts';
import type { SqliteContents } from '../content-reader.ts';
import { MessageRows } from '../message-rows.ts';
import type { Query, Reader } from '../reader.ts';

/** A content, as the index has to know it. */
export interface ContentRow {
  readonly content: number;
  readonly letter: string;
  readonly size: number;
  readonly cuts: string | null;
  readonly summary: string;
  /** Of all who have it, one after the other. */
  readonly prefixes: Buffer;
}

/** More of a header is not searched. */
const HEADER_OCTETS_MAX = 1024 * 1024;
/** Contents whose numbers lie so far apart are asked for one after the other. */
const NUMBERS_PER_LOOK = 20_000;

type Place = [account: number, mailbox: number];

export class Letters {
  readonly #db: Reader;
  readonly #contents: SqliteContents;
  readonly #rows: MessageRows;
  readonly #after: Query<[after: number, limit: number], ContentRow>;
  readonly #content: Query<[content: number], ContentRow>;
  readonly #letter: Query<[content: number], { letter: string }>;
  readonly #accounts: Query<[content: number], { account: number }>;
  readonly #due: Query<[after: number, limit: number], { id: number; content: number }>;
  readonly #last: Query<[], { last: number }>;
  readonly #newest: Query<[], { content: number | null }>;
  readonly #newestMessage: Query<[], { content: number | null }>;
  readonly #uids: Query<[content: number, ...Place], { uid: number }>;
  readonly #between: Query<[after: number, upTo: number, ...Place], { uid: number }>;
  readonly #all: Query<Place, { uid: number }>;

  constructor(db: Reader, contents: SqliteContents) {
    this.#db = db;
    this.#contents = contents;
    this.#rows = new MessageRows(db);
    const content = 'SELECT id AS content, letter, size, cuts, summary, prefixes FROM content';
    this.#after = db.prepare(`${content} WHERE id > ? ORDER BY id LIMIT ?`);
    this.#content = db.prepare(`${content} WHERE id = ?`);
    this.#letter = db.prepare('SELECT letter FROM content WHERE id = ?');
    this.#accounts = db.prepare('SELECT DISTINCT account FROM message WHERE content = ?');
    this.#due = db.prepare('SELECT id, content FROM search_due WHERE id > ? ORDER BY id LIMIT ?');
    this.#last = db.prepare(`SELECT last FROM sequence WHERE name = 'letter'`);
    this.#newest = db.prepare('SELECT max(id) AS content FROM content');
    this.#newestMessage = db.prepare('SELECT max(content) AS content FROM message');
    this.#uids = db.prepare('SELECT uid FROM message WHERE content = ? AND account = ? AND mailbox = ?');
    this.#between = db.prepare('SELECT uid FROM message WHERE content > ? AND content <= ? AND +account = ? AND +mailbox = ?');
    this.#all = db.prepare('SELECT uid FROM message WHERE account = ? AND mailbox = ? ORDER BY uid');
  }

  /** Contents behind this one, ascending. */
  contentsAfter(content: number, limit: number): readonly ContentRow[] {
    return this.#after.all(content, limit);
  }

  content(content: number): ContentRow | undefined {
    return this.#content.get(content);
  }

  letterOf(content: number): string | undefined {
    return this.#letter.get(content)?.letter;
  }

  /** Whose mailboxes it is in. */
  accountsOf(content: number): readonly number[] {
    return this.#accounts.all(content).map(({ account }) => account);
  }

  /** Contents that the index knows too much or too little of, by numbers of their own, behind `after`. */
  due(after: number, limit: number): readonly { readonly id: number; readonly content: number }[] {
    return this.#due.all(after, limit);
  }

  /** No content has a higher number yet. */
  get lastNumber(): number {
    return this.#last.get()?.last ?? 0;
  }

  /** The number of the newest content; 0 if there is none. */
  get newest(): number {
    return this.#newest.get()?.content ?? 0;
  }

  uidsOf({ account, mailbox }: MailboxKey, content: number): readonly number[] {
    return this.#uids.all(content, account, mailbox).map(({ uid }) => uid);
  }

  /** All of the mailbox, ascending. */
  uids({ account, mailbox }: MailboxKey): readonly number[] {
    return this.#all.all(account, mailbox).map(({ uid }) => uid);
  }

  /** The messages whose contents are behind this one, some at a time. */
  * uidsBehind({ account, mailbox }: MailboxKey, content: number): Generator<readonly number[]> {
    const newest = this.#newestMessage.get()?.content ?? 0;
    for (let at = content; at < newest; at += NUMBERS_PER_LOOK) {
      yield this.#between.all(at, at + NUMBERS_PER_LOOK, account, mailbox).map(({ uid }) => uid);
    }
  }

  /** Those still there, ascending. */
  rows(key: MailboxKey, uids: readonly Uid[]): readonly MessageRow[] {
    // In one reading: each by itself costs more than what it reads.
    return this.#db.atOnce(() => this.#rows.of(key, uids));
  }

  /** A message, to be looked at. `turn` is awaited now and then while it is read. */
  searched(row: Pick<MessageRow, 'prefix' | 'content' | 'contentOctets' | 'cuts' | 'summary'>, turn: () => Promise<void>): SearchedLetter {
    const { envelope, structure } = row.summary;
    const headerOctets = seen(structure.header.end, row.cuts) + row.prefix.length;
    return {
      envelope,
      structure,
      header: () => gather(this.#contents.readLetter(row, { start: 0, end: Math.min(headerOctets, HEADER_OCTETS_MAX) })),
      read: (range) => turning(this.#contents.read(row.content, range), turn),
    };
  }

  /** A content as if it were a message with all prefixes. */
  searchedContent({ content, size, cuts, summary, prefixes }: ContentRow, turn: () => Promise<void>): SearchedLetter {
    const parsed: MessageSummary = JSON.parse(summary);
    const ranges: readonly OctetRange[] = cuts === null ? [] : JSON.parse(cuts);
    return this.searched({ prefix: prefixes, content: contentId(content), contentOctets: size, cuts: ranges, summary: parsed }, turn);
  }
}

/** How many octets before `offset` of the content its reader sees. */
function seen(offset: number, cuts: readonly OctetRange[]): number {
  return cuts.reduce((left, { start, end }) => left - Math.max(0, Math.min(end, offset) - start), offset);
}

async function gather(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function* turning(chunks: AsyncIterable<Buffer>, turn: () => Promise<void>): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) {
    yield chunk;
    await turn();
  }
}
