import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEsmtpParameters } from './esmtp-parameters.ts';
import { noise } from './testing/noise.ts';
import { decodeXtext, encodeXtext } from './xtext.ts';

test('xtext writes what a parameter cannot hold in hexadecimal', () => {
  expect(encodeXtext('rfc822;ann+list@ash.test')).toBe('rfc822;ann+2Blist@ash.test');
  expect(encodeXtext('a=b c')).toBe('a+3Db+20c');
  expect(encodeXtext('Grüße')).toBe('Gr+C3+BC+C3+9Fe');
  expect(decodeXtext('rfc822;ann+2Blist@ash.test')).toBe('rfc822;ann+list@ash.test');
  expect(decodeXtext('Gr+C3+BC+C3+9Fe')).toBe('Grüße');
});

test('an international address is written in ASCII, and read in either form', () => {
  expect(encodeXtext('utf-8;jürgen@ash.test')).toBe('utf-8;j\\x{FC}rgen@ash.test');
  expect(encodeXtext('utf-8;😀+=\\@ash.test')).toBe('utf-8;\\x{1F600}\\x{2B}\\x{3D}\\x{5C}@ash.test');
  expect(decodeXtext('utf-8;j\\x{FC}rgen@ash.test')).toBe('utf-8;jürgen@ash.test');
  expect(decodeXtext('UTF-8;jürgen@ash.test')).toBe('UTF-8;jürgen@ash.test');
  expect(decodeXtext('utf-8;j+C3+BCrgen@ash.test')).toBe('utf-8;jürgen@ash.test');
});

test.each(['a+', 'a+2', 'a+2b', 'a b', 'a=b', 'ü', '+FF', '+C3', 'a\r\n', 'utf-8;\\x{110000}', 'utf-8;\\x{D800}', 'utf-8;\\x{}', 'utf-8;\\y', 'utf-8;\ud800'])('%j is malformed', (text) => {
  expect(decodeXtext(text)).toBeUndefined();
});

test('xtext is read as it was written, and fits into a parameter', () => {
  fc.assert(fc.property(fc.constantFrom('', 'rfc822;', 'utf-8;'), fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), (type, text) => {
    const written = encodeXtext(type + text);
    expect(decodeXtext(written)).toBe(type + text);
    expect(parseEsmtpParameters(` ENVID=${written}`)?.get('ENVID')).toBe(written);
  }), { numRuns: 2000 });
});

test('no text makes the parser stumble, and what is read can be written and read again', () => {
  let wrong: string | undefined;
  for (const text of noise({ seed: 6, pieces: ['+', '2B', 'C3', 'BC', '+C3+BC', '\\x{', 'FC', '}', 'utf-8;', 'rfc822;', 'a', 'ü', '\ufffd', '\ud800', '='], piecesMax: 8 })) {
    const read = decodeXtext(text);
    if (read !== undefined && decodeXtext(encodeXtext(read)) !== read) wrong ??= `lost: ${text}`;
  }
  expect(wrong).toBeUndefined();
});
