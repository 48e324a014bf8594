import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { canonicalIp, isLoopback, parseIp, reverseName } from './ip.ts';
import { seededRandom } from './sim/random.ts';

describe('An IP address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['fe80:0:0:0:0204:61ff:fe9d:f156', 'fe80::204:61ff:fe9d:f156'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('has one form: %s is %s', (text, canonical) => {
    expect(canonicalIp(text)).toBe(canonical);
    expect(canonicalIp(canonical)).toBe(canonical);
  });

  test.each([
    '', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.', ':', ':::', '1:2', '1::2::3', '12345::',
    'g::', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8::', '::1.2.3', '1.2.3.4::', '1.2.3.4:1::', '::1.2.3.4:1', 'fe80::1%eth0', '[::1]', 'localhost',
  ])('is not: %s', (text) => {
    expect(parseIp(text)).toBeUndefined();
    expect(canonicalIp(text)).toBeUndefined();
  });

  test('is one where node says so too, for 100,000 random texts', () => {
    const random = seededRandom(5952);
    const pieces = ['::', ':', '.', '1', '0', 'ffff', '255', '256', 'ab', 'f', '192.0.2.1', '2001:db8'];
    let valid = 0;
    for (let round = 0; round < 100_000; round += 1) {
      let text = '';
      for (let count = round % 11; count >= 0; count -= 1) text += pieces[Math.floor(random.fraction() * pieces.length)] ?? '';
      const isValid = isIP(text) !== 0;
      if ((parseIp(text) !== undefined) !== isValid) throw new Error(`${text}: node says ${isValid}`);
      const canonical = canonicalIp(text);
      if (canonical !== undefined && canonicalIp(canonical) !== canonical) throw new Error(`${text}: ${canonical} is not final`);
      if (isValid) valid += 1;
    }
    expect(valid).toBeGreaterThan(1_000);
  });

  test('has a name in the reverse tree', () => {
    expect(reverseName('192.0.2.1')).toBe('1.2.0.192.in-addr.arpa');
    expect(reverseName('::ffff:192.0.2.1')).toBe('1.2.0.192.in-addr.arpa');
    expect(reverseName('2001:db8::567:89ab')).toBe('b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa');
    expect(reverseName('elm.test')).toBeUndefined();
  });

  test('may be this host itself', () => {
    for (const ip of ['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.2']) expect(isLoopback(ip)).toBe(true);
    for (const ip of ['128.0.0.1', '::2', 'localhost']) expect(isLoopback(ip)).toBe(false);
  });
});
