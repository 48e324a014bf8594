import { describe, expect, test } from 'vitest';
import { realRandom } from './node/random.ts';
import { identifier } from './random.ts';
import { seededRandom } from './sim/random.ts';

describe('Randomness from a seed', () => {
  test('is the same for the same seed, and different for its neighbour', () => {
    expect(seededRandom(7).bytes(32)).toStrictEqual(seededRandom(7).bytes(32));
    expect(seededRandom(7).bytes(32)).not.toStrictEqual(seededRandom(8).bytes(32));
    const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => seededRandom(seed).fraction()));
    expect(firsts.size).toBe(1000);
  });

  test('spreads evenly', () => {
    const random = seededRandom(0);
    const counts = Array.from({ length: 16 }, () => 0);
    for (let round = 0; round < 16_000; round += 1) {
      const fraction = random.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
      counts[Math.floor(fraction * 16)] = (counts[Math.floor(fraction * 16)] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
    const octets = random.bytes(65_536);
    expect(new Set(octets).size).toBe(256);
  });
});

test('Real randomness has the asked length, and fractions below one', () => {
  expect(realRandom.bytes(20)).toHaveLength(20);
  for (let round = 0; round < 1000; round += 1) {
    const fraction = realRandom.fraction();
    expect(fraction >= 0 && fraction < 1).toBe(true);
  }
});

test('An identifier has characters that can be told over the telephone', () => {
  expect(identifier(realRandom, 26)).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
  expect(identifier(seededRandom(1), 12)).toBe(identifier(seededRandom(1), 12));
});
