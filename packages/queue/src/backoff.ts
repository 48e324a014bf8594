/**
 * When a deferred recipient is tried again. RFC 5321 §4.5.4.1.
 */
import type { EpochMs, Milliseconds } from '@posthorn/world/clock.ts';

/** How much randomness adds to a pause, so that a host that was down is not met by all letters at once. */
const JITTER_MAX = 0.1;

/**
 * The pause after the `attempt`-th attempt (from 1), in milliseconds; the last one of
 * `retry` repeats. `jitter`, in [0, 1), adds up to a tenth.
 */
export function backoff(retry: readonly Milliseconds[], attempt: number, jitter: number): Milliseconds {
  const pause = retry[Math.min(attempt, retry.length) - 1] ?? 0;
  return Math.round(pause * (1 + JITTER_MAX * jitter));
}

export interface RetryQuestion {
  readonly now: EpochMs;
  readonly retry: readonly Milliseconds[];
  /** Attempts made, the one just over included. */
  readonly attempts: number;
  readonly jitter: number;
  readonly expiresAt: EpochMs;
  /** When the sender is told of a delay, if he is: an attempt is made then, so that the notice is news. */
  readonly delayNoticeAt?: EpochMs;
}

/** When to try again; undefined when the letter's time is over. The last attempt is made when it expires. */
export function nextAttempt(question: RetryQuestion): EpochMs | undefined {
  const { now, retry, attempts, jitter, expiresAt, delayNoticeAt } = question;
  if (now >= expiresAt) return undefined;
  const next = Math.min(now + backoff(retry, attempts, jitter), expiresAt);
  return delayNoticeAt !== undefined && delayNoticeAt > now ? Math.min(next, delayNoticeAt) : next;
}
