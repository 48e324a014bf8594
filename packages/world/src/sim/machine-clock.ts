/**
 * A machine's own clock: the world's time, and how far its wall clock is off.
 *
 * A step moves wall time and what waits for it; monotonic time, and with it every deadline,
 * goes on as if nothing had happened. Stopped, it never rings again.
 */
import type { Clock, EpochMs, Milliseconds, Timer } from '../clock.ts';

interface WallTimer extends Timer {
  readonly due: EpochMs;
  readonly act: () => void;
  underlying: Timer;
}

export class MachineClock implements Clock {
  readonly #world: Clock;
  #offset: Milliseconds;
  readonly #wall = new Set<WallTimer>();
  readonly #deadlines = new Set<Timer>();
  #isStopped = false;

  constructor(world: Clock, offset: Milliseconds = 0) {
    this.#world = world;
    this.#offset = offset;
  }

  now(): EpochMs {
    return this.#world.now() + this.#offset;
  }

  monotonic(): Milliseconds {
    return this.#world.monotonic();
  }

  after(delay: Milliseconds, act: () => void): Timer {
    const timer: WallTimer = {
      due: this.now() + Math.max(0, delay),
      act,
      underlying: silent,
      cancel: () => {
        timer.underlying.cancel();
        this.#wall.delete(timer);
      },
    };
    this.#arm(timer);
    return timer;
  }

  deadline(delay: Milliseconds, act: () => void): Timer {
    if (this.#isStopped) return silent;
    const underlying = this.#world.deadline(delay, () => {
      this.#deadlines.delete(timer);
      act();
    });
    const timer = {
      cancel: () => {
        underlying.cancel();
        this.#deadlines.delete(timer);
      },
    };
    this.#deadlines.add(timer);
    return timer;
  }

  /** Moves wall time by `ms`, back if negative. What has become due happens as the world's clock moves on. */
  step(ms: Milliseconds): void {
    this.#offset += ms;
    for (const timer of [...this.#wall].toSorted((a, b) => a.due - b.due)) {
      timer.underlying.cancel();
      this.#arm(timer);
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of [...this.#wall, ...this.#deadlines]) timer.cancel();
  }

  #arm(timer: WallTimer): void {
    if (this.#isStopped) return;
    this.#wall.add(timer);
    timer.underlying = this.#world.deadline(Math.max(0, timer.due - this.now()), () => {
      this.#wall.delete(timer);
      timer.act();
    });
  }
}

const silent: Timer = { cancel: () => {} };
