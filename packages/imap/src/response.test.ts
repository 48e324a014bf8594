import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fetchLine, sectionLabel } from './fetch-response.ts';
import { REV1 } from './dialect.ts';
import { esearchLine, searchLine } from './search-response.ts';
import { hear } from './testing/dialogue.ts';
import { wordOf, wordsOf } from './testing/response-words.ts';
import {
  appendUidCode, astring, capabilityCode, capabilityLine, continuation, copyUidCode, enabledLine, flagsLine, idLine, listDelimiterLine, listLine, mailboxName, namespaceLine,
  nstring, statusLine, string, tagged, untagged,
} from './response.ts';

test('a status says its condition, its code and one plain line', () => {
  expect(tagged('A1', { condition: 'NO', code: 'TRYCREATE', text: 'No such mailbox' })).toBe('A1 NO [TRYCREATE] No such mailbox\r\n');
  expect(untagged({ condition: 'BYE', text: 'Auf\r\nWiedersehen, schön' })).toBe('* BYE Auf?Wiedersehen, sch?n\r\n');
  expect(tagged('A1', { condition: 'OK', code: copyUidCode(38505, [{ source: 304, target: 3956 }, { source: 319, target: 3957 }, { source: 320, target: 3958 }]), text: 'Done' }))
    .toBe('A1 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n');
  expect(appendUidCode(38505, [3955])).toBe('APPENDUID 38505 3955');
  expect(appendUidCode(38505, [3955, 3956, 3960])).toBe('APPENDUID 38505 3955:3956,3960');
  expect(continuation('idling')).toBe('+ idling\r\n');
  expect(continuation('')).toBe('+ \r\n');
});

test('what ASCII can say is quoted, all else is a literal counted in UTF-8', () => {
  expect(string('say "\\"')).toBe('"say \\"\\\\\\""');
  expect(string('Grüße')).toBe('{7}\r\nGrüße');
  expect(string('two\r\nlines')).toBe('{10}\r\ntwo\r\nlines');
  expect(string('a\0b\u{d800}')).toBe('{5}\r\nab\ufffd');
  expect(string('a\0b')).toBe('{2}\r\nab');
  expect(nstring(null)).toBe('NIL');
  expect(astring('Date')).toBe('Date');
  expect(astring('nil')).toBe('"nil"');
  expect(astring('a b')).toBe('"a b"');
  expect(astring('')).toBe('""');
  expect(mailboxName('台北 1', REV1)).toBe('"&U,BTFw- 1"');
  expect(mailboxName('台北 "1"', { isUtf8: true })).toBe('"台北 \\"1\\""');
});

test('a string comes out as it went in', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
    fc.pre(!text.includes('\0') && text.isWellFormed());
    expect(wordOf(string(text))).toBe(text);
    expect(wordsOf(`* ${astring(text)}\r\n`)[0]).toEqual(/^[^\x00-\x20\x7f-\uffff(){%*"\\]+$/.test(text) && !/^nil$/i.test(text) ? /^\d+$/.test(text) ? Number(text) : { atom: text } : text);
  }), { numRuns: 20_000 });
});

test('a mailbox that we list can be selected by the name we gave', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (name) => {
    fc.pre(!name.includes('\0') && name.isWellFormed() && !/^inbox(\/|$)/i.test(name));
    expect(hear(`a SELECT ${mailboxName(name, REV1).replace('}\r\n', '+}\r\n')}\r\n`).events).toEqual([{ kind: 'command', tag: 'a', command: { name: 'SELECT', mailbox: name } }]);
  }), { numRuns: 5000 });
});

