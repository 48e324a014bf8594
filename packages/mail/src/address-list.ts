/**
 * The addresses of From, To and their like, as people and programs really write them.
 *
 * Reads the grammar with groups, comments and obsolete forms, and makes the best of what is
 * outside it: a missing bracket, quote or comma, an at sign in a name. Never fails.
 * RFC 5322 §3.4 and §4.4, RFC 6532 (UTF-8), RFC 9051 §7.5.2 (how groups appear in a list).
 */
import { readComment, readQuoted } from './structured-field.ts';

/** A mailbox of an address list, or the start or end of a group (RFC 9051 §7.5.2: host is NIL). */
export interface ListedAddress {
  /** As written, unquoted, encoded words left as they are; null where there is none. */
  readonly name: string | null;
  /** The local part unquoted; the name of a group that starts; null where a group ends. */
  readonly mailbox: string | null;
  /** Empty where someone wrote an address without a domain; null at the start and end of a group. */
  readonly host: string | null;
}

/** Of one list; what follows is left out. */
export const LISTED_ADDRESSES_MAX = 10_000;

/** Words and marks of one entry; what follows is left out. */
const ENTRY_TOKENS_MAX = 1000;

interface Token {
  readonly kind: 'word' | 'quoted' | 'comment' | 'special';
  /** Of quoted strings and comments: without their delimiters and escapes. */
  readonly value: string;
  /** White space or a comment stands before it. */
  readonly isApart: boolean;
}

