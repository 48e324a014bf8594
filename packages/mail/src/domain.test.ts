import { isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { domainToAscii, domainToUnicode, ipLiteral, isAddressLiteral, literalIp } from './domain.ts';
import { noise } from './testing/noise.ts';

test.each([
  ['elm.test', 'elm.test'],
  ['ELM.Test', 'elm.test'],
  ['Bücher.Example', 'xn--bcher-kva.example'],
  ['BÜCHER.example', 'xn--bcher-kva.example'],
  ['bu\u0308cher.example', 'xn--bcher-kva.example'],
  ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
  ['straße.test', 'xn--strae-oqa.test'],
  ['例え。テスト', 'xn--r8jz45g.xn--zckzah'],
  ['localhost', 'localhost'],
  ['my_service.test', 'my_service.test'],
  ['r3---sn.test', 'r3---sn.test'],
  ['[192.0.2.1]', '[192.0.2.1]'],
  ['[192.000.002.001]', '[192.0.2.1]'],
  ['[ipv6:2001:DB8:0:0::1]', '[IPv6:2001:db8::1]'],
  ['[IPv6:::1]', '[IPv6:::1]'],
  ['[IPv6:::]', '[IPv6:::]'],
  ['[IPv6:1:0:0:2:0:0:0:3]', '[IPv6:1:0:0:2::3]'],
  ['[IPv6:1:0:2:3:4:5:6:7]', '[IPv6:1:0:2:3:4:5:6:7]'],
  ['[IPv6:::ffff:192.0.2.1]', '[IPv6:::ffff:192.0.2.1]'],
  ['[IPv6:::ffff:c000:201]', '[IPv6:::ffff:192.0.2.1]'],
  ['[X-Tag:some.content]', '[x-tag:some.content]'],
])('%s is kept as %s', (written, kept) => {
  expect(domainToAscii(written)).toBe(kept);
  expect(domainToAscii(kept)).toBe(kept);
});

test.each([
  '', '.', 'elm.', '.elm', 'a..b', '-elm.test', 'elm-.test', 'el m.test', 'elm.test\n', 'a@b', 'a/b', 'a:b', 'ex℀mple.test',
  '[]', '[192.0.2]', '[192.0.2.256]', '[192.0.2.1', '192.0.2.1]', '[2001:db8::1]', '[fe80::1]', '[IPv6:2001:db8::1::2]', '[IPv6:1:2:3:4:5:6:7]',
  '[IPv6:1:2:3:4:5:6:7:8:9]', '[IPv6:1:2:3:4:5:6:7::8:9]', '[IPv6:12345::]', '[IPv6:192.0.2.1::]', '[IPv6::1]', '[x:]', '[:x]', '[x:a[b]', '[x:a b]', '[-:x]',
  '\u202eabc.test', '\ud800.test',
])('%j is no domain', (text) => {
  expect(domainToAscii(text)).toBeUndefined();
});

test('a label has 63 octets and a domain 253, as A-labels', () => {
  expect(domainToAscii('a'.repeat(63))).toBe('a'.repeat(63));
  expect(domainToAscii(`${'a'.repeat(64)}.test`)).toBeUndefined();
  const long = `${'a'.repeat(63)}.`.repeat(3);
  expect(domainToAscii(`${long}${'a'.repeat(61)}`)).toHaveLength(253);
  expect(domainToAscii(`${long}${'a'.repeat(62)}`)).toBeUndefined();
  expect(domainToAscii(`${'ü'.repeat(60)}.test`)).toBeUndefined();
});

test('people read a domain in its own script, and only where it leads back', () => {
  expect(domainToUnicode('xn--bcher-kva.example')).toBe('bücher.example');
  expect(domainToUnicode('elm.test')).toBe('elm.test');
  expect(domainToUnicode('[192.0.2.1]')).toBe('[192.0.2.1]');
  expect(domainToUnicode('xn--999999999.test')).toBe('xn--999999999.test');
  expect(domainToUnicode('xn--elm-.test')).toBe('xn--elm-.test');
});

test('a literal names an IP address, and an IP address a literal', () => {
  expect(literalIp('[192.0.2.1]')).toBe('192.0.2.1');
  expect(literalIp('[IPv6:2001:db8::1]')).toBe('2001:db8::1');
  expect(literalIp('[x:y]')).toBeUndefined();
  expect(literalIp('elm.test')).toBeUndefined();
  expect(ipLiteral('2001:DB8::1')).toBe('[IPv6:2001:db8::1]');
  expect(ipLiteral('192.0.2.1')).toBe('[192.0.2.1]');
  expect(ipLiteral('elm.test')).toBeUndefined();
  expect(isAddressLiteral('[192.0.2.1]')).toBe(true);
  expect(isAddressLiteral('192.0.2.1')).toBe(false);
});

test('what is an IPv6 address to Node is one to us, and the canonical form means the same', () => {
  for (const text of noise({ seed: 1, pieces: ['::', ':', ':', '0', '1', 'db8', 'ffff', 'FFFF', '192.0.2.1', '0:', '1:', '12345', 'g'], piecesMax: 14 })) {
    const literal = ipLiteral(text.includes(':') ? text : `::${text}`);
    expect(literal !== undefined).toBe(isIPv6(text.includes(':') ? text : `::${text}`));
  }
});

test('any IPv6 address comes back as it was', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 }), (groups) => {
    const full = groups.map((group) => group.toString(16)).join(':');
    const literal = ipLiteral(full);
    // The platform's own parser is the witness that both mean one address.
    expect(new URL(`http://[${literal?.slice(6, -1)}]`).hostname).toBe(new URL(`http://[${full}]`).hostname);
  }), { numRuns: 2000 });
});

test('whatever is a domain stays what it became, and leads back from its own script', () => {
  const pieces = ['a', 'b', 'ü', 'ß', '例', 'א', '1', '-', '_', '.', '.', 'xn--', 'xn--bcher-kva', '\u0308', '\u200d', 'İ', '。', ' ', '@', '[', ']', '\ud800', 'A', '😀'];
  let wrong: string | undefined;
  for (const text of noise({ seed: 2, pieces, piecesMax: 6 })) {
    const domain = domainToAscii(text);
    if (domain === undefined) continue;
    if (domainToAscii(domain) !== domain || domainToAscii(domainToUnicode(domain)) !== domain) wrong ??= `${JSON.stringify(text)} became ${domain}`;
  }
  expect(wrong).toBeUndefined();
});
