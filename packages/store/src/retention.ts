/**
 * How long things are kept that nobody sees any more.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';

export interface Retention {
  /** How long the ledger remembers. */
  readonly ledgerMs: Milliseconds;
  /** How long deleted letters and mailboxes can be put back. */
  readonly undeleteMs: Milliseconds;
}

const DAY = 24 * 60 * 60 * 1000;

export const DEFAULT_RETENTION: Retention = { ledgerMs: 90 * DAY, undeleteMs: 14 * DAY };
