/**
 * The clock of a post office: what it says, and how a test moves it.
 *
 * Queues, retries and expiry follow it; a jump goes from one due time to the next, and lets
 * what fell due happen before it goes on, so that five days have all their attempts.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import { OffsetClock, realClock } from '@posthorn/world/node/clock.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { type Duration, milliseconds } from '../duration.ts';

/** `real`: it goes by itself, and can be moved ahead. `simulated`: it stands still until moved. */
export type TimeKind = 'real' | 'simulated';

export class KitClock {
  readonly kind: TimeKind;
  readonly #clock: OffsetClock | SimClock;
  readonly #idle: () => Promise<void>;

  /** `idle`: waits until no host has anything under way. */
  constructor(kind: TimeKind, idle: () => Promise<void>) {
    this.kind = kind;
    this.#clock = kind === 'real' ? new OffsetClock() : new SimClock();
    this.#idle = idle;
  }

  /** For the hosts. */
  get world(): Clock {
    return this.#clock;
  }

  now(): Date {
    return new Date(this.#clock.now());
  }

  /** Moves it ahead; everything that falls due on the way happens in its order. */
  async advance(duration: Duration): Promise<void> {
    // In memory everything settles by itself, and nobody waits for what only this clock can bring.
    if (this.#clock instanceof SimClock) return this.#clock.advance(milliseconds(duration));
    const end = this.#clock.now() + milliseconds(duration);
    await this.#idle();
    for (let next = this.#clock.nextDue(); next !== undefined && next <= end; next = this.#clock.nextDue()) {
      await this.#jump(next);
      await this.#idle();
    }
    await this.#jump(end);
    return this.#idle();
  }

  /** Lets so much time pass: in real time, or at once where it is simulated. */
  async pass(ms: Milliseconds): Promise<void> {
    if (this.kind === 'simulated') return this.advance(ms);
    return new Promise((resolve) => {
      realClock.deadline(ms, resolve);
    });
  }

  /** Lets time run without waiting for anybody: while hosts close. */
  async run(ms: Milliseconds): Promise<void> {
    await this.#clock.advance(ms);
  }

  async #jump(to: number): Promise<void> {
    await this.#clock.advance(Math.max(0, to - this.#clock.now()));
  }
}
