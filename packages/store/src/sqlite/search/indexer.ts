/**
 * Keeps the search index up with the books, some letters at a time.
 */
import { readText } from '@posthorn/mail/letter-text.ts';
import { fieldTexts, type SearchedLetter, shownAddress } from '@posthorn/mail/wanted.ts';
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import type { MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import { StoreFault } from '../../store.ts';
import { accountToken, GramCollector, type Place } from './grams.ts';
import type { Entry, IndexWriter, SearchIndex } from './index-file.ts';
import type { ContentRow, Letters } from './letters.ts';
import { placeOfField } from './match.ts';

const CONTENTS_PER_STEP = 100;
/** A step ends after so many octets. */
const OCTETS_PER_STEP = 1024 * 1024;
const DUE_PER_STEP = 100;

const MARKED_PLACES: readonly Exclude<Place, 'body'>[] = ['subject', 'from', 'to'];

export interface Stepped {
  /** There was something to do, and there may be more. */
  readonly hasMore: boolean;
  /** What was due up to this number is done. */
  readonly dueDone?: number;
}

export class Indexer {
  readonly #letters: Letters;
  readonly #index: SearchIndex;
  readonly #writer: IndexWriter;
  readonly #turn: () => Promise<void>;
  readonly #collector = new GramCollector();

  /** `turn` is awaited now and then while letters are read. */
  constructor(letters: Letters, { index, writer, turn }: { readonly index: SearchIndex; readonly writer: IndexWriter; readonly turn: () => Promise<void> }) {
    this.#letters = letters;
    this.#index = index;
    this.#writer = writer;
    this.#turn = turn;
  }

  /** How many letters are to be taken in, at most. */
  get waiting(): number {
    return Math.max(0, this.#letters.newest - this.#index.covered);
  }

  /** One step. `dueFrom`: what was due up to this number is done already, though it may still be listed. */
  async step(dueFrom: number): Promise<Stepped> {
    return await this.#takeIn() ? { hasMore: true } : this.#renew(dueFrom);
  }

  async #takeIn(): Promise<boolean> {
    const entries: Entry[] = [];
    let last: ContentRow | undefined;
    let octets = 0;
    for (const row of this.#letters.contentsAfter(this.#index.covered, CONTENTS_PER_STEP)) {
      entries.push(await this.#entryOf(row));
      last = row;
      octets += row.size;
      if (octets > OCTETS_PER_STEP) break;
    }
    if (last === undefined) return false;
    this.#writer.add(entries, last);
    return true;
  }

  async #renew(dueFrom: number): Promise<Stepped> {
    const due = this.#letters.due(dueFrom, DUE_PER_STEP);
    const last = due.at(-1);
    if (last === undefined) return { hasMore: false };
    const { covered } = this.#index;
    const entries: Entry[] = [];
    for (const content of new Set(due.map((one) => one.content))) {
      const row = this.#letters.content(content);
      // What is not covered yet will be taken in as it is then.
      if (content <= covered) entries.push(row === undefined ? { content, tokens: null } : await this.#entryOf(row));
    }
    this.#writer.renew(entries);
    return { hasMore: true, dueDone: last.id };
  }

  async #entryOf(row: ContentRow): Promise<Entry> {
    const { content } = row;
    const accounts = this.#letters.accountsOf(content);
    // Under way to others: nobody here can look for it.
    if (accounts.length === 0) return { content, tokens: null };
    try {
      const tokens = await this.#tokensOf(this.#letters.searchedContent(row, this.#turn));
      return { content, tokens: tokens && [...accounts.map(accountToken), ...tokens] };
    } catch (error) {
      // A letter that cannot be read now is looked at when somebody searches.
      if (error instanceof StoreFault) return { content, tokens: undefined };
      throw error;
    } finally {
      this.#collector.take();
    }
  }

  /** Undefined: too many. */
  async #tokensOf(letter: SearchedLetter): Promise<readonly string[] | undefined> {
    const collector = this.#collector;
    collector.place = 'body';
    await readText(letter.structure, { read: letter.read, sink: collector });
    const fields = fieldTexts(await letter.header());
    // These share what stands before their grams, and so each gram is there once.
    collector.place = 'other';
    for (const { key, whole } of fields) if (placeOfField(key) === 'other') push(collector, whole);
    if (collector.isFull) return undefined;
    const tokens = [...collector.take()];
    for (const place of MARKED_PLACES) {
      collector.place = place;
      for (const { key, whole } of fields) if (placeOfField(key) === place) push(collector, whole);
      for (const shown of shownIn(letter.envelope, place)) push(collector, shown);
      if (collector.isFull) return undefined;
      for (const token of collector.take()) tokens.push(token);
    }
    return tokens;
  }
}

function push(collector: GramCollector, text: string): void {
  collector.push(text);
  collector.endPart();
}

/** What is searched of the envelope, which may differ from what stands in the fields. */
function shownIn({ subject, from, to, cc, bcc }: MessageEnvelope, place: Place): readonly string[] {
  switch (place) {
    case 'subject': return [decodeWords(subject ?? '')];
    case 'from': return from.map(shownAddress);
    case 'to': return [...to, ...cc, ...bcc].map(shownAddress);
    default: return [];
  }
}
