/**
 * The queue's bounds.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';

export interface QueueLimits {
  /** Errands under way at once. */
  readonly errands: number;
  /** Errands of one route under way at once. */
  readonly errandsPerRoute: number;
  /**
   * How long a lease lasts. After a crash, what was under way is tried again this much later.
   * An attempt may take longer: the queue that still carries it then renews the lease.
   */
  readonly lease: Milliseconds;
  /** How old a letter is when its sender is told that it is late. */
  readonly delayNotice: Milliseconds;
  /** The most that a notice returns of a letter in full; of a larger one it returns the header. */
  readonly returnedOctets: number;
}

export const defaultLimits: QueueLimits = {
  errands: 100,
  errandsPerRoute: 20,
  lease: 30_000,
  delayNotice: 4 * 3_600_000,
  returnedOctets: 100_000,
};
