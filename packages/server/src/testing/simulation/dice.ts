/**
 * Chances and choices from a seed.
 */
import type { Random } from '@posthorn/world/random.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';

export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** True with this probability. */
  isLucky(chance: number): boolean {
    return this.#random.fraction() < chance;
  }

  /** A whole number from `least` up to and including `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random.fraction() * (most - least + 1));
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const found = list[this.between(0, list.length - 1)];
    if (found === undefined) throw new RangeError('nothing to pick from');
    return found;
  }

  /** Each of them with this probability, in their order. */
  some<T>(list: readonly T[], chance: number): readonly T[] {
    return list.filter(() => this.isLucky(chance));
  }
}
