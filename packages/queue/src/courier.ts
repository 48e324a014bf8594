/**
 * What the queue asks of those who carry: the queue decides when, the courier decides how.
 */
import type { Belief, Placement } from '@posthorn/store/acceptance.ts';
import type { Errand, Remark, SpoolRecipient } from '@posthorn/store/spool.ts';

/** What came of one recipient of an errand. */
export interface Outcome {
  /** `SpooledRecipient.index`. */
  readonly index: number;
  /** `relayed-without-dsn`: delivered to a host that will not send success notices (RFC 3461 §5.2.2). */
  readonly kind: 'delivered' | 'relayed-without-dsn' | 'deferred' | 'failed' | 'untried';
  readonly remark: Remark;
  /** What the ledger should know of this attempt: host, address, TLS, the reply. */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface CarryReport {
  /** One for each recipient of the errand. */
  readonly outcomes: readonly Outcome[];
  /** Local delivery: copies to be placed in the transaction that settles. */
  readonly placements?: readonly Placement[];
  /** Where an alias sends it on to. */
  readonly onward?: readonly SpoolRecipient[];
  readonly beliefs?: readonly Belief[];
}

export interface Courier {
  /**
   * Carries an errand. What the other side or the network does is an outcome, never thrown.
   * `signal` asks to stop: what was not tried yet is `untried`.
   */
  carry(errand: Errand, signal: AbortSignal): Promise<CarryReport>;
}
