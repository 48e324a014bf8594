/**
 * Messages in mailboxes: rows with flags; the octets are a prefix of ours and a shared content.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { MessageSummary } from '@posthorn/mail/summary.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { StagedContent } from './contents.ts';
import type { QuotaLimits } from './quota.ts';
import type { AccountId, ContentId, LetterId, MailboxId, Modseq, Uid } from './ids.ts';

/** What a session keeps of each message. */
export interface MessageState {
  readonly uid: Uid;
  readonly modseq: Modseq;
  readonly flags: readonly Flag[];
}

export interface MessageRow extends MessageState {
  readonly letter: LetterId;
  readonly internalDate: EpochMs;
  /** When it came into this mailbox (RFC 8514). */
  readonly savedAt: EpochMs;
  /** RFC822.SIZE: prefix and content less the cuts. */
  readonly octets: number;
  readonly prefix: Buffer;
  readonly content: ContentId;
  readonly contentOctets: number;
  readonly cuts: readonly OctetRange[];
  readonly summary: MessageSummary;
}

/** A mailbox of an account. */
export interface MailboxKey {
  readonly account: AccountId;
  readonly mailbox: MailboxId;
}

export interface FlagChange extends MailboxKey {
  readonly uids: readonly Uid[];
  readonly how: 'add' | 'remove' | 'replace';
  readonly flags: readonly Flag[];
  /** Leaves alone, and names in `modified`, those with a higher modseq (RFC 7162 §3.1.3). */
  readonly unchangedSince?: Modseq;
  /** Kinds that stay as they are, whatever `flags` says. */
  readonly without?: FlagKinds;
  readonly at: EpochMs;
}

export interface Append extends MailboxKey {
  readonly letter: LetterId;
  readonly content: StagedContent;
  readonly summary: MessageSummary;
  readonly flags: readonly Flag[];
  readonly internalDate: EpochMs;
  readonly at: EpochMs;
  /** Absent: any amount. */
  readonly limits?: QuotaLimits;
}

/** One of several letters that come together. */
export type AppendedLetter = Pick<Append, 'letter' | 'content' | 'summary' | 'flags' | 'internalDate'>;

/** All of them or none: RFC 3502 (MULTIAPPEND), RFC 8508 (REPLACE). */
export interface AppendMany extends MailboxKey {
  /** At least one. */
  readonly letters: readonly AppendedLetter[];
  readonly at: EpochMs;
  /** A message that goes when they come, whatever its flags. */
  readonly replaces?: MailboxKey & { readonly uid: Uid };
  /** Absent: any amount. */
  readonly limits?: QuotaLimits;
}

/** Messages on their way into another mailbox, perhaps of another account. */
export interface Transfer extends MailboxKey {
  readonly uids: readonly Uid[];
  readonly target: MailboxId;
  /** Absent: that of the messages. */
  readonly targetAccount?: AccountId;
  readonly at: EpochMs;
  /** Of the target's account; absent: any amount. */
  readonly limits?: QuotaLimits;
  /** Flags that do not go along: \Seen, \Deleted, all others. */
  readonly without?: FlagKinds;
}

export interface FlagKinds {
  readonly seen: boolean;
  readonly deleted: boolean;
  readonly others: boolean;
}

export type TransferAnswer =
  | {
    readonly kind: 'done';
    readonly uidValidity: number;
    /** In ascending order of source; messages that were gone are not among them. */
    readonly pairs: readonly { readonly source: Uid; readonly target: Uid }[];
  }
  | { readonly kind: 'no-mailbox' };

export type CopyAnswer = TransferAnswer | { readonly kind: 'over-quota' };

/** Acts take at most `UIDS_PER_ACT` UIDs (COPY and MOVE any number: they must be one act). */
export const UIDS_PER_ACT = 1000;

export interface Messages {
  /** All of a mailbox, ascending by UID. */
  states(key: MailboxKey): Promise<readonly MessageState[]>;
  /** Those still there, ascending; at most `UIDS_PER_ACT` UIDs. */
  rows(key: MailboxKey, uids: readonly Uid[]): Promise<readonly MessageRow[]>;
  /** What happened after `since`. A mailbox that is gone: undefined. */
  changes(key: MailboxKey, since: Modseq): Promise<{
    readonly highestModseq: Modseq;
    readonly uidNext: Uid;
    readonly changed: readonly MessageState[];
    readonly vanished: readonly Uid[];
  } | undefined>;
  setFlags(change: FlagChange): Promise<{ readonly states: readonly MessageState[]; readonly modified: readonly Uid[] }>;
  /** Those of `uids` that carry \Deleted. */
  expunge(act: MailboxKey & { readonly uids: readonly Uid[]; readonly at: EpochMs }): Promise<readonly Uid[]>;
  append(append: Append): Promise<{ readonly kind: 'appended'; readonly uidValidity: number; readonly uid: Uid } | { readonly kind: 'no-mailbox' | 'over-quota' }>;
  /** `no-message`: what they were to replace is gone. */
  appendMany(act: AppendMany): Promise<
    { readonly kind: 'appended'; readonly uidValidity: number; readonly uids: readonly Uid[] } | { readonly kind: 'no-mailbox' | 'no-message' | 'over-quota' }
  >;
  /** All of them, or none where they are too much. */
  copy(act: Transfer): Promise<CopyAnswer>;
  /** The same; within an account there is always room. */
  move(act: Transfer): Promise<CopyAnswer>;
  /** The letter as its reader sees it; offsets count in prefix + content less cuts. */
  read(row: Pick<MessageRow, 'prefix' | 'content' | 'contentOctets' | 'cuts'>, range?: OctetRange): AsyncIterable<Buffer>;
}
