import { expect, test } from 'vitest';
import { realRandom } from './random.ts';

test('no two identifiers are alike, small or large, and each has the length asked for', () => {
  for (const length of [8, 64, 65, 1000]) {
    const seen = new Set(Array.from({ length: 2000 }, () => realRandom.bytes(length).toString('hex')));
    expect(seen.size).toBe(2000);
    for (const text of seen) expect(text).toHaveLength(2 * length);
  }
});

test('fractions lie in [0, 1) and are spread over it', () => {
  const fractions = Array.from({ length: 10_000 }, () => realRandom.fraction());
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
  expect(fractions.filter((fraction) => fraction < 0.5).length).toBeGreaterThan(4500);
});
