import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressKey, formatAddress, isInternational, parseAddress } from './address.ts';
import { noise } from './testing/noise.ts';

test.each([
  ['ann@ash.test', 'ann', 'ash.test'],
  ['Ann.Ash+list@ASH.test', 'Ann.Ash+list', 'ash.test'],
  ["!#$%&'*+-/=?^_`{|}~@ash.test", "!#$%&'*+-/=?^_`{|}~", 'ash.test'],
  ['"ann ash"@ash.test', 'ann ash', 'ash.test'],
  ['"ann"@ash.test', 'ann', 'ash.test'],
  ['"a\\"b\\\\c"@ash.test', 'a"b\\c', 'ash.test'],
  ['"a@b"@ash.test', 'a@b', 'ash.test'],
  ['".ann."@ash.test', '.ann.', 'ash.test'],
  ['jürgen@bücher.example', 'jürgen', 'xn--bcher-kva.example'],
  ['"jür gen"@ash.test', 'jür gen', 'ash.test'],
  ['用户@例え.テスト', '用户', 'xn--r8jz45g.xn--zckzah'],
  ['😀@ash.test', '😀', 'ash.test'],
  ['ann@[192.0.2.1]', 'ann', '[192.0.2.1]'],
  ['ann@[IPv6:2001:DB8::1]', 'ann', '[IPv6:2001:db8::1]'],
  ['ann@localhost', 'ann', 'localhost'],
])('%s is an address', (text, localPart, domain) => {
  expect(parseAddress(text)).toEqual({ localPart, domain });
});

test.each([
  '', '@', 'ann', 'ann@', '@ash.test', 'ann@ash@elm.test', '.ann@ash.test', 'ann.@ash.test', 'a..b@ash.test', 'ann ash@ash.test',
  '""@ash.test', '"ann@ash.test', 'ann"@ash.test', '"a"b"@ash.test', '"a\\"@ash.test', 'a"b"@ash.test', '"a\nb"@ash.test', '"\u0085"@ash.test',
  'ann@ash..test', 'ann@-ash.test', 'ann@[ash.test]', 'ann@[2001:db8::1]', 'ann <ann@ash.test>', 'ann,eve@ash.test', 'ann@ash.test\r\n', '\ud800@ash.test', 'a(b)@ash.test',
])('%j is not an address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test('a local part has at most 64 octets, counted as they travel', () => {
  expect(parseAddress(`${'a'.repeat(64)}@ash.test`)?.localPart).toHaveLength(64);
  expect(parseAddress(`${'a'.repeat(65)}@ash.test`)).toBeUndefined();
  expect(parseAddress(`${'ü'.repeat(32)}@ash.test`)?.localPart).toHaveLength(32);
  expect(parseAddress(`${'ü'.repeat(33)}@ash.test`)).toBeUndefined();
  expect(parseAddress(`"${'\\a'.repeat(64)}"@ash.test`)?.localPart).toBe('a'.repeat(64));
});

test('a whole address has at most 254 octets', () => {
  const domain = (octets: number): string => `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(octets - 192);
  expect(parseAddress(`a@${domain(252)}`)).toBeDefined();
  expect(parseAddress(`aa@${domain(252)}`)).toBeUndefined();
});

test('an address is written with quotes where its local part needs them', () => {
  expect(formatAddress({ localPart: 'ann', domain: 'ash.test' })).toBe('ann@ash.test');
  expect(formatAddress({ localPart: 'ann ash', domain: 'ash.test' })).toBe('"ann ash"@ash.test');
  expect(formatAddress({ localPart: 'a"b\\c', domain: 'ash.test' })).toBe('"a\\"b\\\\c"@ash.test');
  expect(formatAddress({ localPart: '.ann', domain: 'ash.test' })).toBe('".ann"@ash.test');
});

test('two spellings of one address have one key', () => {
  const key = (text: string): string => {
    const address = parseAddress(text);
    return address === undefined ? '' : addressKey(address);
  };
  expect(key('Ann@ASH.test')).toBe('ann@ash.test');
  expect(key('"Ann"@ash.test')).toBe(key('ann@ash.test'));
  expect(key('JU\u0308RGEN@bücher.example')).toBe(key('jürgen@xn--bcher-kva.example'));
});

test('an address is international by its local part, not by its domain', () => {
  expect(isInternational({ localPart: 'jürgen', domain: 'ash.test' })).toBe(true);
  expect(isInternational({ localPart: 'ann', domain: 'xn--bcher-kva.example' })).toBe(false);
});

test('an address is read as it was written', () => {
  const localPart = fc.array(fc.oneof(fc.constantFrom('a', '.', '"', '\\', '@', ' ', 'ü', '😀', '<', '>'), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 })), { minLength: 1, maxLength: 16 }).map((chars) => chars.join(''));
  const domain = fc.constantFrom('ash.test', 'xn--bcher-kva.example', '[192.0.2.1]', '[IPv6:2001:db8::1]');
  fc.assert(fc.property(localPart, domain, (local, at) => {
    expect(parseAddress(formatAddress({ localPart: local, domain: at }))).toEqual({ localPart: local, domain: at });
  }), { numRuns: 10_000 });
});

test('no text makes the parser stumble, and whatever is an address stays one', () => {
  const pieces = ['a', 'ann', '.', '"', '\\', '@', '@', '@', '@ash.test', '@[192.0.2.1]', 'ash.test', 'ü', ' ', '[', ']', '192.0.2.1', 'IPv6:', '::1', '\r\n', '\0', '\ud83d', '😀', '<', '>', '(', 'x'.repeat(64)];
  let addresses = 0;
  let wrong: string | undefined;
  for (const text of noise({ seed: 3, pieces, piecesMax: 8 })) {
    const address = parseAddress(text);
    if (address === undefined) continue;
    addresses++;
    const again = parseAddress(formatAddress(address));
    if (again?.localPart !== address.localPart || again.domain !== address.domain) wrong ??= `lost: ${JSON.stringify(text)}`;
  }
  expect(addresses).toBeGreaterThan(200);
  expect(wrong).toBeUndefined();
});
