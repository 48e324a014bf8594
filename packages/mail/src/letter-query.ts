/**
 * The language in which people look for letters: words, `"phrases"`, `-not`, `OR`, `from:ann`.
 *
 * Terms side by side must all be true; `OR` binds weaker than that, brackets group. A query
 * that cannot be meant is refused with a sentence and the place where it goes wrong.
 */
import { parseDate } from './date.ts';

/** Where a text is looked for. `anywhere`: subject, addresses and body. */
export type TextField = 'anywhere' | 'from' | 'to' | 'cc' | 'bcc' | 'addressed' | 'reply-to' | 'subject' | 'body' | 'filename' | 'message-id' | 'in';

export type LetterState = 'read' | 'unread' | 'flagged' | 'answered' | 'draft' | 'deleted' | 'tagged';
export type LetterFeature = 'attachment' | 'inline' | 'html' | 'text' | 'calendar';

export type LetterQuery =
  /** Of none: every letter. */
  | { readonly kind: 'all' | 'any'; readonly of: readonly LetterQuery[] }
  | { readonly kind: 'not'; readonly of: LetterQuery }
  /** `text` is folded as by `foldText`. */
  | { readonly kind: 'text'; readonly field: TextField; readonly text: string }
  /** `value` empty: the field is there. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'is'; readonly state: LetterState }
  | { readonly kind: 'has'; readonly feature: LetterFeature }
  | { readonly kind: 'larger' | 'smaller'; readonly octets: number }
  | { readonly kind: 'before' | 'after'; readonly at: number };

export type QueryAnswer =
  | { readonly kind: 'query'; readonly query: LetterQuery }
  /** `at`: the character of the text, from 0, where it goes wrong. */
  | { readonly kind: 'malformed'; readonly at: number; readonly message: string };

/** Nobody types more; each term costs time for every letter. */
export const QUERY_CHARS_MAX = 2000;
const TERMS_MAX = 100;
const DEPTH_MAX = 20;

const TEXT_FIELDS: ReadonlySet<string> = new Set<TextField>(['from', 'to', 'cc', 'bcc', 'addressed', 'reply-to', 'subject', 'body', 'filename', 'message-id', 'in']);
const STATES: Readonly<Record<string, LetterState>> = {
  read: 'read', seen: 'read', unread: 'unread', unseen: 'unread', flagged: 'flagged', starred: 'flagged', answered: 'answered', draft: 'draft', deleted: 'deleted', tagged: 'tagged',
};
const FEATURES: Readonly<Record<string, LetterFeature>> = {
  attachment: 'attachment', attachments: 'attachment', inline: 'inline', inlines: 'inline', html: 'html', text: 'text', calendar: 'calendar', invite: 'calendar',
};
const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1000, kb: 1000, m: 1_000_000, mb: 1_000_000, g: 1_000_000_000, gb: 1_000_000_000 };
const SPANS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** For comparing: case, width and accents do not count. */
export function foldText(text: string): string {
  // Up and down again: ß is ss.
  return text.normalize('NFKD').replaceAll(/\p{Mn}/gu, '').toUpperCase().toLowerCase();
}

/** Reads a query; `now` is what `after:7d` counts from, in milliseconds since 1970. */
export function parseLetterQuery(text: string, now: number): QueryAnswer {
  try {
    return { kind: 'query', query: new Parser(text, now).parse() };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: 'malformed', at: error.at, message: error.message };
  }
}

class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

interface Token {
  readonly kind: 'open' | 'close' | 'or' | 'not' | 'term';
  readonly at: number;
  /** Before the colon, in lower case; absent for plain words. */
  readonly key?: string;
  readonly value: string;
  readonly isQuoted: boolean;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  readonly #now: number;
  #next = 0;