test('the lines of RFC 3501 §7.2 and its extensions', () => {
  expect(listLine({ name: 'LIST', attributes: ['\\Noselect'], mailbox: '~/Mail/foo' }, REV1)).toBe('* LIST (\\Noselect) "/" ~/Mail/foo\r\n');
  expect(listLine({ name: 'LSUB', attributes: [], mailbox: 'Gesendete Objekte' }, REV1)).toBe('* LSUB () "/" "Gesendete Objekte"\r\n');
  expect(listDelimiterLine('LIST')).toBe('* LIST (\\Noselect) "/" ""\r\n');
  expect(statusLine('blurdybloop', [['MESSAGES', 231], ['UIDNEXT', 44292]], REV1)).toBe('* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n');
  expect(searchLine([2, 3, 6])).toBe('* SEARCH 2 3 6\r\n');
  expect(searchLine([])).toBe('* SEARCH\r\n');
  // RFC 7162 §3.1.5.
  expect(searchLine([2, 5], 917162500)).toBe('* SEARCH 2 5 (MODSEQ 917162500)\r\n');
  expect(searchLine([], 1)).toBe('* SEARCH\r\n');
  expect(flagsLine(['\\Answered', 'x'])).toBe('* FLAGS (\\Answered x)\r\n');
  expect(capabilityLine(['IMAP4rev1', 'IDLE'])).toBe('* CAPABILITY IMAP4rev1 IDLE\r\n');
  expect(capabilityCode(['IMAP4rev1'])).toBe('CAPABILITY IMAP4rev1');
  expect(enabledLine([])).toBe('* ENABLED\r\n');
  expect(namespaceLine('#users/')).toBe('* NAMESPACE (("" "/")) (("#users/" "/")) NIL\r\n');
  expect(idLine([['name', 'Posthorn'], ['vendor', null]])).toBe('* ID ("name" "Posthorn" "vendor" NIL)\r\n');
  expect(idLine(null)).toBe('* ID NIL\r\n');
});

test('RFC 4731 §3.1: ESEARCH says what was asked, of nothing only the count', () => {
  const about = { tag: 'A282', isUid: false };
  expect(esearchLine({ ...about, returns: { options: ['MIN', 'COUNT'] }, numbers: [2, 10, 11] })).toBe('* ESEARCH (TAG "A282") MIN 2 COUNT 3\r\n');
  expect(esearchLine({ ...about, isUid: true, returns: { options: [] }, numbers: [2, 10, 11] })).toBe('* ESEARCH (TAG "A282") UID ALL 2,10:11\r\n');
  expect(esearchLine({ ...about, returns: { options: ['MIN', 'MAX', 'ALL', 'COUNT'] }, numbers: [] })).toBe('* ESEARCH (TAG "A282") COUNT 0\r\n');
  // RFC 9394 §3.1.
  const pageOf = (from: number, to: number): string => esearchLine({ ...about, returns: { options: ['PARTIAL'], page: { from, to } }, numbers: [2, 10, 11, 12, 20] });
  expect(pageOf(2, 4)).toBe('* ESEARCH (TAG "A282") PARTIAL (2:4 10:12)\r\n');
  expect(pageOf(-1, -2)).toBe('* ESEARCH (TAG "A282") PARTIAL (-1:-2 12,20)\r\n');
  expect(pageOf(-2, -9)).toBe('* ESEARCH (TAG "A282") PARTIAL (-2:-9 2,10:12)\r\n');
  expect(pageOf(6, 9)).toBe('* ESEARCH (TAG "A282") PARTIAL (6:9 NIL)\r\n');
  expect(pageOf(-6, -9)).toBe('* ESEARCH (TAG "A282") PARTIAL (-6:-9 NIL)\r\n');
});

test('RFC 9586 §3.3: those who know no sequence numbers are told UIDs', () => {
  expect(fetchLine({ seqNum: 12, uid: 25997 }, ['FLAGS (\\Seen)'], { isUidOnly: true })).toBe('* 25997 UIDFETCH (FLAGS (\\Seen))\r\n');
});

test('a section is named as it was asked for, without PEEK and with the offset only', () => {
  const item = { item: 'SECTION', isPeek: true } as const;
  expect(sectionLabel({ ...item, section: { part: [] } })).toBe('BODY[]');
  expect(sectionLabel({ ...item, section: { part: [1, 2], text: 'MIME' }, partial: { offset: 7, octets: 9 } })).toBe('BODY[1.2.MIME]<7>');
  expect(sectionLabel({ ...item, section: { part: [3], text: 'HEADER.FIELDS', fields: ['Date', 'X y'] } })).toBe('BODY[3.HEADER.FIELDS (Date "X y")]');
  expect(sectionLabel({ ...item, section: { part: [], text: 'TEXT' }, oldName: 'RFC822.TEXT' })).toBe('RFC822.TEXT');
  expect(fetchLine({ seqNum: 12, uid: 7 }, ['FLAGS (\\Seen)', 'UID 7'], REV1)).toBe('* 12 FETCH (FLAGS (\\Seen) UID 7)\r\n');
});
