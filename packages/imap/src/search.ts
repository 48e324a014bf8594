/**
 * Which messages a SEARCH finds.
 *
 * Asked about a message of which little is known, it answers yes or no if that is enough, and
 * else says what it has to know: flags and numbers cost nothing, rows little, bodies a lot.
 * RFC 9051 §6.4.4, RFC 3501 §6.4.4.
 */
import { parseDate } from '@posthorn/mail/date.ts';
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import { flagKey, type Flag } from '@posthorn/mail/flags.ts';
import { fieldText, parseHeader } from '@posthorn/mail/header.ts';
import type { ListedAddress, MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import type { SearchKey } from './command.ts';
import { emailId } from './object-id.ts';
import { isInRanges, normalizeSet } from './sequence-set.ts';

/** From cheap to dear. */
export type SearchNeed = 'row' | 'header' | 'body';
export type Verdict = boolean | SearchNeed;

export interface SearchRow {
  /** Milliseconds since 1970; its date is that of UTC, in which we tell it. */
  readonly internalDate: number;
  readonly savedAt: number;
  readonly content: number;
  readonly prefix: Buffer;
  readonly octets: number;
  readonly summary: { readonly envelope: MessageEnvelope; readonly sentAt: number | null };
}

/** What is known of a message. */
export interface SearchCandidate {
  readonly seqNum: number;
  readonly uid: number;
  readonly modseq: number;
  readonly flags: readonly Flag[];
  readonly isRecent: boolean;
  readonly row?: SearchRow;
  /** The letter's header as its reader sees it. */
  readonly header?: Buffer;
  /** Which of the `needles` its text parts hold: a `TextSearch` that has seen them. */
  readonly body?: { has(needle: string): boolean };
}

export interface Search {
  /** What may have to be known, of some messages at least. */
  readonly needs: ReadonlySet<SearchNeed>;
  /** What is looked for in bodies, case-folded. */
  readonly needles: readonly string[];
  /** Yes, no, or what to add to the candidate before asking again. */
  matches(candidate: SearchCandidate): Verdict;
}

type Test = (candidate: SearchCandidate) => Verdict;

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const COST: Readonly<Record<SearchNeed, number>> = { row: 1, header: 2, body: 3 };
const SEEN = flagKey('\\Seen');

/** What the words of a search mean here and now. */
export interface SearchContext {
  /** `*`, as a sequence number. */
  readonly seqNumMax: number;
  /** `*`, as a UID. */
  readonly uidMax: number;
  /** `$`, as UIDs, ascending. */
  readonly saved: readonly number[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function prepareSearch(key: SearchKey, context: SearchContext): Search {
  const compiler = new Compiler(context);
  const matches = compiler.compile(key);
  return { needs: compiler.needs, needles: [...compiler.needles], matches };
}

/** Whether it asks about modseqs: then the answer tells one (RFC 7162 §3.1.5). */
export function asksModseq(key: SearchKey): boolean {
  switch (key.key) {
    case 'MODSEQ': return true;
    case 'NOT': return asksModseq(key.not);
    case 'OR': return asksModseq(key.either) || asksModseq(key.or);
    case 'AND': return key.all.some(asksModseq);
    default: return false;
  }
}

/** Whether it names messages by sequence number, which RFC 9586 §3.2 forbids under UIDONLY. */
export function asksSeqNum(key: SearchKey): boolean {
  switch (key.key) {
    case 'SET': return !key.isUid && key.set !== '$';
    case 'NOT': return asksSeqNum(key.not);
    case 'OR': return asksSeqNum(key.either) || asksSeqNum(key.or);
    case 'AND': return key.all.some(asksSeqNum);
    default: return false;
  }
}

class Compiler {
  readonly needs = new Set<SearchNeed>();
  readonly needles = new Set<string>();
  readonly #context: SearchContext;
  readonly #headers = new HeaderTexts();

  constructor(context: SearchContext) {
    this.#context = context;
  }

  compile(key: SearchKey): Test {
    switch (key.key) {
      case 'ALL':
      case 'SAVEDATESUPPORTED':
        return () => true;
      case 'RECENT': return ({ isRecent }) => isRecent;
      case 'OLD': return ({ isRecent }) => !isRecent;
      case 'NEW': return ({ isRecent, flags }) => isRecent && !flags.some((flag) => flagKey(flag) === SEEN);
      case 'FLAG': {
        const wanted = flagKey(key.flag);
        return ({ flags }) => flags.some((flag) => flagKey(flag) === wanted) === key.isSet;
      }
      case 'SET': return this.#compileSet(key);
      case 'MODSEQ': return ({ modseq }) => modseq >= key.modseq;
      case 'NOT': return not(this.compile(key.not));
      case 'OR': return not(all([not(this.compile(key.either)), not(this.compile(key.or))]));
      case 'AND': return all(key.all.map((one) => this.compile(one)));
      // RFC 5032 §3: by the internal date.
      case 'OLDER': return this.#ofRow(({ internalDate }) => internalDate <= this.#context.now - key.seconds * SECOND);
      case 'YOUNGER': return this.#ofRow(({ internalDate }) => internalDate >= this.#context.now - key.seconds * SECOND);
      case 'EMAILID': return this.#ofRow((row) => emailId(row) === key.id);
      // RFC 8474 §5.2: no message of ours has a thread id.
      case 'THREADID': return () => false;
      case 'LARGER': return this.#ofRow(({ octets }) => octets > key.octets);
      case 'SMALLER': return this.#ofRow(({ octets }) => octets < key.octets);
      case 'BEFORE':
      case 'ON':
      case 'SINCE':
      case 'SENTBEFORE':
      case 'SENTON':
      case 'SENTSINCE':
      case 'SAVEDBEFORE':
      case 'SAVEDON':
      case 'SAVEDSINCE':
        return this.#compileDate(key);
      default: return this.#compileText(key);
    }
  }

  #compileSet({ isUid, set }: Extract<SearchKey, { readonly key: 'SET' }>): Test {
    if (set === '$') {
      const saved = new Set(this.#context.saved);
      return ({ uid }) => saved.has(uid);
    }
    const ranges = normalizeSet(set, isUid ? this.#context.uidMax : this.#context.seqNumMax);
    return ({ uid, seqNum }) => isInRanges(ranges, isUid ? uid : seqNum);
  }

  /** RFC 9051 §6.4.4: disregarding time and time zone. */
  #compileDate({ key, date }: Extract<SearchKey, { readonly date: number }>): Test {
    const wanted = Math.floor(date / DAY);
    return this.#ofRow((row) => {
      const found = key.startsWith('SENT') ? sentDay(row) : Math.floor((key.startsWith('SAVED') ? row.savedAt : row.internalDate) / DAY);
      if (found === undefined) return false;
      return key.endsWith('BEFORE') ? found < wanted : key.endsWith('ON') ? found === wanted : found >= wanted;
    });
  }

  #compileText(key: Extract<SearchKey, { readonly text: string }>): Test {
    const wanted = foldCase(key.text);
    switch (key.key) {
      case 'FROM': return this.#ofRow(({ summary }) => isAmong(summary.envelope.from, wanted));
      case 'TO': return this.#ofRow(({ summary }) => isAmong(summary.envelope.to, wanted));
      case 'CC': return this.#ofRow(({ summary }) => isAmong(summary.envelope.cc, wanted));
      case 'BCC': return this.#ofRow(({ summary }) => isAmong(summary.envelope.bcc, wanted));
      case 'SUBJECT': return this.#ofRow(({ summary }) => isWithin(summary.envelope.subject ?? '', wanted));
      case 'HEADER': {
        const name = key.field.toLowerCase();
        // RFC 9051 §6.4.4: an empty string finds all that have the field.
        return this.#ofHeader((fields) => fields.some((field) => field.key === name && field.text.includes(wanted)));
      }
      case 'BODY': return this.#ofBody(wanted);
      case 'TEXT': break;
    }
    return any(this.#ofHeader((fields) => fields.some((field) => field.whole.includes(wanted))), this.#ofBody(wanted));
  }

  #ofRow(test: (row: SearchRow) => boolean): Test {
    this.needs.add('row');
    return ({ row }) => (row === undefined ? 'row' : test(row));
  }

  #ofHeader(test: (fields: readonly FieldText[]) => boolean): Test {
    this.needs.add('header');
    return ({ header }) => (header === undefined ? 'header' : test(this.#headers.of(header)));
  }

  #ofBody(needle: string): Test {
    if (needle === '') return () => true;
    this.needs.add('body');
    this.needles.add(needle);
    return ({ body }) => (body === undefined ? 'body' : body.has(needle));
  }
}

