import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { decodeCharset, decodeUnlabelled, isKnownCharset } from './charset.ts';

test.each([
  ['utf-8', 'c3bc', 'ü'],
  ['UTF-8', 'c3bc', 'ü'],
  [' utf8 ', 'c3bc', 'ü'],
  ['iso-8859-1', 'fc80', 'ü€'],
  ['us-ascii', '61', 'a'],
  ['windows-1251', 'cff0e8', 'При'],
  ['koi8-r', 'f0d2c9', 'При'],
  ['shift_jis', '93fa967b', '日本'],
  ['iso-2022-jp', '1b2442467c4b5c1b2842', '日本'],
  ['gb2312', 'c4e3bac3', '你好'],
  ['big5', 'a741a66e', '你好'],
  ['ks_c_5601-1987', 'c7d1b1b9', '한국'],
  ['cp936', 'c4e3bac3', '你好'],
])('%s is understood', (charset, hex, text) => {
  expect(decodeCharset(Buffer.from(hex, 'hex'), charset)).toBe(text);
});

test('an unknown charset is UTF-8 if it can be, else ISO 8859-1', () => {
  expect(decodeCharset(Buffer.from('ü'), 'no-such')).toBe('ü');
  expect(decodeCharset(Buffer.from([0xfc]), '')).toBe('ü');
  expect(decodeCharset(Buffer.from([0xfc]), 'x'.repeat(10_000))).toBe('ü');
  expect(decodeUnlabelled(Buffer.from([0xfc]))).toBe('ü');
  expect(isKnownCharset('no-such')).toBe(false);
});

test('malformed octets are replaced, not thrown at anyone', () => {
  expect(decodeCharset(Buffer.from([0x61, 0xff, 0x62]), 'utf-8')).toBe('a\ufffdb');
});
