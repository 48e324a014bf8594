import { expect, test } from 'vitest';
import { canonicalFlag, flagKey, SYSTEM_FLAGS } from './flags.ts';

test('a system flag has one spelling', () => {
  expect(canonicalFlag('\\seen')).toBe('\\Seen');
  expect(canonicalFlag('\\FLAGGED')).toBe('\\Flagged');
  expect(SYSTEM_FLAGS.map(canonicalFlag)).toEqual(SYSTEM_FLAGS);
});

test('a keyword keeps its spelling, and other backslashed words too', () => {
  expect(canonicalFlag('$Forwarded')).toBe('$Forwarded');
  expect(canonicalFlag('SEEN')).toBe('SEEN');
  expect(canonicalFlag('\\Custom')).toBe('\\Custom');
});

test('flags are one and the same whatever the case of their letters', () => {
  expect(flagKey('$Junk')).toBe(flagKey('$JUNK'));
  expect(flagKey('\\Seen')).not.toBe(flagKey('Seen'));
});
