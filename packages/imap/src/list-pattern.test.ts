import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinReference, matchesPattern, selectMailboxes } from './list-pattern.ts';

test.each([
  ['*', 'INBOX', true],
  ['*', 'a/b/c', true],
  ['%', 'a', true],
  ['%', 'a/b', false],
  ['%/%', 'a/b', true],
  ['a%', 'abc', true],
  ['a%c', 'a/c', false],
  ['a*c', 'a/c', true],
  ['', '', true],
  ['', 'a', false],
  ['a', 'A', false],
  ['inbox', 'INBOX', true],
  ['In%', 'INBOX', true],
  ['inbox/%', 'INBOX/x', true],
  ['i*x', 'INBOX', true],
  ['%%%', 'abc', true],
  ['*%', 'a/b', true],
])('%j and %j: %s', (pattern, name, isMatch) => {
  expect(matchesPattern(pattern, name)).toBe(isMatch);
});

test('it says what a regular expression says', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '%', '*'), maxLength: 9 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 });
  fc.assert(fc.property(text, name, (pattern, mailbox) => {
    const source = pattern.replaceAll('%', '[^/]*').replaceAll('*', (star, at: number, whole: string) => (whole[at - 1] === ']' ? star : '.*'));
    expect(matchesPattern(pattern, mailbox)).toBe(new RegExp(`^${source}$`).test(mailbox));
  }), { numRuns: 100_000 });
});

test('a pattern of a thousand wildcards ends, on a name made to fool it', () => {
  expect(matchesPattern('%a*'.repeat(340), `${'a'.repeat(1000)}b`)).toBe(true);
  expect(matchesPattern(`${'*a'.repeat(500)}c`, 'a'.repeat(1000))).toBe(false);
  expect(matchesPattern(`${'%a%'.repeat(340)}c`, 'a'.repeat(1000))).toBe(false);
});

const MAILBOXES = ['INBOX', 'foo', 'foo/bar', 'lost/child', 'lost/son/x', 'Sent'];

test('a level that is not there is listed for those below it (RFC 3501 §6.3.9)', () => {
  expect(selectMailboxes(MAILBOXES, ['%'])).toEqual([
    { name: 'INBOX', isParentOnly: false, hasChildren: false },
    { name: 'foo', isParentOnly: false, hasChildren: true },
    { name: 'lost', isParentOnly: true, hasChildren: true },
    { name: 'Sent', isParentOnly: false, hasChildren: false },
  ]);
});

test('with "*" all are listed, and only what is there', () => {
  expect(selectMailboxes(MAILBOXES, ['*']).map(({ name }) => name)).toEqual(MAILBOXES);
});

test('the reference comes before the pattern', () => {
  expect(joinReference('foo/', '%')).toBe('foo/%');
  expect(selectMailboxes(MAILBOXES, [joinReference('lost/', '%')])).toEqual([
    { name: 'lost/child', isParentOnly: false, hasChildren: false },
    { name: 'lost/son', isParentOnly: true, hasChildren: true },
  ]);
});
