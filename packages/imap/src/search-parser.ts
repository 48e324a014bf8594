/**
 * Reads SEARCH. RFC 9051 §6.4.4, RFC 3501 §6.4.4; RETURN is RFC 4731.
 */
import { SYSTEM_FLAGS, type Flag } from '@posthorn/mail/flags.ts';
import type { MessageSet, Page, SearchKey, SearchReturns } from './command.ts';
import type { Cursor } from './cursor.ts';
import { readPage } from './fetch-parser.ts';
import { parseDate } from './imap-date.ts';

/** The charset of the strings is not ours. Thrown and caught inside the parser. */
export class UnknownCharset extends Error {
  override readonly name = 'UnknownCharset';
  readonly charset: string;

  constructor(charset: string) {
    super('unknown charset');
    this.charset = charset;
  }
}

/** Parentheses, NOT and OR in one another. */
export const SEARCH_DEPTH_MAX = 100;
/** Keys in one command. */
export const SEARCH_KEYS_MAX = 1000;

const CHARSETS = new Set(['US-ASCII', 'UTF-8']);
/** RFC 4731 §3.1; SAVE is RFC 5182 §2, PARTIAL RFC 9394 §3.1. */
const RETURN_OPTIONS = new Set(['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE', 'PARTIAL']);
/** RFC 8474 §4: objectid. */
const OBJECT_ID = /^[A-Za-z0-9_-]{1,255}$/;

/** RFC 9051 §6.4.4: flags that are set, or with UN- are not. */
const FLAG_KEYS: ReadonlyMap<string, SearchKey> = new Map(SYSTEM_FLAGS.flatMap((flag) => {
  const name = flag.slice(1).toUpperCase();
  return [flagKey(name, flag, true), flagKey(`UN${name}`, flag, false)];
}));

function flagKey(name: string, flag: Flag, isSet: boolean): readonly [string, SearchKey] {
  return [name, { key: 'FLAG', flag, isSet }];
}

interface SearchArguments {
  readonly charset?: string;
  readonly key: SearchKey;
  readonly returns?: SearchReturns;
}

export function readSearch(cursor: Cursor): SearchArguments {
  cursor.space('a search key');
  let word = cursor.isLetter ? cursor.word('a search key') : undefined;
  let returns: SearchReturns | undefined;
  if (word === 'RETURN') {
    cursor.space('options');
    returns = readReturns(cursor);
    cursor.space('a search key');
    word = cursor.isLetter ? cursor.word('a search key') : undefined;
  }
  let charset: string | undefined;
  if (word === 'CHARSET') {
    cursor.space('a charset');
    charset = readCharset(cursor);
    cursor.space('a search key');
    word = undefined;
  }
  return {
    key: new KeyReader(cursor).readAll(word),
    ...(charset === undefined ? {} : { charset }),
    ...(returns === undefined ? {} : { returns }),
  };
}

/** What SORT and THREAD end with: a charset, which they must name, and keys. RFC 5256 §5. */
export function readCriteria(cursor: Cursor): { readonly charset: string; readonly key: SearchKey } {
  cursor.space('a charset');
  const charset = readCharset(cursor);
  cursor.space('a search key');
  return { charset, key: new KeyReader(cursor).readAll() };
}

/** RFC 9051 §6.4.4: US-ASCII and UTF-8 must be there, others may be refused. */
function readCharset(cursor: Cursor): string {
  const charset = cursor.astring('a charset').toUpperCase();
  if (!CHARSETS.has(charset)) throw new UnknownCharset(charset);
  return charset;
}

/** RFC 4731 §3.1. */
export function readReturns(cursor: Cursor): SearchReturns {
  let page: Page | undefined;
  const option = (): string => {
    const name = cursor.atom('an option').toUpperCase();
    if (!RETURN_OPTIONS.has(name)) cursor.refuse('There is no such option');
    if (name === 'PARTIAL') page = readPage(cursor);
    return name;
  };
  const options = cursor.list(option, { what: 'options', isEmptyAllowed: true, max: RETURN_OPTIONS.size });
  // RFC 9394 §3.1, RFC 5267 §4.4: all, or a page of them.
  if (page !== undefined && options.includes('ALL')) cursor.refuse('PARTIAL and ALL exclude each other');
  return { options, ...(page === undefined ? {} : { page }) };
}

