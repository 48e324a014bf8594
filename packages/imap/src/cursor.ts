/**
 * A place in the text of a command, and the words of IMAP's grammar that can be read from there.
 *
 * The text is the command's lines, octet for octet (latin1), joined by line feeds: one stands
 * only behind the announcement of a literal, whose octets are kept apart. What does not fit is
 * thrown as `Misread` and becomes the answer in `command-parser.ts`, nowhere else.
 *
 * RFC 9051 §9, RFC 3501 §9.
 */
import { isUtf8 } from 'node:buffer';
import { canonicalFlag, SYSTEM_FLAGS, type Flag } from '@posthorn/mail/flags.ts';
import type { MessageSet, SequenceSet } from './command.ts';
import { type Dialect, REV1 } from './dialect.ts';
import { canonicalInbox, decodeModifiedUtf7 } from './mailbox-name.ts';

/** What the text is not. Thrown and caught inside the parser. */
export class Misread extends Error {
  override readonly name = 'Misread';
}

/** The text ends where a literal begins that has not come yet. */
export class LiteralAwaited extends Error {
  override readonly name = 'LiteralAwaited';
  readonly octets: number;
  readonly isSynchronizing: boolean;

  constructor(announced: { readonly octets: number; readonly isSynchronizing: boolean }) {
    super('a literal is awaited');
    this.octets = announced.octets;
    this.isSynchronizing = announced.isSynchronizing;
  }
}

/** Ranges in one set; more does not fit in a line that other servers take. */
export const SET_RANGES_MAX = 10_000;
/** Flags in one command. */
export const FLAGS_MAX = 128;
export const KEYWORD_LENGTH_MAX = 128;
const NUMBER_MAX = 0xffff_ffff;

