/**
 * The acceptance: everything one letter causes, written in one transaction.
 *
 * Whatever was looked up before the final dot comes along as a `Belief` and is looked at
 * again inside the transaction; if one no longer holds, nothing is stored.
 */
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { MessageSummary } from '@posthorn/mail/summary.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { StagedContent } from './contents.ts';
import type { AccountId, LetterId, MailboxId, Uid } from './ids.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Belief, Placement } from './placement.ts';
import type { RetryMark } from './retries.ts';
import type { SpoolLetter } from './spool.ts';

export type { AddressBelief, Belief, Placement, RoomBelief } from './placement.ts';

export interface Acceptance {
  readonly letter: LetterId;
  readonly at: EpochMs;
  /** `local@domain` of the reverse-path, for the ledger; empty for `<>`. */
  readonly sender: string;
  readonly content: StagedContent;
  /** Header ranges of the content that we do not pass on: forged verdicts, an old Return-Path. Ascending, disjoint. */
  readonly cuts: readonly OctetRange[];
  readonly summary: MessageSummary;
  readonly placements: readonly Placement[];
  /** What has to go on to other hosts, or is delivered later from the spool. */
  readonly spool?: SpoolLetter;
  readonly ledger: readonly LedgerEntry[];
  readonly beliefs: readonly Belief[];
  /** What it is known by when its client, that may not have heard of it, sends it again. */
  readonly retry?: RetryMark;
  /** A letter in the spool that this one (its failure notice) concludes: its rows go in the same transaction. */
  readonly concludes?: LetterId;
}

export interface Placed {
  readonly account: AccountId;
  readonly mailbox: MailboxId;
  readonly uid: Uid;
}

export type AcceptAnswer =
  | { readonly kind: 'accepted'; readonly placed: readonly Placed[] }
  /** Something changed since it was looked up; nothing was stored; trying again is right. */
  | { readonly kind: 'changed'; readonly belief: Belief };

export type Accept = (acceptance: Acceptance) => Promise<AcceptAnswer>;