/** Counts what it reads, and how deep. */
class KeyReader {
  readonly #cursor: Cursor;
  #keys = 0;
  #depth = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** Keys with spaces between: all of them must hold. The first one's word may have been read already. */
  readAll(word?: string): SearchKey {
    const first = this.#read(word);
    const all = [first];
    while (this.#cursor.is(' ')) {
      this.#cursor.space('a search key');
      all.push(this.#read());
    }
    return all.length === 1 ? first : { key: 'AND', all };
  }

  #read(known?: string): SearchKey {
    const cursor = this.#cursor;
    if (++this.#keys > SEARCH_KEYS_MAX) cursor.refuse(`More than ${SEARCH_KEYS_MAX} keys`);
    if (++this.#depth > SEARCH_DEPTH_MAX) cursor.refuse(`Keys lie more than ${SEARCH_DEPTH_MAX} deep`);
    const key = known === undefined ? this.#readAny() : this.#readNamed(known);
    this.#depth--;
    return key;
  }

  #readAny(): SearchKey {
    const cursor = this.#cursor;
    if (cursor.take('(')) {
      const key = this.readAll();
      if (!cursor.take(')')) cursor.fail('a space or ")"');
      return key;
    }
    if (cursor.isLetter) return this.#readNamed(cursor.word('a search key'));
    if (!cursor.isDigit && !cursor.is('*') && !cursor.is('$')) cursor.fail('a search key');
    return { key: 'SET', isUid: false, set: cursor.messageSet() };
  }

  #readNamed(word: string): SearchKey {
    const cursor = this.#cursor;
    const ofFlag = FLAG_KEYS.get(word);
    if (ofFlag !== undefined) return ofFlag;
    switch (word) {
      case 'ALL':
      case 'NEW':
      case 'OLD':
      case 'RECENT':
      case 'SAVEDATESUPPORTED':
        return { key: word };
      case 'FROM':
      case 'TO':
      case 'CC':
      case 'BCC':
      case 'SUBJECT':
      case 'BODY':
      case 'TEXT':
        return { key: word, text: this.#text() };
      case 'HEADER':
        cursor.space('a field name');
        return { key: word, field: cursor.astring('a field name'), text: this.#text() };
      case 'BEFORE':
      case 'ON':
      case 'SINCE':
      case 'SENTBEFORE':
      case 'SENTON':
      case 'SENTSINCE':
      case 'SAVEDBEFORE':
      case 'SAVEDON':
      case 'SAVEDSINCE':
        return { key: word, date: this.#date() };
      case 'LARGER':
      case 'SMALLER':
        cursor.space('a number');
        return { key: word, octets: cursor.number('a number') };
      case 'OLDER':
      case 'YOUNGER':
        cursor.space('a number of seconds');
        return { key: word, seconds: cursor.nzNumber('a number of seconds') };
      case 'EMAILID':
      case 'THREADID':
        return { key: word, id: this.#objectId() };
      case 'KEYWORD':
      case 'UNKEYWORD':
        cursor.space('a keyword');
        return { key: 'FLAG', flag: cursor.keyword(), isSet: word === 'KEYWORD' };
      case 'UID': return { key: 'SET', isUid: true, set: this.#uids() };
      case 'MODSEQ': return this.#modseq();
      case 'NOT':
        cursor.space('a search key');
        return { key: word, not: this.#read() };
      case 'OR': return this.#or();
      default: return cursor.refuse('There is no such search key');
    }
  }

  #or(): SearchKey {
    this.#cursor.space('a search key');
    const either = this.#read();
    this.#cursor.space('a second search key');
    return { key: 'OR', either, or: this.#read() };
  }

  #text(): string {
    this.#cursor.space('a string');
    return this.#cursor.astring('a string');
  }

  #objectId(): string {
    this.#cursor.space('an object id');
    const id = this.#cursor.atom('an object id');
    return OBJECT_ID.test(id) ? id : this.#cursor.refuse('An object id has letters, digits, _ and -');
  }

  #uids(): MessageSet {
    this.#cursor.space('UIDs');
    return this.#cursor.messageSet();
  }

  /** RFC 7162 §3.1.5: perhaps with an entry's name and type, which is one for all of ours. */
  #modseq(): SearchKey {
    const cursor = this.#cursor;
    cursor.space('a modseq');
    if (cursor.is('"')) {
      if (!cursor.string('an entry').startsWith('/flags/')) cursor.refuse('An entry begins with /flags/');
      cursor.space('priv, shared or all');
      if (!['PRIV', 'SHARED', 'ALL'].includes(cursor.word('priv, shared or all'))) cursor.refuse('An entry is priv, shared or all');
      cursor.space('a modseq');
    }
    return { key: 'MODSEQ', modseq: cursor.modseq('a modseq') };
  }

  /** RFC 9051 §9 date: with or without quotes. */
  #date(): number {
    this.#cursor.space('a date');
    const text = this.#cursor.is('"') ? this.#cursor.string('a date') : this.#cursor.atom('a date');
    return parseDate(text) ?? this.#cursor.refuse('A date is like 1-Feb-1994');
  }
}
