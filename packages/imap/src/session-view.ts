/**
 * What one session knows of its selected mailbox, and what it has yet to be told.
 *
 * Sequence numbers are the client's: they change only when it is told of an EXPUNGE or of more
 * messages, whatever has happened in the store. So vanished messages keep their place, and new
 * ones have none, until `take` gives them out. Sixteen octets a message: its UID, its modseq,
 * and its flags as the number of a flag set, of which there are few.
 *
 * RFC 9051 §5.2, §5.5, §7.5.1; RFC 3501 §5.5, §7.4.1.
 */
import { flagKey, type Flag } from '@posthorn/mail/flags.ts';
import type { Command, MessageSet } from './command.ts';
import type { Dialect } from './dialect.ts';
import { fetchLine } from './fetch-response.ts';
import { Column, FlagSets } from './message-columns.ts';
import { flagList, vanishedLine } from './response.ts';
import { normalizeSet, rangesOf } from './sequence-set.ts';

declare const brand: unique symbol;
/** A message sequence number, from 1. RFC 9051 §2.3.1.2. */
export type SeqNum = number & { readonly [brand]: 'SeqNum' };

export function seqNum(value: number): SeqNum {
  return value as SeqNum;
}

/** As the store has it. */
export interface MessageFlags<Uid extends number> {
  readonly uid: Uid;
  /** Of two states of a message the one with the higher modseq is later. */
  readonly modseq: number;
  readonly flags: readonly Flag[];
}

export interface MailboxChange<Uid extends number> {
  /** New or changed, in any order. */
  readonly changed: readonly MessageFlags<Uid>[];
  readonly vanished?: readonly Uid[];
  /** New ones from here on are \Recent to this session; without it none is. */
  readonly recentFrom?: Uid;
}

export type Update<Uid extends number> =
  | { readonly kind: 'expunge'; readonly seqNum: SeqNum; readonly uid: Uid }
  | { readonly kind: 'exists'; readonly count: number }
  | { readonly kind: 'recent'; readonly count: number }
  /** `flags` with \Recent where it is. */
  | { readonly kind: 'flags'; readonly seqNum: SeqNum; readonly uid: Uid; readonly flags: readonly Flag[]; readonly modseq: number };

/** What may be told at this moment. */
export interface Telling {
  readonly mayExpunge: boolean;
  /** Also of messages whose flags are as before, but under a new modseq (RFC 7162 §3.1). */
  readonly tellsModseq?: boolean;
}

const RECENT: Flag = '\\Recent';
const SEEN = flagKey('\\Seen');
/** Flag sets that may be kept beyond two for each message. */
const FLAG_SETS_SPARE = 1024;

export class SessionView<Uid extends number> {
  readonly #uid: (value: number) => Uid;
  /** Ascending. The first `#told` of them have sequence numbers. */
  readonly #uids = new Column();
  /** Of each: the number of its flag set, and its modseq, as the store last said. */
  readonly #flags = new Column();
  readonly #modseqs = new Column((length) => new Float64Array(length));
  #told = 0;
  #recentTold = 0;
  #flagSets = new FlagSets();
  readonly #recent = new Set<number>();
  /** Gone, but with a sequence number still. */
  readonly #vanished = new Set<number>();
  /** Flags that the client has not been told of. */
  readonly #untold = new Set<number>();
  /** Of these it knows the flags, and not the modseq. */
  readonly #remarked = new Set<number>();
  /** `$`: RFC 9051 §6.4.4.1. */
  #saved: readonly Uid[] = [];

  /** `uid` makes a UID of a number. */
  constructor(uid: (value: number) => Uid) {
    this.#uid = uid;
  }

  /** Messages that the client knows of. */
  get count(): number {
    return this.#told;
  }

  /** Of these, the \Recent ones, as told or to be told next. */
  get recentCount(): number {
    return this.#recent.size;
  }

