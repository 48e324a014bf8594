import { assert, integer, property, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { positionInUidSet, readUidSet, sortedUids, writeUidSet } from './uid-set.ts';

const uids = uniqueArray(integer({ min: 1, max: 60 })).map((numbers) => sortedUids(numbers));

test('what was written is read', () => {
  assert(property(uids, (numbers) => {
    expect(readUidSet(writeUidSet(numbers))).toEqual(numbers);
  }), { numRuns: 2000 });
});

test('neighbours are written as a range', () => {
  expect(writeUidSet([1, 2, 3, 5, 9, 10])).toBe('1:3,5,9:10');
  expect(writeUidSet([])).toBe('');
});

test('a UID is found at its place', () => {
  assert(property(uids, integer({ min: 1, max: 60 }), (numbers, uid) => {
    const place = numbers.indexOf(uid);
    expect(positionInUidSet(writeUidSet(numbers), uid)).toBe(place === -1 ? undefined : place);
  }), { numRuns: 2000 });
});
