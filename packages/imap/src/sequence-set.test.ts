import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSet, isInRanges, normalizeSet } from './sequence-set.ts';

test('RFC 3501 §9 sequence-set: 2,4:7,9,12:* of 15 messages', () => {
  const set = [{ from: 2, to: 2 }, { from: 4, to: 7 }, { from: 9, to: 9 }, { from: 12, to: Infinity }];
  expect(normalizeSet(set, 15)).toEqual([{ from: 2, to: 2 }, { from: 4, to: 7 }, { from: 9, to: 9 }, { from: 12, to: 15 }]);
});

test('RFC 3501 §9 sequence-set: *:4,5:7 of 10 messages is 4 to 10', () => {
  expect(normalizeSet([{ from: Infinity, to: 4 }, { from: 5, to: 7 }], 10)).toEqual([{ from: 4, to: 10 }]);
});

test('RFC 3501 §6.4.8: 559:* means the last message though its UID is below', () => {
  expect(isInRanges(normalizeSet([{ from: 559, to: Infinity }], 37), 37)).toBe(true);
});

test('ten thousand times everything is one range', () => {
  expect(normalizeSet(Array.from({ length: 10_000 }, () => ({ from: 1, to: Infinity })), 100_000)).toEqual([{ from: 1, to: 100_000 }]);
});

test('a number is in the set if it is in one of its ranges', () => {
  const number = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(fc.array(fc.record({ from: number, to: number }), { minLength: 1 }), number, (set, value) => {
    const isIn = set.some(({ from, to }) => value >= Math.min(from, to) && value <= Math.max(from, to));
    expect(isInRanges(normalizeSet(set, 40), value)).toBe(isIn);
  }), { numRuns: 20_000 });
});

test('runs are written as ranges, in the order given', () => {
  expect(formatSet([1, 2, 3, 5, 9, 8, 10, 11])).toBe('1:3,5,9,8,10:11');
});
