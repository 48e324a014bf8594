import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDate, parseDate } from './date.ts';
import { noise } from './testing/noise.ts';

const NOON = Date.UTC(2026, 10, 23, 12, 0, 0);

test.each([
  'Mon, 23 Nov 2026 12:00:00 +0000',
  'Mon, 23 Nov 2026 13:00:00 +0100',
  '23 Nov 2026 12:00:00 GMT',
  '23 Nov 2026 12:00 -0000',
  '23 Nov 2026 12:00:00',
  '23 Nov 26 07:00:00 EST',
  '23 Nov 126 12:00:00 Z',
  'mon, 23 nov 2026 12:00:00 ut',
  'Mon,23 Nov 2026 12:00:00 +0000 (UTC)',
  'Mon (a (nested \\) comment)), 23 Nov 2026 12 : 00 : 00 +0000',
  '  Mon,   23   Nov   2026   12:00:00   +0000  ',
  'Monday, 23 November 2026 12:00:00 +0000',
  'Mon, 23-Nov-2026 12:00:00 +0000',
  'Mon, 23 Nov 2026 12:00:00.123 +0000',
  'Mon Nov 23 12:00:00 2026',
  'Mon Nov 23 12:00:00 UTC 2026',
  'Mon Nov 23 13:00:00 2026 +0100',
  '23 Nov 2026 12:00:00 XYZ',
])('%s is noon', (text) => {
  expect(parseDate(text)).toBe(NOON);
});

test.each([
  '', 'now', '2026', 'Mon, 30 Feb 2026 12:00:00 +0000', 'Mon, 0 Nov 2026 12:00:00 +0000', '31 Nov 2026 12:00 Z', '23 Foo 2026 12:00 Z',
  '23 Nov 2026 24:00:00 Z', '23 Nov 2026 12:60:00 Z', '23 Nov 2026 12:00:61 Z', '23 Nov 2026', '23 Nov 2026 12:00:00 +0060', '23 Nov 2026 12:00 +0000 and more', 'x'.repeat(1000),
])('%j is no date', (text) => {
  expect(parseDate(text)).toBeNull();
});

test('a leap day and a leap second are allowed', () => {
  expect(parseDate('29 Feb 2024 00:00:00 Z')).toBe(Date.UTC(2024, 1, 29));
  expect(parseDate('31 Dec 2016 23:59:60 Z')).toBe(Date.UTC(2017, 0, 1));
  expect(parseDate('29 Feb 2026 00:00:00 Z')).toBeNull();
});

test('a date is written as the RFC wants it, in the zone that is asked for', () => {
  expect(formatDate(NOON)).toBe('Mon, 23 Nov 2026 12:00:00 +0000');
  expect(formatDate(NOON, 330)).toBe('Mon, 23 Nov 2026 17:30:00 +0530');
  expect(formatDate(NOON, -750)).toBe('Sun, 22 Nov 2026 23:30:00 -1230');
  expect(formatDate(0)).toBe('Thu, 1 Jan 1970 00:00:00 +0000');
});

test('a date is read as it was written, by us and by the platform', () => {
  fc.assert(fc.property(fc.integer({ min: -2_000_000_000, max: 250_000_000_000 }), fc.integer({ min: -840, max: 840 }), (seconds, offset) => {
    const written = formatDate(seconds * 1000, offset);
    expect(parseDate(written)).toBe(seconds * 1000);
    expect(Date.parse(written)).toBe(seconds * 1000);
  }), { numRuns: 10_000 });
});

test('no text makes the parser stumble', () => {
  const pieces = ['Mon', ',', ' ', ' ', '23', 'Nov', '2026', '26', '12', ':', '00', '+0000', 'EST', '(', ')', '\\', '-', '\0', '9'];
  let wrong: string | undefined;
  for (const text of noise({ seed: 8, pieces, piecesMax: 16 })) {
    const read = parseDate(text);
    if (read !== null && !Number.isSafeInteger(read)) wrong ??= text;
  }
  expect(wrong).toBeUndefined();
});
