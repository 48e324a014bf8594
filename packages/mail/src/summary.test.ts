import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { StructureParser } from './structure-parser.ts';
import { summarize, withoutCuts } from './summary.ts';

const CONTENT = Buffer.from('Subject: forged\r\nSubject: Hello\r\nDate: Mon, 23 Nov 2026 13:00:00 +0100\r\nFrom: ann@ash.test\r\n\r\nHi.\r\n');

function summaryOf(content: Buffer, prefix: string, cuts: readonly { readonly start: number; readonly end: number }[]): ReturnType<typeof summarize> {
  const parser = new StructureParser();
  parser.push(content);
  return summarize({ prefix: Buffer.from(prefix), cuts, ...parser.end() });
}

test('a letter is summed up as its reader sees it: with our prefix, without what we cut', () => {
  const summary = summaryOf(CONTENT, 'Message-ID: <1@elm.test>\r\n', [{ start: 0, end: 17 }]);
  expect(summary.envelope).toMatchObject({ subject: 'Hello', messageId: '<1@elm.test>', date: 'Mon, 23 Nov 2026 13:00:00 +0100' });
  expect(summary.sentAt).toBe(Date.UTC(2026, 10, 23, 12));
  expect(summary.structure.body).toEqual({ start: CONTENT.length - 5, end: CONTENT.length });
});

test('a letter without a date, or with none that is one, was sent at no known time', () => {
  expect(summaryOf(Buffer.from('X: y\r\n\r\n'), '', []).sentAt).toBeNull();
  expect(summaryOf(Buffer.from('Date: soon\r\n\r\n'), '', []).sentAt).toBeNull();
});

test('cuts may lie anywhere, even beyond the end', () => {
  const left = (...cuts: readonly { readonly start: number; readonly end: number }[]): string => Buffer.concat(withoutCuts(Buffer.from('0123456789'), cuts)).toString();
  expect(left()).toBe('0123456789');
  expect(left({ start: 0, end: 3 }, { start: 3, end: 4 }, { start: 8, end: 10 })).toBe('4567');
  expect(left({ start: 5, end: 100 })).toBe('01234');
  expect(left({ start: 20, end: 30 })).toBe('0123456789');
});
