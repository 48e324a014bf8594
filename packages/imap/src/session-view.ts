/**
 * What one session knows of its selected mailbox, and what it has yet to be told.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import type { Command, SequenceSet } from './command.ts';

declare const brand: unique symbol;
/** A message sequence number, from 1. RFC 9051 §2.3.1.2. */
export type SeqNum = number & { readonly [brand]: 'SeqNum' };

export interface MessageState<Uid extends number> {
  readonly uid: Uid;
  readonly flags: readonly Flag[];
}

export type Update<Uid extends number> =
  | { readonly kind: 'expunge'; readonly seqNum: SeqNum; readonly uid: Uid }
  | { readonly kind: 'exists'; readonly count: number }
  | { readonly kind: 'recent'; readonly count: number }
  /** `flags` with \Recent where it is. */
  | { readonly kind: 'flags'; readonly seqNum: SeqNum; readonly uid: Uid; readonly flags: readonly Flag[] };

export declare class SessionView<Uid extends number> {
  /** `uid` makes a UID of a number. */
  constructor(uid: (value: number) => Uid);
  /** What the client has been told of. */
  get count(): number;
  get recentCount(): number;
  /** For `*`; 0 when empty. */
  get uidMax(): number;
  /** What changed in the store, new messages among it; those from `recentFrom` on are \Recent here. */
  apply(change: { readonly changed: readonly MessageState<Uid>[]; readonly vanished?: readonly Uid[]; readonly recentFrom?: Uid }): void;
  /** What this session did itself, and need not hear of again: a STORE's states (it answers with FETCH, or is .SILENT). */
  settle(states: readonly MessageState<Uid>[]): void;
  /** Told by a FETCH FLAGS of its own. */
  /** What may be said now, in the order to say it. */
  take(options: { readonly mayExpunge: boolean }): readonly Update<Uid>[];
  /** Anything to take? */
  hasUpdates(options: { readonly mayExpunge: boolean }): boolean;
  /** Ascending, each once; vanished ones are left out. Undefined: a sequence number beyond the last (BAD, RFC 9051 §9 seq-number). */
  resolve(set: SequenceSet, isUid: boolean): readonly Uid[] | undefined;
  seqNumOf(uid: Uid): SeqNum | undefined;
  uidAt(seqNum: SeqNum): Uid | undefined;
  /** As the store last said, \Recent included where it is. */
  flagsOf(uid: Uid): readonly Flag[] | undefined;
  isRecent(uid: Uid): boolean;
  /** Gone, though the client does not know yet. */
  isVanished(uid: Uid): boolean;
  /** All the client knows and that are not vanished, ascending. */
  uids(): readonly Uid[];
  /** The first without \Seen, for SELECT. */
  firstUnseen(): SeqNum | undefined;
}

/** RFC 3501 §7.4.1: not during FETCH, STORE, SEARCH (their UID forms may). */
export declare function mayExpungeDuring(command: Command): boolean;
