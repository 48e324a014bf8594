import { expect, test } from 'vitest';
import { letterOf } from '../testing/letters.ts';
import { mismatch, wanted } from './criteria.ts';

const LETTER = letterOf('From: Ann <ann@ash.test>', 'To: Eve <eve@elm.test>', 'Subject: Verify', 'X-Tag: a', '', 'The road goes on.');

test('any letter is wanted where nothing is said', () => {
  expect(mismatch(LETTER, undefined)).toBeUndefined();
});

test('fields are looked at one by one, and the first that differs is told', () => {
  expect(mismatch(LETTER, { subject: /verify/i, from: 'ANN@ash.test', to: /eve/, text: 'road', headers: { 'x-tag': 'a', 'X-Other': false }, sender: 'ann@ash.test' })).toBeUndefined();
  expect(mismatch(LETTER, { subject: 'verify' })).toBe('subject is "Verify"');
  expect(mismatch(LETTER, { from: 'bob@ash.test' })).toBe('from Ann <ann@ash.test>');
  expect(mismatch(LETTER, { text: /sea/ })).toBe('text has no /sea/');
  expect(mismatch(LETTER, { html: 'x' })).toBe('it has no HTML part');
  expect(mismatch(LETTER, { headers: { 'X-Tag': 'b' } })).toBe('header X-Tag is "a"');
  expect(mismatch(LETTER, { headers: { 'X-None': true } })).toBe('header X-None is missing');
  expect(mismatch(LETTER, { attachment: 'a.pdf' })).toBe('attachments are none');
  expect(mismatch(LETTER, { cc: /x/ })).toBe('cc nobody');
});

test('a regular expression looks at subject and text, each time from the start', () => {
  const global = /road/g;
  expect([mismatch(LETTER, global), mismatch(LETTER, global)]).toEqual([undefined, undefined]);
  expect(mismatch(LETTER, /sea/)).toBe('neither subject nor text matches /sea/');
});

test('a function that fails says why it says no', () => {
  expect(mismatch(LETTER, (letter) => letter.subject === 'Verify')).toBeUndefined();
  expect(mismatch(LETTER, () => { throw new Error('no code'); })).toBe('the function says: no code');
});

test('what is wanted is told in words', () => {
  expect(wanted({ subject: /x/, to: 'a@b.test' })).toBe('a letter with subject /x/, to "a@b.test"');
});
