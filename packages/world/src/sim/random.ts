/**
 * Randomness from a seed: the same seed, the same letters. Not for secrets.
 *
 * A linear feedback of three shifts over 32 bits (xorshift), with a Weyl sequence added so
 * that no seed is a bad one.
 */
import type { Random } from '../random.ts';

export function seededRandom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  let weyl = seed >>> 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    weyl = (weyl + 0x61c88647) >>> 0;
    // The multiplication carries low bits up: neighbouring seeds soon differ everywhere.
    const mixed = Math.imul((state + weyl) ^ ((state + weyl) >>> 15), 0x2c1b3c6d);
    return (mixed ^ (mixed >>> 13)) >>> 0;
  };
  for (let warmUp = 0; warmUp < 8; warmUp += 1) next();
  return {
    bytes: (count) => {
      const octets = Buffer.alloc(count);
      for (let index = 0; index < count; index += 1) octets[index] = next() >>> 24;
      return octets;
    },
    fraction: () => next() / 2 ** 32,
  };
}
