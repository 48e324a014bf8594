/**
 * Which messages a SEARCH finds.
 *
 * Asked about a message of which little is known, it answers yes or no if that is enough, and
 * else says what it has to know: flags and numbers cost nothing, rows little, texts a lot.
 * Whether a letter holds a text is for others to find out. RFC 9051 §6.4.4, RFC 3501 §6.4.4.
 */
import { parseDate } from '@posthorn/mail/date.ts';
import { flagKey, type Flag } from '@posthorn/mail/flags.ts';
import { foldCase } from '@posthorn/mail/fold-case.ts';
import type { MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import type { Wanted } from '@posthorn/mail/wanted.ts';
import type { SearchKey } from './command.ts';
import { emailId } from './object-id.ts';
import { isInRanges, normalizeSet } from './sequence-set.ts';

/** What has to be known of a message: its row, or whether the letter holds something. */
export type SearchNeed = 'row' | Wanted;
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
  /** Whether the letter holds it; undefined as long as nobody has looked. */
  readonly holds?: (wanted: Wanted) => boolean | undefined;
}

export interface Search {
  /** Each message that is found holds all of at least one of these; undefined if that need not be. */
  readonly necessary: readonly (readonly Wanted[])[] | undefined;
  /** Yes, no, or what to add to the candidate before asking again. */
  matches(candidate: SearchCandidate): Verdict;
}

type Test = (candidate: SearchCandidate) => Verdict;

const SECOND = 1000;
const DAY = 86_400 * SECOND;
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
  return { necessary: compiler.necessary(key), matches };
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
  readonly #context: SearchContext;
  /** By what they are, so that the same one is looked for once. */
  readonly #wanted = new Map<string, Wanted>();

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

  #compileText(key: TextKey): Test {
    const wanted = this.#wantedBy(key);
    return ({ holds }) => holds?.(wanted) ?? wanted;
  }

  #wantedBy(key: TextKey): Wanted {
    const text = foldCase(key.text);
    const wanted: Wanted = key.key === 'HEADER' ? { in: 'field', field: key.field.toLowerCase(), text } : { in: PLACES[key.key], text };
    const name = JSON.stringify(wanted);
    const known = this.#wanted.get(name);
    if (known === undefined) this.#wanted.set(name, wanted);
    return known ?? wanted;
  }

  #ofRow(test: (row: SearchRow) => boolean): Test {
    return ({ row }) => (row === undefined ? 'row' : test(row));
  }

  /** See `Search.necessary`. */
  necessary(key: SearchKey): Search['necessary'] {
    switch (key.key) {
      case 'AND': {
        const each = key.all.flatMap((one) => this.necessary(one) === undefined ? [] : [this.necessary(one) ?? []]);
        const together = each.filter((any) => any.length === 1).flat(2);
        return together.length > 0 ? [together] : each[0];
      }
      case 'OR': {
        const [either, or] = [this.necessary(key.either), this.necessary(key.or)];
        return either === undefined || or === undefined || either.length + or.length > NECESSARY_MAX ? undefined : [...either, ...or];
      }
      default: return isTextKey(key) ? [[this.#wantedBy(key)]] : undefined;
    }
  }
}

type TextKey = Extract<SearchKey, { readonly text: string }>;

function isTextKey(key: SearchKey): key is TextKey {
  return 'text' in key;
}

const PLACES = { FROM: 'from', TO: 'to', CC: 'cc', BCC: 'bcc', SUBJECT: 'subject', BODY: 'body', TEXT: 'text' } as const;
/** More alternatives than this are not looked for one by one. */
const NECESSARY_MAX = 10;

function not(test: Test): Test {
  return (candidate) => {
    const verdict = test(candidate);
    return typeof verdict === 'boolean' ? !verdict : verdict;
  };
}

/** No as soon as one says no, whatever is not known of the others; else the cheapest thing to know next. */
function all(tests: readonly Test[]): Test {
  return (candidate) => {
    let cheapest: SearchNeed | undefined;
    for (const test of tests) {
      const verdict = test(candidate);
      if (verdict === false) return false;
      if (verdict !== true && (cheapest === undefined || verdict === 'row')) cheapest = verdict;
    }
    return cheapest ?? true;
  };
}

/** RFC 9051 §6.4.4: the date in the field itself, as its writer's calendar had it. */
function sentDay({ summary }: SearchRow): number | undefined {
  const written = summary.envelope.date ?? '';
  const own = parseDate(written.replace(/\s+([+-]\d{4}|[a-z]{1,5})(\s*\([^()]*\))*\s*$/i, ' +0000')) ?? summary.sentAt;
  return own === null ? undefined : Math.floor(own / DAY);
}
