/**
 * Lets only so many do something at once, and only so many wait.
 */
export class Gate {
  #free: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];

  constructor({ places, waitingMax }: { readonly places: number; readonly waitingMax: number }) {
    this.#free = places;
    this.#waitingMax = waitingMax;
  }

  /** Undefined, and nothing done, when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    if (this.#free === 0) {
      if (this.#waiting.length >= this.#waitingMax) return undefined;
      // Whoever leaves hands over its place, so the count stays as it is.
      await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    } else {
      this.#free -= 1;
    }
    try {
      return { value: await work() };
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
