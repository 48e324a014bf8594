import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDateTime, parseDate, parseDateTime } from './imap-date.ts';

test('RFC 3501 §7.4.2: the internal date of the example', () => {
  expect(parseDateTime('17-Jul-1996 02:44:25 -0700')).toBe(Date.UTC(1996, 6, 17, 9, 44, 25));
  expect(formatDateTime(Date.UTC(1996, 6, 17, 9, 44, 25), -420)).toBe('"17-Jul-1996 02:44:25 -0700"');
});

test('a day of one digit has a space before it', () => {
  expect(formatDateTime(Date.UTC(1994, 1, 7))).toBe('" 7-Feb-1994 00:00:00 +0000"');
  expect(parseDateTime(' 7-Feb-1994 00:00:00 +0000')).toBe(Date.UTC(1994, 1, 7));
});

test('a date is a day without time or zone', () => {
  expect(parseDate('1-Feb-1994')).toBe(Date.UTC(1994, 1, 1));
  expect(parseDate('29-FEB-2024')).toBe(Date.UTC(2024, 1, 29));
});

test.each(['29-Feb-2023', '0-Jan-2024', '31-Apr-2024', '1-Foo-2024', '1-Feb-94', '', '1-Feb-1994 '])('%j is no date', (text) => {
  expect(parseDate(text)).toBeUndefined();
});

test.each(['7-Feb-1994 21:52:25 -0800', '17-Jul-1996 24:00:00 +0000', '17-Jul-1996 02:60:00 +0000', '17-Jul-1996 02:44:25', '17-Jul-1996 02:44:25 PST', '31-Jun-1996 02:44:25 +0000'])('%j is no time', (text) => {
  expect(parseDateTime(text)).toBeUndefined();
});

test('read is what was written, to the second', () => {
  const times = fc.integer({ min: Date.UTC(1970, 0, 1) / 1000, max: Date.UTC(2199, 0, 1) / 1000 });
  fc.assert(fc.property(times, fc.integer({ min: -840, max: 840 }), (seconds, offset) => {
    expect(parseDateTime(formatDateTime(seconds * 1000, offset).slice(1, -1))).toBe(seconds * 1000);
  }), { numRuns: 20_000 });
});

test('a hundred thousand texts near a date are dates or not, and read back if they are', () => {
  const near = fc.array(fc.constantFrom('1', '07', ' 7', '31', '-', 'Feb', 'dec', '1996', '2024', ' ', '23', ':', '59', '+', '0700', '"', 'x'), { maxLength: 14 });
  const whole = fc.tuple(fc.constantFrom('01', ' 9', '29', '31'), fc.constantFrom('Feb', 'jun', 'DEC'), fc.constantFrom('1999', '2000'), fc.constantFrom('00:00:00', '23:59:60', '24:00:00'), fc.constantFrom('+0000', '-1260', '+9959'))
    .map(([day, month, year, time, zone]) => `${day}-${month}-${year} ${time} ${zone}`);
  fc.assert(fc.property(fc.oneof(near.map((words) => words.join('')), whole), (text) => {
    const ms = parseDateTime(text);
    expect(ms === undefined ? undefined : parseDateTime(formatDateTime(ms).slice(1, -1))).toBe(ms);
  }), { numRuns: 100_000 });
});