  constructor(text: string, now: number) {
    if (text.length > QUERY_CHARS_MAX) throw new Malformed(QUERY_CHARS_MAX, `A search has at most ${QUERY_CHARS_MAX} characters.`);
    this.#tokens = tokensOf(text);
    this.#length = text.length;
    this.#now = now;
    if (this.#tokens.length > TERMS_MAX) throw new Malformed(this.#tokens[TERMS_MAX]?.at ?? 0, `A search has at most ${TERMS_MAX} terms.`);
  }

  parse(): LetterQuery {
    if (this.#tokens.length === 0) return { kind: 'all', of: [] };
    const query = this.#alternatives(0);
    const left = this.#tokens[this.#next];
    if (left !== undefined) throw new Malformed(left.at, 'This bracket closes nothing.');
    return query;
  }

  #alternatives(depth: number): LetterQuery {
    const of = [this.#together(depth)];
    while (this.#tokens[this.#next]?.kind === 'or') {
      this.#next += 1;
      of.push(this.#together(depth));
    }
    const [only] = of;
    return of.length === 1 && only !== undefined ? only : { kind: 'any', of };
  }

  #together(depth: number): LetterQuery {
    const of: LetterQuery[] = [];
    for (let token = this.#tokens[this.#next]; token !== undefined && token.kind !== 'or' && token.kind !== 'close'; token = this.#tokens[this.#next]) {
      of.push(this.#one(depth));
    }
    const [only] = of;
    if (only === undefined) throw this.#missing();
    return of.length === 1 ? only : { kind: 'all', of };
  }

  #missing(): Malformed {
    const next = this.#tokens[this.#next];
    if (next?.kind === 'close') return new Malformed(next.at, 'There is nothing to look for in these brackets.');
    return new Malformed(next?.at ?? this.#length, 'OR needs something to look for on both its sides.');
  }

  #one(depth: number): LetterQuery {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.kind === 'or' || token.kind === 'close') throw new Malformed(token?.at ?? this.#length, 'Say after the minus what is not wanted.');
    this.#next += 1;
    switch (token.kind) {
      case 'not': return { kind: 'not', of: this.#one(depth) };
      case 'open': return this.#group(token, depth);
      case 'term': return termOf(token, this.#now);
      default: return token.kind satisfies never;
    }
  }

  #group(open: Token, depth: number): LetterQuery {
    if (depth >= DEPTH_MAX) throw new Malformed(open.at, `Brackets go at most ${DEPTH_MAX} deep.`);
    const query = this.#alternatives(depth + 1);
    if (this.#tokens[this.#next]?.kind !== 'close') throw new Malformed(open.at, 'This bracket is never closed.');
    this.#next += 1;
    return query;
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    const isLast = /^[\s)]|^$/.test(text.slice(at + 1, at + 2));
    if (/\s/.test(char)) at += 1;
    else if (char === '(' || char === ')') tokens.push({ kind: char === '(' ? 'open' : 'close', at: at++, value: char, isQuoted: false });
    else if ((char === '-' || char === '!') && !isLast) tokens.push({ kind: 'not', at: at++, value: char, isQuoted: false });
    else {
      const { token, end } = termAt(text, at);
      tokens.push(token);
      at = end;
    }
  }
  return tokens;
}

/** A word, a phrase, or `key:` with one of them behind it. */
function termAt(text: string, at: number): { readonly token: Token; readonly end: number } {
  const key = /^([a-z][a-z-]*):(?!\/\/)/i.exec(text.slice(at, at + 40))?.[1];
  const from = key === undefined ? at : at + key.length + 1;
  const { value, end, isQuoted } = valueAt(text, from, key?.toLowerCase() === 'header');
  const kind = key === undefined && !isQuoted && value === 'OR' ? 'or' : 'term';
  return { token: { kind, at, value, isQuoted, ...(key === undefined ? {} : { key: key.toLowerCase() }) }, end };
}

/** Quotes may begin behind the `=` of a header: `header:x-mailer="Our App"`. */
function valueAt(text: string, from: number, isHeader: boolean): { readonly value: string; readonly end: number; readonly isQuoted: boolean } {
  const bare = (isHeader ? /^[^\s()"=]*=?/ : /^(?!")[^\s()]*/).exec(text.slice(from))?.[0] ?? '';
  const at = from + bare.length;
  if (text[at] !== '"' || (bare !== '' && !isHeader)) {
    const rest = isHeader ? /^[^\s()]*/.exec(text.slice(at))?.[0] ?? '' : '';
    return { value: bare + rest, end: at + rest.length, isQuoted: false };
  }
  const close = text.indexOf('"', at + 1);
  if (close === -1) throw new Malformed(at, 'This quotation mark is never closed.');
  return { value: bare + text.slice(at + 1, close), end: close + 1, isQuoted: true };
}

function termOf({ key, value, at, isQuoted }: Token, now: number): LetterQuery {
  if (key === undefined) {
    if (value.trim() === '') throw new Malformed(at, 'There is nothing between these quotation marks.');
    return { kind: 'text', field: 'anywhere', text: foldText(value) };
  }
  const start = at + key.length + 1;
  if (value === '') throw new Malformed(at, `Say behind “${key}:” what to look for${isQuoted ? ': between the quotation marks is nothing' : ', without a space'}.`);
  if (isTextField(key)) return { kind: 'text', field: key, text: foldText(value) };
  switch (key) {
    case 'header': return headerOf(value, start);
    case 'tag': return { kind: 'tag', tag: foldText(value) };
    case 'is': return { kind: 'is', state: choice(STATES, value, { key, at: start }) };
    case 'has': return { kind: 'has', feature: choice(FEATURES, value, { key, at: start }) };
    case 'larger':
    case 'smaller': return { kind: key, octets: octetsOf(value, start) };
    case 'before':
    case 'after': return { kind: key, at: timeOf(value, { at: start, now }) };
    default: throw new Malformed(at, `Nothing is called “${key}:” here; to look for the text itself, put it between quotation marks. There are ${[...TEXT_FIELDS].join(', ')}, header, tag, is, has, larger, smaller, before, after.`);
  }
}

function isTextField(key: string): key is TextField {
  return TEXT_FIELDS.has(key);
}

function headerOf(value: string, at: number): LetterQuery {
  const [, name = '', wanted = ''] = /^([^=]*)(?:=([\s\S]*))?$/.exec(value) ?? [];
  // RFC 5322 §2.2: a name is printable ASCII but the colon.
  if (!/^[\x21-\x39\x3b-\x7e]+$/.test(name)) throw new Malformed(at, 'A header is looked for as header:Name or header:Name=text.');
  return { kind: 'header', name: name.toLowerCase(), value: foldText(wanted) };
}

function choice<T>(words: Readonly<Record<string, T>>, value: string, { key, at }: { readonly key: string; readonly at: number }): T {
  const word = value.toLowerCase();
  const found = Object.hasOwn(words, word) ? words[word] : undefined;
  if (found === undefined) throw new Malformed(at, `“${key}:” knows ${Object.keys(words).join(', ')}; not “${value}”.`);
  return found;
}

function octetsOf(value: string, at: number): number {
  const [, digits, unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)([a-z]*)$/i.exec(value) ?? [];
  const scale = UNITS[unit.toLowerCase()];
  if (digits === undefined || scale === undefined) throw new Malformed(at, `“${value}” is no size; write 500K or 5M.`);
  return Number(digits) * scale;
}

function timeOf(value: string, { at, now }: { readonly at: number; readonly now: number }): number {
  const [, count, span = ''] = /^(\d{1,6})([hdw])$/i.exec(value) ?? [];
  if (count !== undefined) return now - Number(count) * (SPANS[span.toLowerCase()] ?? 0);
  const [, year, month, day] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(value) ?? [];
  if (year !== undefined) {
    const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
    // A day that its month does not have rolls over into another.
    if (new Date(time).getUTCDate() === Number(day) && new Date(time).getUTCMonth() === Number(month) - 1) return time;
  } else {
    const time = /^\d{4}-\d{2}-\d{2}T/i.test(value) ? Date.parse(value) : parseDate(value) ?? Number.NaN;
    if (!Number.isNaN(time)) return time;
  }
  throw new Malformed(at, `“${value}” is no time; write 2026-01-31, 2026-01-31T09:00:00Z, or 7d for seven days ago.`);
}