/** A literal's head at the end of a line: `{12}`, `{12+}`; `~{12}` is literal8 (RFC 9051 §4.3). */
const LITERAL = /(~?)\{(\d{1,15})(\+?)\}(\n|$)/y;
// RFC 9051 §9 atom-specials: ( ) { SP CTL % * " \ ]
const ATOM = /[^\x00-\x20\x7f-\xff(){%*"\\\]]+/y;
const ASTRING_ATOM = /[^\x00-\x20\x7f-\xff(){%*"\\]+/y;
const LIST_ATOM = /[^\x00-\x20\x7f-\xff(){"\\]+/y;
const QUOTED = /"[^"\\\0\r\n]*(?:\\["\\][^"\\\0\r\n]*)*"/y;
const TAG = /[^\x00-\x20\x7f-\xff(){%*"\\+]+/y;
const WORD = /[A-Za-z0-9.]+(?:-[A-Za-z]+)?/y;
const BASE64 = /=|[A-Za-z0-9+/]+={0,2}/y;
const DIGITS = /\d{1,15}/y;
const LONG_DIGITS = /\d{1,19}/y;

/** What the client has said about how it writes. */
export type Tongue = Pick<Dialect, 'isUtf8'>;

export class Cursor {
  readonly #text: string;
  readonly #literals: readonly Buffer[];
  readonly #tongue: Tongue;
  #at = 0;
  #literal = 0;

  constructor(text: string, literals: readonly Buffer[], tongue: Tongue = REV1) {
    this.#text = text;
    this.#literals = literals;
    this.#tongue = tongue;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  fail(expected: string): never {
    throw new Misread(`expected ${expected} at octet ${this.#at + 1}`);
  }

  get isLetter(): boolean {
    return /[a-z]/i.test(this.#text.charAt(this.#at));
  }

  get isDigit(): boolean {
    return /\d/.test(this.#text.charAt(this.#at));
  }

  is(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  take(character: string): boolean {
    if (!this.is(character)) return false;
    this.#at++;
    return true;
  }

  /** Passes over what a sticky pattern finds here, if it does. */
  skip(pattern: RegExp): boolean {
    return this.#match(pattern) !== undefined;
  }

  expect(character: string): void {
    if (!this.take(character)) this.fail(`"${character}"`);
  }

  /** RFC 9051 §9: exactly one. */
  space(before: string): void {
    if (!this.take(' ')) this.fail(`a space, then ${before}`);
    if (this.is(' ')) this.fail(`${before} after one space only`);
  }

  end(): void {
    if (!this.isAtEnd) this.fail('the end of the command');
  }

  /** RFC 9051 §9: tag. */
  tag(): string | undefined {
    return this.#match(TAG);
  }

  /** Letters, digits and dots, in capitals: the names of commands, items, keys. */
  word(expected: string): string {
    return (this.#match(WORD) ?? this.fail(expected)).toUpperCase();
  }

  atom(expected: string): string {
    return this.#match(ATOM) ?? this.fail(expected);
  }

  number(expected: string): number {
    const at = this.#at;
    const value = Number(this.#match(DIGITS) ?? this.fail(expected));
    if (value <= NUMBER_MAX) return value;
    this.#at = at;
    return this.fail(`${expected} of at most 32 bits`);
  }

  /**
   * RFC 7162 §7: a modseq, of 63 bits. Ours stay below 2^53: a larger one is rounded, and
   * still larger than any of them.
   */
  modseq(expected: string): number {
    return Number(this.#match(LONG_DIGITS) ?? this.fail(expected));
  }

  nzNumber(expected: string): number {
    const at = this.#at;
    const value = this.number(expected);
    if (value > 0 && this.#text[at] !== '0') return value;
    this.#at = at;
    return this.fail(`${expected} from 1`);
  }

  /** An atom, a quoted string or a literal, decoded. */
  astring(expected: string): string {
    return this.#match(ASTRING_ATOM) ?? this.string(expected);
  }

  /** A quoted string or a literal, decoded: UTF-8 if it is that, else each octet a character. */
  string(expected: string): string {
    return decodeText(this.#stringOctets(expected));
  }

  #stringOctets(expected: string): Buffer {
    const quoted = this.#match(QUOTED);
    if (quoted !== undefined) return Buffer.from(quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1'), 'latin1');
    const octets = this.#takeLiteral(expected);
    // RFC 9051 §9 CHAR8: no NUL, even in a literal.
    if (octets.includes(0)) this.fail('a literal without NUL');
    return octets;
  }

  /** RFC 4959 §3: base64, or `=` for an empty response. */
  base64(expected: string): string {
    const at = this.#at;
    const text = this.#match(BASE64) ?? this.fail(expected);
    if (text === '=' || text.length % 4 === 0) return text;
    this.#at = at;
    return this.fail(expected);
  }

  /** NIL, or what `string` reads. */
  nstring(expected: string): string | null {
    return this.#match(/NIL(?=[ )\n]|$)/iy) === undefined ? this.string(expected) : null;
  }

  /** The head of the literal that ends the text: what APPEND's data begins with. */
  dataHead(): { readonly octets: number; readonly isSynchronizing: boolean } {
    LITERAL.lastIndex = this.#at;
    const found = LITERAL.exec(this.#text);
    if (found === null || found[4] !== '') this.fail('a literal with the message');
    this.#at = this.#text.length;
    return { octets: Number(found[2]), isSynchronizing: found[3] === '' };
  }

  /** Decoded to Unicode. RFC 3501 §5.1.3: eight-bit names and careless ampersands are refused. */
  mailbox(): string {
    return canonicalInbox(this.#name(ASTRING_ATOM, 'mailbox name')) || this.fail('a mailbox name that is not empty');
  }

  /** The reference of LIST, which may be empty. */
  reference(): string {
    return this.#name(ASTRING_ATOM, 'reference name');
  }

  /** RFC 9051 §9: list-mailbox, where `%` and `*` may stand bare. */
  listPattern(): string {
    return this.#name(LIST_ATOM, 'pattern');
  }

  #name(atom: RegExp, what: string): string {
    const bare = this.#match(atom);
    const octets = bare === undefined ? this.#stringOctets(`a ${what}`) : Buffer.from(bare, 'latin1');
    if (this.#tongue.isUtf8) {
      // RFC 9051 §5.1, RFC 6855 §3.
      return isUtf8(octets) ? octets.toString() : this.refuse(`That ${what} is not in UTF-8`);
    }
    return decodeModifiedUtf7(decodeText(octets)) ?? this.refuse(`That ${what} is not in modified UTF-7: "&" is written "&-", other than ASCII is encoded`);
  }

  /** A flag that can be stored. \Recent and unknown system flags cannot. */
  flag(): Flag {
    if (!this.take('\\')) return this.keyword();
    const flag = canonicalFlag(`\\${this.atom('a flag')}`);
    // RFC 9051 §2.3.2, RFC 3501 §2.3.2: clients cannot alter \Recent, nor invent system flags.
    return SYSTEM_FLAGS.includes(flag) ? flag : this.refuse(`${flag} is not a flag that can be set here`);
  }

  keyword(): Flag {
    const keyword = this.atom('a flag');
    return keyword.length <= KEYWORD_LENGTH_MAX ? keyword : this.refuse(`A keyword has at most ${KEYWORD_LENGTH_MAX} characters`);
  }

  /** `(` and items with single spaces between `)`. */
  list<T>(item: () => T, limits: { readonly what: string; readonly isEmptyAllowed: boolean; readonly max: number }): readonly T[] {
    this.expect('(');
    if (limits.isEmptyAllowed && this.take(')')) return [];
    const items = this.sequence(item, limits);
    if (!this.take(')')) this.fail(`a space or ")"`);
    return items;
  }

  /** One or more with single spaces between. */
  sequence<T>(item: () => T, { what, max }: { readonly what: string; readonly max: number }): readonly T[] {
    const items = [item()];
    while (this.is(' ')) {
      this.space(`more ${what}`);
      if (items.length === max) this.refuse(`More than ${max} ${what}`);
      items.push(item());
    }
    return items;
  }

  /** RFC 9051 §9: sequence-set. */
  sequenceSet(): SequenceSet {
    const ranges = [this.#range()];
    while (this.take(',')) {
      if (ranges.length === SET_RANGES_MAX) this.refuse(`More than ${SET_RANGES_MAX} ranges in a set`);
      ranges.push(this.#range());
    }
    return ranges;
  }

  /** The same, or `$` (RFC 9051 §9: seq-last-command). */
  messageSet(): MessageSet {
    return this.take('$') ? '$' : this.sequenceSet();
  }

  #range(): { readonly from: number; readonly to: number } {
    const from = this.#seqNumber();
    return { from, to: this.take(':') ? this.#seqNumber() : from };
  }

  #seqNumber(): number {
    return this.take('*') ? Infinity : this.nzNumber('a message number or "*"');
  }

  /** Says no with a sentence of its own. */
  refuse(sentence: string): never {
    throw new Misread(sentence);
  }

  #takeLiteral(expected: string): Buffer {
    LITERAL.lastIndex = this.#at;
    const found = LITERAL.exec(this.#text);
    // RFC 9051 §4.3: literal8 only where the grammar says so, and that is APPEND.
    if (found === null || found[1] !== '') return this.fail(expected);
    if (found[4] === '') throw new LiteralAwaited({ octets: Number(found[2]), isSynchronizing: found[3] === '' });
    this.#at = LITERAL.lastIndex;
    return this.#literals[this.#literal++] ?? this.fail(expected);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

function decodeText(octets: Buffer): string {
  return octets.toString(isUtf8(octets) ? 'utf8' : 'latin1');
}
