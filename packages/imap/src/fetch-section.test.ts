import { expect, test } from 'vitest';
import type { Section } from './command.ts';
import { parseCommand } from './command-parser.ts';
import { cutPartial, filterHeader, findSection, HeaderFilter } from './fetch-section.ts';
import { chances } from './testing/dialogue.ts';
import { letterOf, NESTED, type TestLetter } from './testing/letters.ts';

/** What `BODY[section]` answers; null is NIL. */
function bodyOf(letter: TestLetter, section: string): string | null {
  const parsed = parseCommand(`a FETCH 1 BODY[${section}]`, []);
  if (parsed.kind !== 'command' || parsed.command.name !== 'FETCH') throw new Error(JSON.stringify(parsed));
  const [item] = parsed.command.items;
  if (item?.item !== 'SECTION') throw new Error('not a section');
  const place = findSection(letter, item.section);
  if (place.kind === 'none') return null;
  const octets = letter.seen.subarray(place.range.start, place.range.end);
  const answer = place.kind === 'fields' ? filterHeader(octets, place.fields, place.isNot) : octets;
  return answer.toString().replaceAll('\r\n', '\n');
}

const PREFIX = 'Return-Path: <ann@ash.test>\nReceived: by mx.elm.test\n';
const nested = letterOf(NESTED, PREFIX, ['To: eve@elm.test\n']);

// RFC 3501 §6.4.5: the example's list of part specifiers, with what each of them is.
test.each<readonly [string, string | null]>([
  ['HEADER', `${PREFIX}From: ann@ash.test\nSubject: all kinds\nContent-Type: multipart/mixed; boundary=A\n\n`],
  ['1', 'one'],
  ['1.MIME', 'Content-Type: text/plain\n\n'],
  ['2', 'two'],
  ['3.HEADER', 'From: bob@bay.test\nSubject: third\nContent-Type: multipart/mixed; boundary=B\n\n'],
  ['3.MIME', 'Content-Type: message/rfc822\nContent-Description: three\n\n'],
  ['3.TEXT', '--B\nContent-Type: text/plain\n\nthree.one\n--B\nContent-Type: application/octet-stream\n\nthree.two\n--B--'],
  ['3.1', 'three.one'],
  ['3.2', 'three.two'],
  ['3.2.MIME', 'Content-Type: application/octet-stream\n\n'],
  ['4.1', 'four.one'],
  ['4.1.MIME', 'Content-Type: image/gif\n\n'],
  ['4.2.HEADER', 'From: cat@cove.test\nSubject: fourth\nContent-Type: multipart/mixed; boundary=D\n\n'],
  ['4.2.1', 'four.two.one'],
  ['4.2.2.1', 'four.two.two.one'],
  ['4.2.2.2', 'four.two.two.two'],
  ['HEADER.FIELDS (subject received X)', 'Received: by mx.elm.test\nSubject: all kinds\n\n'],
  ['HEADER.FIELDS.NOT (Subject Received)', 'Return-Path: <ann@ash.test>\nFrom: ann@ash.test\nContent-Type: multipart/mixed; boundary=A\n\n'],
  ['HEADER.FIELDS (To)', '\n'],
  ['3.HEADER.FIELDS (SUBJECT)', 'Subject: third\n\n'],
  // What is not there, or is no letter.
  ['5', null],
  ['1.1', null],
  ['1.HEADER', null],
  ['4.TEXT', null],
  ['4.HEADER.FIELDS (From)', null],
  ['3.3', null],
  ['3.1.1', null],
  ['4.2.2.3', null],
])('BODY[%s]', (section, answer) => {
  expect(bodyOf(nested, section)).toBe(answer);
});

test('the whole letter is its header and its text', () => {
  expect(bodyOf(nested, '')).toBe(nested.seen.toString().replaceAll('\r\n', '\n'));
  expect(`${bodyOf(nested, 'HEADER')}${bodyOf(nested, 'TEXT')}`).toBe(bodyOf(nested, ''));
  expect(`${bodyOf(nested, '3.HEADER')}${bodyOf(nested, '3.TEXT')}`).toBe(bodyOf(nested, '3'));
});

const plain = letterOf('Subject: x\nTo: y\n\nHello\n', PREFIX);

test('a letter that is no multipart has one part (RFC 3501 §6.4.5)', () => {
  expect(bodyOf(plain, '1')).toBe('Hello\n');
  expect(bodyOf(plain, 'TEXT')).toBe('Hello\n');
  expect(bodyOf(plain, '2')).toBeNull();
  expect(bodyOf(plain, '1.1')).toBeNull();
  expect(bodyOf(plain, '1.TEXT')).toBeNull();
  expect(bodyOf(plain, '1.MIME')).toBe('Subject: x\nTo: y\n\n');
});