  /** What `*` means among UIDs; 0 in an empty mailbox. */
  get uidMax(): number {
    return this.#told === 0 ? 0 : this.#uids.at(this.#told - 1);
  }

  /** What the store says has changed. For the first time, all of the mailbox; then `take` it for SELECT. */
  apply(change: MailboxChange<Uid>): void {
    const vanished = new Set<number>(change.vanished);
    const fresh: MessageFlags<Uid>[] = [];
    const last = this.#uids.length === 0 ? 0 : this.#uids.at(this.#uids.length - 1);
    for (const state of change.changed) {
      if (state.uid > last) {
        if (!vanished.has(state.uid)) fresh.push(state);
      } else {
        const news = this.#note(state);
        if (news !== undefined && this.#isTold(state.uid)) (news === 'flags' ? this.#untold : this.#remarked).add(state.uid);
      }
    }
    for (const { uid, modseq, flags } of fresh.toSorted((a, b) => a.uid - b.uid || b.modseq - a.modseq)) {
      if (this.#indexOf(uid) !== undefined) continue;
      this.#uids.push(uid);
      this.#flags.push(this.#flagSets.numberOf(flags));
      this.#modseqs.push(modseq);
      if (change.recentFrom !== undefined && uid >= change.recentFrom) this.#recent.add(uid);
    }
    this.#lose(vanished);
    this.#forgetFlagSets();
  }

  /** What this session did to flags: it answers for that itself (STORE), or is silent. */
  settle(states: readonly MessageFlags<Uid>[]): void {
    for (const state of states) {
      this.#note(state);
      this.#untold.delete(state.uid);
      this.#remarked.delete(state.uid);
    }
    this.#forgetFlagSets();
  }

  /** Whether `take` would give anything. */
  hasUpdates({ mayExpunge, tellsModseq = false }: Telling): boolean {
    return (mayExpunge && this.#vanished.size > 0) || this.#uids.length > this.#told || this.#recentTold !== this.#recent.size
      || this.#untold.size > 0 || (tellsModseq && this.#remarked.size > 0);
  }

  /**
   * What may be told now, in the order to tell it, and with that the client knows it.
   *
   * RFC 3501 §7.4.1: while EXPUNGE may not be told, messages that are gone keep their numbers.
   */
  take({ mayExpunge, tellsModseq = false }: Telling): readonly Update<Uid>[] {
    const updates: Update<Uid>[] = mayExpunge ? this.#expunge() : [];
    if (this.#uids.length > this.#told) {
      this.#told = this.#uids.length;
      updates.push({ kind: 'exists', count: this.#told });
    }
    if (this.#recent.size !== this.#recentTold) {
      this.#recentTold = this.#recent.size;
      updates.push({ kind: 'recent', count: this.#recentTold });
    }
    const changed = new Set(tellsModseq ? [...this.#untold, ...this.#remarked] : this.#untold);
    for (const value of [...changed].sort((a, b) => a - b)) {
      const seqNum = this.seqNumOf(this.#uid(value));
      const flags = this.flagsOf(this.#uid(value));
      if (seqNum !== undefined && flags !== undefined && !this.#vanished.has(value)) {
        updates.push({ kind: 'flags', seqNum, uid: this.#uid(value), flags, modseq: this.modseqOf(this.#uid(value)) });
      }
    }
    this.#untold.clear();
    this.#remarked.clear();
    return updates;
  }

  /**
   * The messages of a set that are still there, ascending, each once.
   *
   * Undefined: a sequence number beyond the last, or any in an empty mailbox; the answer is BAD
   * (RFC 9051 §9 seq-number). UIDs that do not exist are left out.
   */
  resolve(set: MessageSet, isUid: boolean): readonly Uid[] | undefined {
    if (set === '$') return this.#saved.filter((uid) => this.seqNumOf(uid) !== undefined && !this.#vanished.has(uid));
    const ranges = normalizeSet(set, isUid ? this.uidMax : this.#told);
    const found: Uid[] = [];
    for (const { from, to } of ranges) {
      if (!isUid && (from < 1 || to > this.#told)) return undefined;
      const first = isUid ? this.#uids.indexFrom(from) : from - 1;
      const end = Math.min(this.#told, isUid ? this.#uids.indexFrom(to + 1) : to);
      for (let index = first; index < end; index++) {
        const value = this.#uids.at(index);
        if (!this.#vanished.has(value)) found.push(this.#uid(value));
      }
    }
    return found;
  }

  /** What `$` is from now on; ascending. */
  save(uids: readonly Uid[]): void {
    this.#saved = uids;
  }

  /** What `$` holds of what is there, as UIDs. */
  get saved(): readonly Uid[] {
    return this.resolve('$', true) ?? [];
  }

  /** Undefined: the client knows of no such message. */
  seqNumOf(uid: Uid): SeqNum | undefined {
    const index = this.#indexOf(uid);
    return index !== undefined && index < this.#told ? seqNum(index + 1) : undefined;
  }

  uidAt(seqNum: SeqNum): Uid | undefined {
    return seqNum >= 1 && seqNum <= this.#told ? this.#uid(this.#uids.at(seqNum - 1)) : undefined;
  }

  /** As the store last said, with \Recent where it is. Undefined: no such message. */
  flagsOf(uid: Uid): readonly Flag[] | undefined {
    const index = this.#indexOf(uid);
    if (index === undefined) return undefined;
    const flags = this.#flagSets.flagsAt(this.#flags.at(index));
    return this.#recent.has(uid) ? [...flags, RECENT] : flags;
  }

  /** As the store last said; 0: no such message. RFC 7162 §3.1. */
  modseqOf(uid: Uid): number {
    const index = this.#indexOf(uid);
    return index === undefined ? 0 : this.#modseqs.at(index);
  }

  isRecent(uid: Uid): boolean {
    return this.#recent.has(uid);
  }

  /** Gone, which the client may not know yet. */
  isVanished(uid: Uid): boolean {
    return this.#vanished.has(uid);
  }

  /** Its flags have changed and the client has not been told: a silent STORE must not hide that. */
  isUntold(uid: Uid): boolean {
    return this.#untold.has(uid);
  }

  /** The messages that the client knows of and that are there, ascending. */
  uids(): readonly Uid[] {
    return this.#told === 0 ? [] : this.resolve([{ from: 1, to: this.#told }], false) ?? [];
  }

  /** For SELECT (RFC 3501 §6.3.1). Undefined: all are seen. */
  firstUnseen(): SeqNum | undefined {
    for (let index = 0; index < this.#told; index++) {
      if (!this.#flagSets.has(this.#flags.at(index), SEEN)) return seqNum(index + 1);
    }
    return undefined;
  }

  #indexOf(uid: number): number | undefined {
    const index = this.#uids.indexFrom(uid);
    return index < this.#uids.length && this.#uids.at(index) === uid ? index : undefined;
  }

  #isTold(uid: number): boolean {
    return this.#uids.indexFrom(uid) < this.#told;
  }

  /** What is new about a message we have. Old news is no news. */
  #note({ uid, modseq, flags }: MessageFlags<Uid>): 'flags' | 'modseq' | undefined {
    const index = this.#indexOf(uid);
    const before = index === undefined ? Infinity : this.#modseqs.at(index);
    if (index === undefined || modseq < before) return undefined;
    this.#modseqs.set(index, modseq);
    const number = this.#flagSets.numberOf(flags);
    if (this.#flags.at(index) === number) return modseq > before ? 'modseq' : undefined;
    this.#flags.set(index, number);
    return 'flags';
  }

  /** Those that the client never heard of go without a word; of the others it has to be told. */
  #lose(vanished: ReadonlySet<number>): void {
    let isUnheard = false;
    for (const value of vanished) {
      const index = this.#indexOf(value);
      if (index === undefined) continue;
      this.#vanished.add(value);
      isUnheard ||= index >= this.#told;
    }
    if (isUnheard) this.#remove((index) => index >= this.#told && this.#vanished.has(this.#uids.at(index)));
  }

  /** From the last to the first, so that each number is right as it is told. */
  #expunge(): Update<Uid>[] {
    if (this.#vanished.size === 0) return [];
    const gone = [...this.#vanished].sort((a, b) => b - a).map((value): Update<Uid> => (
      { kind: 'expunge', seqNum: seqNum(this.#uids.indexFrom(value) + 1), uid: this.#uid(value) }
    ));
    this.#told -= gone.length;
    this.#remove((index) => this.#vanished.has(this.#uids.at(index)));
    return gone;
  }

  #remove(isGone: (index: number) => boolean): void {
    const gone: number[] = [];
    const isKept = new Uint8Array(this.#uids.length);
    for (let index = 0; index < isKept.length; index++) {
      if (isGone(index)) gone.push(this.#uids.at(index));
      else isKept[index] = 1;
    }
    for (const column of [this.#uids, this.#flags, this.#modseqs]) column.filter((index) => isKept[index] === 1);
    for (const value of gone) {
      for (const set of [this.#vanished, this.#recent, this.#untold, this.#remarked]) set.delete(value);
    }
  }

  /** A session may outlive many keywords: sets that no message has any more are dropped now and then. */
  #forgetFlagSets(): void {
    if (this.#flagSets.size <= 2 * this.#uids.length + FLAG_SETS_SPARE) return;
    const used = new FlagSets();
    for (let index = 0; index < this.#flags.length; index++) {
      this.#flags.set(index, used.numberOf(this.#flagSets.flagsAt(this.#flags.at(index))));
    }
    this.#flagSets = used;
  }
}

/** RFC 9051 §7.5.1: not while FETCH, STORE or SEARCH is answered; their UID forms are other commands. */
export function mayExpungeDuring(command: Command): boolean {
  switch (command.name) {
    case 'FETCH':
    case 'STORE':
    case 'SEARCH':
    case 'SORT':
    case 'THREAD':
      return command.isUid;
    default: return true;
  }
}

/** The lines that tell of it. RFC 9051 §7.4.1, §7.5; RFC 7162 §3.2.10 (VANISHED). */
export function formatUpdates(updates: readonly Update<number>[], dialect: Dialect): string {
  const gone = dialect.tellsVanished ? updates.flatMap((update) => (update.kind === 'expunge' ? [update.uid] : [])) : [];
  const vanished = gone.length === 0 ? '' : vanishedLine(rangesOf(gone.toReversed()));
  return vanished + updates.map((update) => formatUpdate(update, dialect)).join('');
}

function formatUpdate(update: Update<number>, dialect: Dialect): string {
  switch (update.kind) {
    case 'expunge': return dialect.tellsVanished ? '' : `* ${update.seqNum} EXPUNGE\r\n`;
    case 'exists': return `* ${update.count} EXISTS\r\n`;
    // RFC 9051 Appendix E: \Recent and RECENT are no more.
    case 'recent': return dialect.isRev2 ? '' : `* ${update.count} RECENT\r\n`;
    case 'flags': break;
  }
  const { seqNum, uid, flags, modseq } = update;
  // RFC 9586 §3.3: a UIDFETCH bears the UID already.
  const items = [...(dialect.isUidOnly ? [] : [`UID ${uid}`]), `FLAGS ${flagList(toldFlags(flags, dialect))}`];
  return fetchLine({ seqNum, uid }, dialect.tellsModseq ? [...items, `MODSEQ (${modseq})`] : items, dialect);
}

/** RFC 9051 Appendix E: without \Recent for those who speak rev2. */
export function toldFlags(flags: readonly Flag[], dialect: Dialect): readonly Flag[] {
  return dialect.isRev2 ? flags.filter((flag) => flag !== RECENT) : flags;
}
