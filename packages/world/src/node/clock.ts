/**
 * The machine's own time, and the same with an offset that can be moved (for `dev`).
 *
 * Wall timers wake at least once a minute to look at the wall clock, so that a laptop's
 * sleep or a corrected clock counts, and delays longer than setTimeout can hold work.
 */
import type { Clock, EpochMs, Milliseconds, Timer } from '../clock.ts';

/** The longest a wall timer sleeps before it looks at the clock again. */
const NAP_MS_MAX: Milliseconds = 60_000;

/** setTimeout counts in 31 bits and fires at once beyond them. */
const TIMEOUT_MS_MAX: Milliseconds = 2 ** 31 - 1;

interface WallTimer extends Timer {
  readonly due: EpochMs;
  fire(): void;
  /** Sleeps for as long as the present offset says. */
  arm(): void;
}

/**
 * Real time plus an offset. `advance` jumps: what `after` promised and has become due
 * happens, in order, before it returns; a `deadline` is never moved.
 */
export class OffsetClock implements Clock {
  #offset: Milliseconds = 0;
  readonly #waiting = new Set<WallTimer>();

  now(): EpochMs {
    return Date.now() + this.#offset;
  }

  monotonic(): Milliseconds {
    return performance.now();
  }

  after(delay: Milliseconds, act: () => void): Timer {
    let nap: NodeJS.Timeout | undefined;
    const timer: WallTimer = {
      due: this.now() + delay,
      arm: () => {
        clearTimeout(nap);
        const rest = Math.max(0, timer.due - this.now());
        nap = setTimeout(() => (this.now() >= timer.due ? timer.fire() : timer.arm()), Math.min(rest, NAP_MS_MAX));
      },
      fire: () => {
        timer.cancel();
        act();
      },
      cancel: () => {
        clearTimeout(nap);
        this.#waiting.delete(timer);
      },
    };
    this.#waiting.add(timer);
    timer.arm();
    return timer;
  }

  deadline(delay: Milliseconds, act: () => void): Timer {
    const due = this.monotonic() + delay;
    let nap: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const rest = Math.max(0, due - performance.now());
      nap = setTimeout(() => (performance.now() >= due ? act() : arm()), Math.min(Math.ceil(rest), TIMEOUT_MS_MAX));
    };
    arm();
    return { cancel: () => clearTimeout(nap) };
  }

  /** When the next of what `after` promised is due; undefined when nothing waits. */
  nextDue(): EpochMs | undefined {
    let next: EpochMs | undefined;
    for (const { due } of this.#waiting) next = Math.min(next ?? due, due);
    return next;
  }

  /** Moves wall time by `ms`; negative moves it back. */
  advance(ms: Milliseconds): void {
    this.#offset += ms;
    const due = [...this.#waiting].filter((timer) => timer.due <= this.now()).toSorted((a, b) => a.due - b.due);
    for (const timer of due) {
      // One that fired before may have cancelled this one.
      if (this.#waiting.has(timer)) timer.fire();
    }
    for (const timer of this.#waiting) timer.arm();
  }
}

/** The machine's own time. */
export const realClock: Clock = new OffsetClock();
