/**
 * How long the other side may take: one timer a connection, looked at only when it rings.
 *
 * Each command sets a new term, thousands of times a second; setting one is an assignment.
 */
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';

export class Patience {
  readonly #clock: Clock;
  readonly #lose: () => void;
  #due = Number.POSITIVE_INFINITY;
  #timer: { readonly timer: Timer; readonly rings: Milliseconds } | undefined;

  constructor(clock: Clock, lose: () => void) {
    this.#clock = clock;
    this.#lose = lose;
  }

  /** Something is expected within `ms` from now. */
  expect(ms: Milliseconds): void {
    this.expectBy(this.#clock.monotonic() + ms);
  }

  /** Something is expected by a moment of monotonic time. */
  expectBy(due: Milliseconds): void {
    this.#due = due;
    if (this.#timer === undefined || this.#timer.rings > due) this.#arm();
  }

  /** It is our turn: nothing is expected. */
  rest(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }

  get isResting(): boolean {
    return this.#due === Number.POSITIVE_INFINITY;
  }

  /** For good. */
  end(): void {
    this.rest();
    this.#timer?.timer.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer?.timer.cancel();
    const rings = this.#due;
    this.#timer = {
      rings,
      timer: this.#clock.deadline(Math.max(0, rings - this.#clock.monotonic()), () => {
        this.#timer = undefined;
        if (this.#due === Number.POSITIVE_INFINITY) return;
        if (this.#clock.monotonic() >= this.#due) this.#lose();
        else this.#arm();
      }),
    };
  }
}
