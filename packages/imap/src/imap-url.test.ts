import { expect, test } from 'vitest';
import { parseLetterUrl } from './imap-url.ts';

test('RFC 4469 §3, RFC 5092: a letter, a part of it, some octets of that', () => {
  expect(parseLetterUrl('/INBOX;UIDVALIDITY=785799047/;UID=113330/;SECTION=1.5.9')).toEqual({
    mailbox: 'INBOX', uidValidity: 785_799_047, uid: 113_330, section: { part: [1, 5, 9] },
  });
  expect(parseLetterUrl('/Gr%C3%BC%C3%9Fe/2026/;uid=7')).toEqual({ mailbox: 'Grüße/2026', uid: 7, section: { part: [] } });
  expect(parseLetterUrl('/inbox/;UID=7/;SECTION=HEADER.FIELDS%20(Subject)/;PARTIAL=5.10')).toEqual({
    mailbox: 'INBOX', uid: 7, section: { part: [], text: 'HEADER.FIELDS', fields: ['Subject'] }, partial: { offset: 5, octets: 10 },
  });
});

test.each(['', '/', 'INBOX/;UID=7', '/INBOX', '/INBOX/;UID=0', '/INBOX/;UID=7/;SECTION=x', '/a%zz/;UID=7', '/a%ff/;UID=7', 'imap://elsewhere/INBOX/;UID=7', '/INBOX/;UID=7/;URLAUTH=x'])(
  '%j names no letter of ours', (url) => {
    expect(parseLetterUrl(url)).toBeUndefined();
  },
);
