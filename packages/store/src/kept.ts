/**
 * Letters that were deleted and are kept for a while: seen again, and put back.
 *
 * A letter that comes back has a new UID; UIDs are never used twice (RFC 9051 §2.3.1.1).
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import type { MessageSummary } from '@posthorn/mail/summary.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { AccountId, LetterId, MailboxId, Uid } from './ids.ts';

/** A letter that was expunged, or whose mailbox was removed. */
export interface DeletedLetter {
  readonly letter: LetterId;
  /** The name of the mailbox that it was in. */
  readonly mailbox: string;
  readonly deletedAt: EpochMs;
  readonly internalDate: EpochMs;
  readonly octets: number;
  readonly summary: MessageSummary;
}

/** What became of a letter since. */
export type Fate =
  | { readonly kind: 'here' }
  /** With its mailbox, perhaps. */
  | { readonly kind: 'deleted'; readonly at: EpochMs }
  /** `to`: the other mailbox's name; absent where that is gone. */
  | { readonly kind: 'moved'; readonly at: EpochMs; readonly to?: string };

/** A letter that was in a mailbox at some moment. */
export interface FormerLetter {
  readonly uid: Uid;
  readonly letter: LetterId;
  /** As they were last. */
  readonly flags: readonly Flag[];
  readonly internalDate: EpochMs;
  readonly savedAt: EpochMs;
  readonly octets: number;
  readonly summary: MessageSummary;
  readonly fate: Fate;
}

export type FormerMailbox =
  | { readonly kind: 'mailbox'; readonly letters: readonly FormerLetter[] }
  /** There was none of that name. */
  | { readonly kind: 'no-mailbox' }
  /** What was deleted before `since` is not kept any more. */
  | { readonly kind: 'too-long-ago'; readonly since: EpochMs };

export interface RestoreAct {
  readonly account: AccountId;
  /** Deleted at or after this. */
  readonly since: EpochMs;
  /** Only these; all that were deleted, and empty mailboxes too, when absent. */
  readonly letters?: readonly LetterId[];
  /** Only what was in the mailbox of this name. */
  readonly mailbox?: string;
  /** Into the mailbox of this name rather than where each was; made if it is not there. */
  readonly into?: string;
  readonly at: EpochMs;
}

export interface RestoreAnswer {
  /** How many letters went into which mailbox. */
  readonly restored: readonly { readonly mailbox: string; readonly letters: number }[];
  /** More are left: ask again. */
  readonly hasMore: boolean;
}

/** Letters of a mailbox (by its name or special use) that came into it before a moment. */
export interface ExpireRule {
  readonly mailbox: string;
  readonly before: EpochMs;
}

/** Where a walk through the mailboxes of all accounts has come to. */
export interface MailboxCursor {
  readonly account: AccountId;
  readonly mailbox: MailboxId;
}

export interface ExpireAnswer {
  /** Letters that were deleted. */
  readonly expired: number;
  /** Absent at the end. */
  readonly next?: MailboxCursor;
}

export interface Kept {
  /** Newest first. */
  deleted(query: { readonly account: AccountId; readonly since: EpochMs; readonly now: EpochMs; readonly limit: number }): Promise<readonly DeletedLetter[]>;
  /** What a mailbox of this name held at a moment, ascending by UID; about `limit` letters after the UID `after`. */
  asOf(query: {
    readonly account: AccountId; readonly mailbox: string; readonly at: EpochMs; readonly now: EpochMs; readonly after: number; readonly limit: number;
  }): Promise<FormerMailbox>;
  /** Deletes letters that have been somewhere for too long, at most `UIDS_PER_ACT` in one act; `past` is `next` of the one before. */
  expire(query: { readonly rules: readonly ExpireRule[]; readonly past?: MailboxCursor; readonly at: EpochMs }): Promise<ExpireAnswer>;
  /** One act puts back at most `UIDS_PER_ACT` letters. They are not \Deleted any more. */
  restore(act: RestoreAct): Promise<RestoreAnswer>;
}