interface FieldText {
  readonly key: string;
  /** The value, decoded and folded. */
  readonly text: string;
  /** With its name. */
  readonly whole: string;
}

/** The fields of the header that was asked for last: several keys ask for the same one in turn. */
class HeaderTexts {
  #header: Buffer | undefined;
  #fields: readonly FieldText[] = [];

  of(header: Buffer): readonly FieldText[] {
    if (header !== this.#header) {
      this.#fields = parseHeader(header).map((field) => {
        const text = foldCase(decodeWords(fieldText(header, field)));
        return { key: field.key, text, whole: `${field.key}: ${text}` };
      });
      this.#header = header;
    }
    return this.#fields;
  }
}

function not(test: Test): Test {
  return (candidate) => {
    const verdict = test(candidate);
    return typeof verdict === 'boolean' ? !verdict : verdict;
  };
}

function any(either: Test, or: Test): Test {
  return not(all([not(either), not(or)]));
}

/** No as soon as one says no, whatever is not known of the others; else the cheapest thing to know next. */
function all(tests: readonly Test[]): Test {
  return (candidate) => {
    let cheapest: SearchNeed | undefined;
    for (const test of tests) {
      const verdict = test(candidate);
      if (verdict === false) return false;
      if (verdict !== true && (cheapest === undefined || COST[verdict] < COST[cheapest])) cheapest = verdict;
    }
    return cheapest ?? true;
  };
}