/** An encoded word is one word, though commas and brackets may have slipped into it. */
const ENCODED_WORD = /=\?[^?\s]{1,80}\?[bq]\?[^?\s]{0,1000}\?=/iy;
const WORD = /[^\s"(),:;<>@[\]]+/y;
/** A domain literal; brackets elsewhere are text. */
const LITERAL = /\[[^\][\s,;<>@]*\]/y;

/** Reads the text of an address list field; at most `max` entries, group marks included. */
export function parseAddressList(text: string, max = LISTED_ADDRESSES_MAX): readonly ListedAddress[] {
  const reader = new ListReader(max);
  for (let at = 0; at < text.length && !reader.isFull;) {
    const { token, end } = tokenAt(text, at, at > 0 && isBreak(text, at - 1));
    if (token !== undefined) reader.take(token);
    at = end;
  }
  return reader.end();
}

/** Gathers tokens until a comma, colon or semicolon says what they were. */
class ListReader {
  readonly #list: ListedAddress[] = [];
  readonly #max: number;
  #tokens: Token[] = [];
  #isInGroup = false;
  #hasAt = false;
  /** Where the `>` of the present entry stands; -1 before it. */
  #closedAt = -1;
  /** Between `<` and `>`; `route` if an at sign stands first: `<@one,@two:ann@ash.test>` (RFC 5322 §4.4). */
  #angle: 'outside' | 'just opened' | 'inside' | 'route' = 'outside';

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#list.length >= this.#max;
  }

  take(token: Token): void {
    const special = token.kind === 'special' ? token.value : '';
    if (special === ',' && this.#angle !== 'route') this.#endEntry();
    else if (special === ':' && this.#angle === 'outside' && !this.#isInGroup && !this.#hasAt) this.#startGroup();
    else if (special === ';' && this.#isInGroup) this.#endGroup();
    // Outside a group a semicolon is someone's comma.
    else if (special === ';') this.#endEntry();
    else {
      if (special === '<') {
        this.#endClosed();
        this.#angle = 'just opened';
      } else if (special === '>' && this.#angle !== 'outside') {
        this.#angle = 'outside';
        this.#closedAt = this.#tokens.length;
      } else if (this.#angle === 'just opened' && token.kind !== 'comment') this.#angle = special === '@' ? 'route' : 'inside';
      this.#hasAt ||= special === '@';
      if (this.#tokens.length < ENTRY_TOKENS_MAX) this.#tokens.push(token);
    }
  }

  end(): readonly ListedAddress[] {
    if (this.#isInGroup) this.#endGroup();
    else this.#endEntry();
    return this.#list;
  }

  #startGroup(): void {
    this.#add({ name: null, mailbox: phraseOf(this.#tokens) ?? '', host: null });
    this.#clear();
    this.#isInGroup = true;
  }

  #endGroup(): void {
    this.#endEntry();
    this.#add({ name: null, mailbox: null, host: null });
    this.#isInGroup = false;
  }

  /** A second `<` in one entry: someone forgot the comma behind the first `>`. */
  #endClosed(): void {
    if (this.#closedAt === -1) return;
    const next = this.#tokens.slice(this.#closedAt + 1);
    this.#tokens.length = Math.min(this.#tokens.length, this.#closedAt + 1);
    this.#endEntry();
    this.#tokens = next;
  }

  #endEntry(): void {
    const address = readEntry(this.#tokens);
    if (address !== undefined) this.#add(address);
    this.#clear();
  }

  #add(address: ListedAddress): void {
    if (!this.isFull) this.#list.push(address);
  }

  #clear(): void {
    this.#tokens = [];
    this.#hasAt = false;
    this.#closedAt = -1;
    this.#angle = 'outside';
  }
}

function tokenAt(text: string, at: number, isApart: boolean): { readonly token?: Token; readonly end: number } {
  const char = text[at] ?? '';
  switch (char) {
    case ' ': case '\t': case '\r': case '\n':
      return { end: at + 1 };
    case '<': case '>': case ',': case ':': case ';': case '@':
      return { token: { kind: 'special', value: char, isApart }, end: at + 1 };
    case '(': {
      const { value, end } = readComment(text, at);
      return { token: { kind: 'comment', value, isApart: true }, end };
    }
    case '"': {
      const { value, end } = readQuoted(text, at);
      return { token: { kind: 'quoted', value, isApart }, end };
    }
    default: {
      const word = wordAt(text, at, char);
      return { token: { kind: 'word', value: word, isApart }, end: at + word.length };
    }
  }
}

function wordAt(text: string, at: number, char: string): string {
  const pattern = char === '[' ? LITERAL : char === '=' ? ENCODED_WORD : WORD;
  pattern.lastIndex = at;
  const word = pattern.exec(text)?.[0];
  if (word !== undefined || pattern === WORD) return word ?? char;
  WORD.lastIndex = at;
  return WORD.exec(text)?.[0] ?? char;
}

/** Whether the character before separates words. */
function isBreak(text: string, at: number): boolean {
  const char = text[at];
  return char === ' ' || char === '\t' || char === ')' || char === '\n' || char === '\r';
}

function isSpecial(token: Token | undefined, value: string): boolean {
  return token?.kind === 'special' && token.value === value;
}

/** One mailbox between commas; `undefined` for nothing. */
function readEntry(tokens: readonly Token[]): ListedAddress | undefined {
  const open = tokens.findLastIndex((token) => isSpecial(token, '<'));
  if (open === -1) return readBare(tokens);
  const after = tokens.findIndex((token, index) => index > open && isSpecial(token, '>'));
  const close = after === -1 ? tokens.length : after;
  const name = phraseOf(tokens.slice(0, open)) ?? commentOf(tokens) ?? phraseOf(tokens.slice(close + 1));
  const inner = withoutComments(tokens.slice(open + 1, close));
  const route = isSpecial(inner[0], '@') ? inner.findIndex((token) => isSpecial(token, ':')) : -1;
  const { mailbox, host } = readSpec(inner.slice(route + 1));
  return mailbox === '' && host === '' && name === null ? undefined : { name, mailbox, host };
}

/** An address without brackets; words before it that do not belong to it are its name. */
function readBare(tokens: readonly Token[]): ListedAddress | undefined {
  const words = withoutComments(tokens);
  if (words.length === 0) return undefined;
  const at = words.findLastIndex((token) => isSpecial(token, '@'));
  let start = at === -1 ? 0 : at;
  while (start > 0 && belongs(words, start)) start--;
  const { mailbox, host } = readSpec(words.slice(start));
  return { name: phraseOf(words.slice(0, start)) ?? commentOf(tokens), mailbox, host };
}

/** Whether the word before `index` is of the same local part: no space between, or a dot beside it. */
function belongs(words: readonly Token[], index: number): boolean {
  const [before, here] = [words[index - 1], words[index]];
  if (before === undefined || here === undefined || (before.kind === 'special' && before.value !== '@')) return false;
  return !here.isApart || isSpecial(here, '@') || here.value.startsWith('.') || before.value.endsWith('.');
}

function readSpec(tokens: readonly Token[]): { readonly mailbox: string; readonly host: string } {
  const at = tokens.findLastIndex((token) => isSpecial(token, '@'));
  const text = (some: readonly Token[]): string => some.map((token) => token.value).join('');
  if (at === -1) {
    // No domain. Words keep their spaces: `Undisclosed recipients`.
    return { mailbox: phraseOf(tokens) ?? '', host: '' };
  }
  return { mailbox: text(tokens.slice(0, at)), host: text(tokens.slice(at + 1)) };
}

/** Words with single spaces where some were, without comments; `null` for none. */
function phraseOf(tokens: readonly Token[]): string | null {
  let phrase = '';
  for (const token of withoutComments(tokens)) phrase += (token.isApart && phrase !== '' ? ' ' : '') + token.value;
  const trimmed = phrase.trim();
  return trimmed === '' ? null : trimmed;
}

/** `ann@ash.test (Ann Ash)`: once the usual way to say a name. */
function commentOf(tokens: readonly Token[]): string | null {
  const comment = tokens.findLast((token) => token.kind === 'comment')?.value.trim();
  return comment === undefined || comment === '' ? null : comment;
}

function withoutComments(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter((token) => token.kind !== 'comment');
}