test('a letter that is a forwarded letter has that as its one part', () => {
  const forwarded = letterOf('Content-Type: message/rfc822\n\nSubject: inner\n\nHello\n');
  expect(bodyOf(forwarded, '1')).toBe('Subject: inner\n\nHello\n');
  expect(bodyOf(forwarded, '1.HEADER')).toBe('Subject: inner\n\n');
  expect(bodyOf(forwarded, '1.TEXT')).toBe('Hello\n');
  expect(bodyOf(forwarded, '1.1')).toBe('Hello\n');
  expect(bodyOf(forwarded, '1.1.MIME')).toBe('Subject: inner\n\n');
  expect(bodyOf(forwarded, '1.2')).toBeNull();
});

test('a letter without text, without header, without anything', () => {
  expect(bodyOf(letterOf('Subject: x\n', PREFIX), 'HEADER')).toBe(`${PREFIX}Subject: x\n`);
  expect(bodyOf(letterOf('Subject: x\n', PREFIX), 'TEXT')).toBe('');
  expect(bodyOf(letterOf('\nHello\n', PREFIX), 'HEADER')).toBe(`${PREFIX}\n`);
  expect(bodyOf(letterOf('\nHello\n', PREFIX), 'TEXT')).toBe('Hello\n');
  expect(bodyOf(letterOf('', PREFIX), '')).toBe(PREFIX);
  expect(bodyOf(letterOf(''), '1')).toBe('');
});

test('cuts at either end of the header are left out', () => {
  const cut = letterOf('Return-Path: <forged>\nSubject: x\nAuthentication-Results: elm.test; forged\n\nHello\n', PREFIX, ['Return-Path: <forged>\n', 'Authentication-Results: elm.test; forged\n']);
  expect(bodyOf(cut, '')).toBe(`${PREFIX}Subject: x\n\nHello\n`);
  expect(bodyOf(cut, 'HEADER')).toBe(`${PREFIX}Subject: x\n\n`);
  expect(bodyOf(cut, '1')).toBe('Hello\n');
});

test('a partial is cut at the end, and beyond it is empty', () => {
  const range = { start: 10, end: 20 };
  expect(cutPartial(range, undefined)).toEqual(range);
  expect(cutPartial(range, { offset: 2, octets: 3 })).toEqual({ start: 12, end: 15 });
  expect(cutPartial(range, { offset: 8, octets: 4_294_967_295 })).toEqual({ start: 18, end: 20 });
  expect(cutPartial(range, { offset: 99, octets: 1 })).toEqual({ start: 20, end: 20 });
});

const HEADER = Buffer.from('From x Mon\r\nSubject: one\r\n two\r\n\tthree\r\nTo : eve\r\nsubject: again\nX-Long: a\r\n\r\n');

test('fields are kept with their folds, in any case, octet for octet', () => {
  expect(filterHeader(HEADER, ['SUBJECT'], false).toString()).toBe('Subject: one\r\n two\r\n\tthree\r\nsubject: again\n\r\n');
  expect(filterHeader(HEADER, ['to'], false).toString()).toBe('To : eve\r\n\r\n');
  expect(filterHeader(HEADER, ['Subject', 'X-Long'], true).toString()).toBe('From x Mon\r\nTo : eve\r\n\r\n');
  expect(filterHeader(Buffer.from('Subject: no end'), ['Subject'], false).toString()).toBe('Subject: no end');
  expect(filterHeader(Buffer.from('Subj'), ['Subject'], true).toString()).toBe('Subj');
});

test('a header cut anywhere is filtered the same', () => {
  const chance = chances(3);
  for (const isNot of [true, false]) {
    const whole = filterHeader(HEADER, ['Subject', 'X-Long'], isNot);
    for (let round = 0; round < 2000; round++) {
      const filter = new HeaderFilter(['Subject', 'X-Long'], isNot);
      const kept: Buffer[] = [];
      for (let at = 0; at < HEADER.length;) {
        const size = 1 + Math.floor(chance() * 6);
        kept.push(filter.push(HEADER.subarray(at, at + size)));
        at += size;
      }
      expect(Buffer.concat([...kept, filter.end()])).toEqual(whole);
    }
  }
});

test('of any section of any letter there are octets within it, or NIL', () => {
  const chance = chances(11);
  const texts = [undefined, 'HEADER', 'TEXT', 'MIME'] as const;
  const whole = nested.seen.length;
  const wrong: string[] = [];
  for (let round = 0; round < 100_000; round++) {
    const text = texts[Math.floor(chance() * texts.length)];
    const section: Section = { part: Array.from({ length: Math.floor(chance() * 6) }, () => 1 + Math.floor(chance() * 4)), ...(text === undefined ? {} : { text }) };
    const place = findSection(nested, section);
    if (place.kind === 'none') continue;
    const { start, end } = place.range;
    if (start < 0 || start > end || end > whole) wrong.push(`${JSON.stringify(section)}: ${start}-${end}`);
  }
  expect(wrong).toEqual([]);
});
