import { expect, test } from 'vitest';
import { letterOf } from '../testing/letters.ts';

const NEWS = [
  'From: =?utf-8?Q?J=C3=BCrgen?= <news@shop.test>', 'To: Eve <eve@elm.test>, bob@elm.test', 'Reply-To: answers@shop.test', 'Subject: =?utf-8?B?R3LDvMOfZQ==?=',
  'Date: Mon, 23 Nov 2026 12:34:56 +0100', 'Message-ID: <1@shop.test>', 'X-Tag: a', 'X-Tag: b',
  'List-Unsubscribe: <mailto:leave@shop.test>, <https://shop.test/leave?u=1>', 'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=m', '', '--m', 'Content-Type: multipart/alternative; boundary=a', '',
  '--a', 'Content-Type: text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding: quoted-printable', '', 'Gr=FC=DFe,=', ' Eve. Your code: 123456', '--a',
  'Content-Type: text/html; charset=utf-8', '', '<p>Hello <a href="https://shop.test/v">Verify</a></p>', '--a--', '--m',
  'Content-Type: application/pdf; name="x.pdf"', 'Content-Disposition: attachment; filename*=utf-8\'\'Gr%C3%BC%C3%9Fe.pdf', 'Content-Transfer-Encoding: base64', '', 'JVBERg==', '--m--', '',
] as const;

test('a letter is read as a person reads it', () => {
  const letter = letterOf(...NEWS);
  expect(letter.subject).toBe('Grüße');
  expect(letter.from).toEqual({ name: 'Jürgen', address: 'news@shop.test' });
  expect(letter.to).toEqual([{ name: 'Eve', address: 'eve@elm.test' }, { name: '', address: 'bob@elm.test' }]);
  expect(letter.replyTo).toEqual([{ name: '', address: 'answers@shop.test' }]);
  expect(letter.date?.toISOString()).toBe('2026-11-23T11:34:56.000Z');
  expect(letter.messageId).toBe('<1@shop.test>');
  expect(letter.headers('x-tag')).toEqual(['a', 'b']);
  expect(letter.text).toBe('Grüße, Eve. Your code: 123456');
  expect(letter.html).toBe('<p>Hello <a href="https://shop.test/v">Verify</a></p>');
  expect(letter.code()).toBe('123456');
  expect(letter.link('Verify')).toBe('https://shop.test/v');
});

test('its attachments are decoded', () => {
  expect(letterOf(...NEWS).attachments).toEqual([
    { filename: 'Grüße.pdf', type: 'application/pdf', content: Buffer.from('%PDF'), size: 4, contentId: undefined, isInline: false },
  ]);
});

test('it says how to leave the list', () => {
  expect(letterOf(...NEWS).unsubscribe).toEqual({ urls: ['https://shop.test/leave?u=1'], mailto: 'mailto:leave@shop.test', oneClick: 'https://shop.test/leave?u=1' });
  expect(letterOf('Subject: x', '', '').unsubscribe).toBeUndefined();
});

test('without a text part, its text is that of the HTML', () => {
  const letter = letterOf('Content-Type: text/html', '', '<p>Your code is <b>9876</b></p>');
  expect([letter.text, letter.hasText, letter.code()]).toEqual(['Your code is 9876', false, '9876']);
});

test('a link or a code that is not there is told with what is', () => {
  const letter = letterOf('Subject: Hi', '', 'See https://shop.test/a');
  expect(() => letter.link(/verify/)).toThrow('no link in “Hi” matches /verify/; its links are:\n  https://shop.test/a');
  expect(() => letter.code()).toThrow(/no code in “Hi”/);
  expect(() => letterOf('Subject: Hi', '', '').link()).toThrow('it has no links');
});

test('an invitation in it is read', () => {
  const letter = letterOf('Content-Type: text/calendar; method=REQUEST', '', 'BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:7', 'END:VEVENT', 'END:VCALENDAR');
  expect(letter.calendar?.uid).toBe('7');
});
