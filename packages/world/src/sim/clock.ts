/**
 * Time that moves only when told.
 *
 * `advance` runs what is due in order of time, then of asking; before, between and after
 * it lets the program settle, so that what one timer set in motion (promises, stream
 * events, a TLS handshake in memory) is over before the next one fires. Settling is a
 * fixed number of rounds of the event loop: deterministic for all that happens in memory.
 * What waits for the disk, a thread or a real socket is not covered.
 */
import type { Clock, EpochMs, Milliseconds, Timer } from '../clock.ts';

/** Rounds of the event loop that count as settled. A TLS handshake in memory takes about ten. */
const SETTLE_ROUNDS = 24;

/** Lets everything in memory run that is ready to run. */
export async function settle(rounds: number = SETTLE_ROUNDS): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

interface SimTimer extends Timer {
  readonly due: Milliseconds;
  readonly act: () => void;
}

export class SimClock implements Clock {
  readonly #start: EpochMs;
  readonly #settleRounds: number;
  #elapsed: Milliseconds = 0;
  readonly #waiting = new Set<SimTimer>();

  /** Begins on 2026-01-01T00:00:00Z unless told otherwise. Without TLS far fewer rounds settle everything. */
  constructor(start: EpochMs = Date.UTC(2026, 0, 1), { settleRounds = SETTLE_ROUNDS }: { readonly settleRounds?: number } = {}) {
    this.#start = start;
    this.#settleRounds = settleRounds;
  }

  now(): EpochMs {
    return this.#start + this.#elapsed;
  }

  monotonic(): Milliseconds {
    return this.#elapsed;
  }

  after(delay: Milliseconds, act: () => void): Timer {
    const timer: SimTimer = {
      due: this.#elapsed + Math.max(0, delay),
      act,
      cancel: () => {
        this.#waiting.delete(timer);
      },
    };
    this.#waiting.add(timer);
    return timer;
  }

  deadline(delay: Milliseconds, act: () => void): Timer {
    return this.after(delay, act);
  }

  /** When the next timer is due; undefined when nothing waits. */
  nextDue(): EpochMs | undefined {
    const next = this.#next();
    return next === undefined ? undefined : this.#start + next.due;
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  async advance(ms: Milliseconds): Promise<void> {
    const end = this.#elapsed + ms;
    await settle(this.#settleRounds);
    for (let next = this.#next(); next !== undefined && next.due <= end; next = this.#next()) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.#waiting.delete(next);
      next.act();
      await settle(this.#settleRounds);
    }
    this.#elapsed = Math.max(this.#elapsed, end);
  }

  /** The earliest; among equals the one asked for first (a Set keeps that order). */
  #next(): SimTimer | undefined {
    let first: SimTimer | undefined;
    for (const timer of this.#waiting) {
      if (first === undefined || timer.due < first.due) first = timer;
    }
    return first;
  }
}
