/**
 * The spool: letters under way, and the crash states of each recipient.
 *
 * waiting → leased (until t) → delivered | failed. A lease that ran out is tried again.
 * What this means and when things are tried is the queue's affair; the books only keep it.
 */
import type { Notify } from '@posthorn/mail/envelope.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { MessageSummary } from '@posthorn/mail/summary.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { ContentId, LetterId } from './ids.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Belief, Placement } from './placement.ts';

/** What an acceptance puts under way. */
export interface SpoolLetter {
  /** `local@domain`; null for `<>`. */
  readonly reversePath: string | null;
  readonly body: '7BIT' | '8BITMIME' | 'BINARYMIME';
  readonly isSmtpUtf8: boolean;
  readonly isTlsRequired: boolean;
  readonly envelopeId?: string;
  readonly ret?: 'FULL' | 'HDRS';
  /** Complete header lines that go in front: Received, DKIM-Signature, a missing Date. */
  readonly prefix: Buffer;
  readonly expiresAt: EpochMs;
  readonly recipients: readonly SpoolRecipient[];
}

export interface SpoolRecipient {
  /** `local@domain`. */
  readonly address: string;
  /** The domain that decides the way; recipients of one route travel together. */
  readonly route: string;
  readonly notify?: Notify;
  readonly originalRecipient?: string;
  /** When it is first tried. */
  readonly nextAt: EpochMs;
}

/** The last thing said about a recipient: by the other host, or by us. */
export interface Remark {
  /** SMTP reply code; 0 when there was no reply. */
  readonly code: number;
  /** Enhanced status, `5.1.1`. */
  readonly status: string;
  readonly text: string;
  /** The host that said it; empty when it was us. */
  readonly host: string;
}

export type RecipientState = 'waiting' | 'leased' | 'held' | 'delivered' | 'failed';

export interface SpooledRecipient extends Omit<SpoolRecipient, 'nextAt'> {
  /** Its place in the letter's list, from 0: its identity within the letter. */
  readonly index: number;
  readonly state: RecipientState;
  /** Attempts made so far. */
  readonly attempts: number;
  /** Of the next attempt while waiting; of the lease's end while leased. */
  readonly nextAt: EpochMs;
  readonly remark?: Remark;
  /** A notice about its present state (its delay, its end) was sent. */
  readonly isNotified: boolean;
}

/** A letter in the spool. */
export interface SpooledLetter extends Omit<SpoolLetter, 'recipients'> {
  readonly letter: LetterId;
  readonly acceptedAt: EpochMs;
  readonly content: ContentId;
  readonly contentOctets: number;
  readonly cuts: readonly OctetRange[];
  readonly summary: MessageSummary;
  readonly recipients: readonly SpooledRecipient[];
}

/** Recipients of one letter on one route, given to one courier until `until`. */
export interface Errand {
  readonly letter: Omit<SpooledLetter, 'recipients'>;
  readonly route: string;
  readonly recipients: readonly SpooledRecipient[];
  /** Distinguishes this lease from a later one of the same recipients. */
  readonly lease: number;
  readonly until: EpochMs;
}

/** What came of one recipient. */
export interface SettledRecipient {
  readonly index: number;
  readonly state: 'waiting' | 'delivered' | 'failed';
  /** When it is tried again, if waiting. */
  readonly nextAt: EpochMs;
  readonly remark: Remark;
  /** False where the other side was never asked (a stop): does not count as an attempt. */
  readonly isAttempt: boolean;
}

/** What came of an errand; all in one transaction, nothing if the lease is no longer held. */
export interface Settlement {
  readonly letter: LetterId;
  readonly lease: number;
  readonly recipients: readonly SettledRecipient[];
  /** Local delivery from the spool: copies placed in the same transaction. */
  readonly placements: readonly Placement[];
  /** Addresses an alias sends it on to, added to the same letter. */
  readonly onward: readonly SpoolRecipient[];
  readonly beliefs: readonly Belief[];
  readonly ledger: readonly LedgerEntry[];
}

export type SettleAnswer =
  | { readonly kind: 'settled'; readonly isFinal: boolean }
  | { readonly kind: 'lease-lost' }
  | { readonly kind: 'changed'; readonly belief: Belief };

export interface Spool {
  /** Leases what is due at `now`: at most `limit` errands, none of a route in `without`. */
  lease(request: {
    readonly now: EpochMs; readonly until: EpochMs; readonly limit: number; readonly without: readonly string[];
  }): Promise<readonly Errand[]>;
  settle(settlement: Settlement): Promise<SettleAnswer>;
  /** When something is next due (or a lease runs out); undefined when nothing waits. */
  nextDue(): Promise<EpochMs | undefined>;
  /** Letters whose recipients are all final, whose rows are still here: after a crash, or waiting for a notice. */
  finished(limit: number): Promise<readonly SpooledLetter[]>;
  /** Removes a letter whose recipients are all final, when no notice is due. False if not so. */
  conclude(letter: LetterId, ledger: readonly LedgerEntry[]): Promise<boolean>;
  /** Marks that a notice about these recipients was sent. */
  markNotified(letter: LetterId, indexes: readonly number[]): Promise<void>;
  list(page: { readonly after?: LetterId; readonly limit: number }): Promise<readonly SpooledLetter[]>;
  get(letter: LetterId): Promise<SpooledLetter | undefined>;
  /**
   * Those of `letters` (undefined: all) that it applied to. `cancel` fails what has not been
   * delivered; what is being carried at the moment, when it comes back undelivered.
   */
  command(act: {
    readonly what: 'retry' | 'hold' | 'release' | 'cancel';
    readonly letters?: readonly LetterId[];
    readonly at: EpochMs;
  }): Promise<readonly LetterId[]>;
  /** What is under way, for metrics. */
  counts(): Promise<{ readonly letters: number; readonly recipients: number; readonly waiting: number; readonly held: number }>;
}
