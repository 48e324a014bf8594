import fc from 'fast-check';
import { expect, test } from 'vitest';
import { positionInUidSet, readUidSet, sortedUids, writeUidSet } from './uid-set.ts';

const uids = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((numbers) => sortedUids(numbers));

test('what was written is read', () => {
  fc.assert(fc.property(uids, (numbers) => {
    expect(readUidSet(writeUidSet(numbers))).toEqual(numbers);
  }), { numRuns: 2000 });
});

test('neighbours are written as a range', () => {
  expect(writeUidSet([1, 2, 3, 5, 9, 10])).toBe('1:3,5,9:10');
  expect(writeUidSet([])).toBe('');
});

test('a UID is found at its place', () => {
  fc.assert(fc.property(uids, fc.integer({ min: 1, max: 60 }), (numbers, uid) => {
    const place = numbers.indexOf(uid);
    expect(positionInUidSet(writeUidSet(numbers), uid)).toBe(place === -1 ? undefined : place);
  }), { numRuns: 2000 });
});
