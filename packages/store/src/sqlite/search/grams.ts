/**
 * Three characters in a row: what the search index knows of a text.
 *
 * A text that holds a needle holds all its grams, so that the index gives candidates, never
 * too few. Characters are told apart only as far as it pays: case is folded, all white space is
 * one, marks are one, and several of the same kind in a row count as one.
 */
import { foldCase } from '@posthorn/mail/fold-case.ts';
import type { TextSink } from '@posthorn/mail/letter-text.ts';

/** Where a gram was found. */
export type Place = 'body' | 'subject' | 'from' | 'to' | 'other';

/** What stands before a gram. Most of what headers say is in bodies too, so other fields share the body's. */
const MARKERS: Readonly<Record<Place, string>> = { body: '', subject: '\u{90}', from: '\u{91}', to: '\u{92}', other: '' };
/** Before the number of an account that has the letter. */
const ACCOUNT_MARKER = '\u{94}';

const ZERO = 26;
const SPACE = 36;
const AT = 37;
const DOT = 38;
const MARK = 39;
/** Any digits: in other fields, where numbers are many and seldom looked for. */
const NUMBER = 40;
/** Characters of ASCII, as far as they are told apart. */
const CLASSES = 41;
/** Half of a character beyond the basic plane. */
const SURROGATE = 0x84;
/** How each class is written in a token: FTS5's `ascii` takes letters, digits and all beyond ASCII for parts of a word. */
const WRITTEN = Array.from('abcdefghijklmnopqrstuvwxyz0123456789\u{80}\u{81}\u{82}\u{83}\u{85}');
/** Commonest first: letters as in English, near enough for its neighbours; space and marks above all. */
const COMMON = '\u{80}\u{83}\u{85}etaoinsrhldcumfpgwybvkxjqz\u{82}\u{81}0123456789';
const GRAMS_PER_NEEDLE_MAX = 10;
/** A letter with more grams beyond ASCII is not indexed but looked at. */
const FOREIGN_GRAMS_MAX = 100_000;

/** 0 to 40 for a class of ASCII, else the character itself, from 0x80. */
const KINDS = Uint16Array.from({ length: 0x1_0000 }, (_, code) => kindOf(code));

function kindOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + ZERO;
  if (code === 0x40) return AT;
  if (code === 0x2e) return DOT;
  if (code <= 0x20 || (code >= 0x7f && code <= 0xa0)) return SPACE;
  if (code < 0x7f) return MARK;
  return code >= 0xd800 && code <= 0xdfff ? SURROGATE : code;
}

function kindIn(place: Place, code: number): number {
  const kind = KINDS[code] ?? SPACE;
  return place === 'other' && kind >= ZERO && kind < SPACE ? NUMBER : kind;
}

/** A second one in a row says nothing new. */
function isRun(kind: number): boolean {
  return (kind >= SPACE && kind < CLASSES) || kind === SURROGATE;
}

function written(kind: number): string {
  return kind < CLASSES ? WRITTEN[kind] ?? '' : String.fromCharCode(kind);
}

const NONE = -1;

/** Gathers the grams of texts, each once. */
export class GramCollector implements TextSink {
  readonly isDone = false;
  /** By gram of ASCII: the round in which it was last seen. */
  readonly #seen = new Uint32Array(CLASSES ** 3);
  #round = 1;
  #grams: number[] = [];
  #foreign = new Set<string>();
  #one = NONE;
  #two = NONE;
  /** Where the texts stand that come now. */
  place: Place = 'body';

  /** It holds too many to be indexed. */
  get isFull(): boolean {
    return this.#foreign.size >= FOREIGN_GRAMS_MAX;
  }

  push(text: string): void {
    const folded = foldCase(text);
    for (let at = 0; at < folded.length; at += 1) this.#take(kindIn(this.place, folded.charCodeAt(at)));
  }

  /** So that the last two characters of a text are the beginning of a gram too. */
  endPart(): void {
    this.#take(SPACE);
    this.#one = NONE;
    this.#two = NONE;
  }

  #take(kind: number): void {
    if (kind === this.#two && isRun(kind)) return;
    if (this.#one !== NONE) this.#note(this.#one, this.#two, kind);
    this.#one = this.#two;
    this.#two = kind;
  }

  #note(one: number, two: number, three: number): void {
    if (one < CLASSES && two < CLASSES && three < CLASSES) {
      const gram = (one * CLASSES + two) * CLASSES + three;
      if (this.#seen[gram] === this.#round) return;
      this.#seen[gram] = this.#round;
      this.#grams.push(gram);
    } else if (!this.isFull) this.#foreign.add(written(one) + written(two) + written(three));
  }

  /** What was gathered, as tokens of its place; the next texts begin anew. */
  take(): readonly string[] {
    const marker = MARKERS[this.place];
    const tokens = this.#grams.map((gram) => marker + writtenGram(gram));
    for (const gram of this.#foreign) tokens.push(marker + gram);
    this.#round += 1;
    this.#grams = [];
    this.#foreign = new Set();
    return tokens;
  }
}

function writtenGram(gram: number): string {
  return written(Math.floor(gram / (CLASSES * CLASSES))) + written(Math.floor(gram / CLASSES) % CLASSES) + written(gram % CLASSES);
}

export function accountToken(account: number): string {
  return `${ACCOUNT_MARKER}${account}`;
}

/**
 * What FTS5 is asked for letters that may hold the text there; undefined if it cannot help.
 *
 * Two characters beyond ASCII are the beginning of few grams: most words of Chinese are so short.
 */
export function gramQuery(text: string, place: Place): string | undefined {
  // What is no text cannot be in one; what has a NUL cannot be asked for.
  if (!text.isWellFormed()) return undefined;
  const kinds = kindsOf(text, place);
  const marker = MARKERS[place];
  const [one = NONE, two = NONE] = kinds;
  if (kinds.length < 3) return kinds.length === 2 && isForeign(one) && isForeign(two) ? `"${marker}${written(one)}${written(two)}" *` : undefined;
  const grams = new Set<string>();
  for (let at = 0; at + 3 <= kinds.length; at += 1) grams.add(kinds.slice(at, at + 3).map(written).join(''));
  return [...grams].toSorted((a, b) => commonness(a) - commonness(b)).slice(0, GRAMS_PER_NEEDLE_MAX)
    .map((gram) => `"${marker}${gram}"`).join(' AND ');
}

function kindsOf(text: string, place: Place): readonly number[] {
  const kinds: number[] = [];
  const folded = foldCase(text);
  for (let at = 0; at < folded.length; at += 1) {
    const kind = kindIn(place, folded.charCodeAt(at));
    if (kind !== kinds.at(-1) || !isRun(kind)) kinds.push(kind);
  }
  return kinds;
}

function isForeign(kind: number): boolean {
  return kind >= CLASSES && kind !== SURROGATE;
}

/** The rarer a gram, the lower. */
function commonness(gram: string): number {
  let sum = 0;
  for (const char of gram) {
    const rank = COMMON.indexOf(char);
    sum += rank === -1 ? 0 : COMMON.length - rank;
  }
  return sum;
}
