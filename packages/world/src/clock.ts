/**
 * Time, as the rest of the house sees it.
 *
 * Wall time decides about mail (retry, expiry, dates) and may be moved in `dev` and in
 * tests; monotonic time decides about sockets and never jumps.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** A length of time in milliseconds. */
export type Milliseconds = number;

/** Something that will happen once, unless cancelled first. Cancelling twice is fine. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall time. */
  now(): EpochMs;
  /** Milliseconds from an arbitrary start; never goes back, never jumps. */
  monotonic(): Milliseconds;
  /** Runs `act` when wall time has advanced by `delay`; a jump of the wall clock counts. */
  after(delay: Milliseconds, act: () => void): Timer;
  /** Runs `act` after `delay` of monotonic time: for sockets and their deadlines. */
  deadline(delay: Milliseconds, act: () => void): Timer;
}
