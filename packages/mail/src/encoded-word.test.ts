import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeWords, encodeWords } from './encoded-word.ts';
import { noise } from './testing/noise.ts';

// RFC 2047 §8 has these.
test.each([
  ['=?ISO-8859-1?Q?a?=', 'a'],
  ['=?ISO-8859-1?Q?a?= b', 'a b'],
  ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
  ['=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=', 'ab'],
  ['=?ISO-8859-1?Q?a_b?=', 'a b'],
  ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
  ['=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>', 'Keith Moore <moore@cs.utk.edu>'],
  ['=?ISO-8859-1?Q?Andr=E9?= Pirard', 'André Pirard'],
  ['=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=', 'If you can read this you understand the example.'],
])('%s reads %s', (written, read) => {
  expect(decodeWords(written)).toBe(read);
});

test.each([
  ['=?utf-8?q?Gr=c3=bc=c3=9fe?=', 'Grüße'],
  ['=?utf-8*de?Q?Gr=C3=BC?=', 'Grü'],
  ['=?utf-8?B?w?= =?utf-8?B?w7w?=', 'ü'],
  ['=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=', 'ü'],
  ['x=?utf-8?Q?a?=y', 'xay'],
  ['=?utf-8?Q?two words?=', 'two words'],
  ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
  ['=?gb2312?B?xOO6ww==?=', '你好'],
  ['=?no-such-charset?Q?a?=', '=?no-such-charset?Q?a?='],
  ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
  ['=?utf-8?Q?a', '=?utf-8?Q?a'],
  ['=?utf-8?Q??= x', ' x'],
  ['=?utf-8?Q?=ZZ=?=', '=ZZ='],
  ['plain = text ?', 'plain = text ?'],
])('%s, as senders write it, reads %j', (written, read) => {
  expect(decodeWords(written)).toBe(read);
});

test('only the words that need it are encoded', () => {
  expect(encodeWords('Hello there')).toBe('Hello there');
  expect(encodeWords('Re: Grüße aus Köln am Rhein')).toBe('Re: =?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?= am Rhein');
  expect(encodeWords('日本語の件名')).toBe('=?utf-8?B?5pel5pys6Kqe44Gu5Lu25ZCN?=');
});

test('what looks like an encoded word is encoded, and so are spaces that would get lost', () => {
  expect(encodeWords('=?utf-8?Q?a?=')).toBe('=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=');
  expect(decodeWords(encodeWords(' a  b '))).toBe(' a  b ');
  expect(encodeWords('a  b')).toBe('=?utf-8?Q?a__b?=');
});

test('a text is read as it was written, and no encoded word is empty or longer than 75 characters', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(' ', '  ', 'a', '=?', '?=', 'ü', '日', '😀', '\r\n', '_', '=', 'Hello', '=?utf-8?Q?x?='), fc.string({ unit: 'grapheme', maxLength: 3 })), { maxLength: 40 }).map((pieces) => pieces.join('').toWellFormed());
  fc.assert(fc.property(text, (subject) => {
    const written = encodeWords(subject);
    expect(decodeWords(written)).toBe(subject);
    expect(written).toMatch(/^[\x20-\x7e]*$/);
    for (const word of written.split(' ').filter((one) => one.startsWith('=?'))) {
      expect(word).toMatch(/^=\?utf-8\?(?:Q\?[!-<>@-^`-~=_]+|B\?[A-Za-z0-9+/]+={0,2})\?=$/);
      expect(word.length).toBeLessThanOrEqual(75);
    }
  }), { numRuns: 5000 });
});

test('no text makes the reader stumble', () => {
  const pieces = ['=?', '?=', '?', 'utf-8', 'iso-8859-1', '*en', 'Q', 'B', '=C3', '=BC', 'w7w=', ' ', '_', 'a', '=', '\0', 'ü'];
  let wrong: string | undefined;
  for (const text of noise({ seed: 10, pieces, piecesMax: 14 })) {
    const read = decodeWords(text);
    if (!text.includes('?=') && read !== text) wrong ??= text;
  }
  expect(wrong).toBeUndefined();
});

test('a line of question marks is cheap', () => {
  expect(decodeWords('=?utf-8?Q?'.repeat(50_000))).toHaveLength(500_000);
});