/** The name and the address, as a reader sees them: `Grüße <ann@ash.test>`. */
function isAmong(addresses: readonly ListedAddress[], wanted: string): boolean {
  return addresses.some(({ name, mailbox, host }) => {
    const address = host === null ? mailbox ?? '' : `<${mailbox ?? ''}@${host}>`;
    return isWithin(name === null ? address : `${name} ${address}`, wanted);
  }) || (wanted === '' && addresses.length > 0);
}

function isWithin(text: string, wanted: string): boolean {
  return foldCase(decodeWords(text)).includes(wanted);
}

/** RFC 9051 §6.4.4: the date in the field itself, as its writer's calendar had it. */
function sentDay({ summary }: SearchRow): number | undefined {
  const written = summary.envelope.date ?? '';
  const own = parseDate(written.replace(/\s+([+-]\d{4}|[a-z]{1,5})(\s*\([^()]*\))*\s*$/i, ' +0000')) ?? summary.sentAt;
  return own === null ? undefined : Math.floor(own / DAY);
}

/**
 * What is compared: letters as Unicode's lower case has them, the two small sigmas as one.
 *
 * Accents count, and no normal form is made of either side. RFC 9051 §6.4.4.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** Looks for several strings at once in text that streams by; holds no more of it than the longest is long. */
export class TextSearch {
  readonly #found = new Set<string>();
  readonly #missing: Set<string>;
  readonly #tailLength: number;
  #tail = '';

  /** Needles as `foldCase` makes them. */
  constructor(needles: readonly string[]) {
    this.#missing = new Set(needles);
    this.#tailLength = Math.max(0, ...needles.map((needle) => needle.length - 1));
  }

  push(text: string): void {
    if (this.isDone) return;
    const seen = this.#tail + foldCase(text);
    for (const needle of this.#missing) {
      if (!seen.includes(needle)) continue;
      this.#missing.delete(needle);
      this.#found.add(needle);
    }
    this.#tail = this.#tailLength === 0 ? '' : seen.slice(-this.#tailLength);
  }

  /** What follows is another text: nothing is found across the border. */
  endPart(): void {
    this.#tail = '';
  }

  has(needle: string): boolean {
    return this.#found.has(needle);
  }

  /** All have been found: no need to read on. */
  get isDone(): boolean {
    return this.#missing.size === 0;
  }
}
