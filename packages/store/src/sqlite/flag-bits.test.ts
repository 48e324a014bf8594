import { array, assert, constantFrom, property } from 'fast-check';
import { flagKey } from '@posthorn/mail/flags.ts';
import { expect, test } from 'vitest';
import { changeFlags, readFlags, storeFlags } from './flag-bits.ts';

const flags = array(constantFrom('\\Seen', '\\SEEN', '\\Deleted', '\\Draft', 'work', 'Work', 'urgent', '$Junk', '\\Recent'));
const keys = (list: readonly string[]): readonly string[] => [...new Set(list.map(flagKey))].filter((key) => key !== '\\recent').toSorted();

test('flags are kept as they came, each once, without \\Recent', () => {
  expect(readFlags(storeFlags(['\\SEEN', 'Work', 'work', '\\Recent']))).toEqual(['\\Seen', 'Work']);
  assert(property(flags, (given) => {
    expect(keys(readFlags(storeFlags(given)))).toEqual(keys(given));
  }), { numRuns: 2000 });
});

test('adding, removing and replacing do what sets do; what changes nothing is the same object', () => {
  assert(property(flags, flags, constantFrom('add', 'remove', 'replace'), (before, given, how) => {
    const stored = storeFlags(before);
    const after = changeFlags(stored, how, storeFlags(given));
    const wanted = how === 'replace' ? keys(given)
      : how === 'add' ? keys([...before, ...given]) : keys(before).filter((key) => !keys(given).includes(key));
    expect(keys(readFlags(after))).toEqual(wanted);
    expect(after === stored).toBe(JSON.stringify(keys(before)) === JSON.stringify(wanted));
  }), { numRuns: 3000 });
});

test('a keyword keeps the spelling it had first', () => {
  expect(changeFlags(storeFlags(['Work']), 'add', storeFlags(['WORK', 'x'])).keywords).toBe('Work x');
  expect(changeFlags(storeFlags(['Work', 'y']), 'replace', storeFlags(['WORK'])).keywords).toBe('Work');
});
