import { readEnvelope } from '@posthorn/mail/message-envelope.ts';
import { expect, test } from 'vitest';
import { parseCommand } from './command-parser.ts';
import type { SearchKey } from './command.ts';
import { prepareSearch, type Search, type SearchCandidate } from './search.ts';

function keyOf(text: string): SearchKey {
  const parsed = parseCommand(Buffer.from(`a SEARCH ${text}`).toString('latin1'), []);
  if (parsed.kind !== 'command' || parsed.command.name !== 'SEARCH') throw new Error(JSON.stringify(parsed));
  return parsed.command.key;
}

const HEADER = Buffer.from([
  'From: =?utf-8?q?J=C3=BCrgen_Ha=C3=9F?= <jh@ash.test>', 'To: Eve <eve@elm.test>, undisclosed:;', 'Subject: =?iso-8859-1?q?Gr=FC=DFe?=', ' aus =?utf-8?b?S8O2bG4=?=',
  'Date: Mon, 1 Jun 2026 23:30:00 -0700 (PDT)', 'X-Empty:', 'Received: from a', 'Received: from bee', '', '',
].join('\r\n'));

const KNOWN: SearchCandidate = { seqNum: 2, uid: 50, modseq: 700, flags: ['\\Seen', '$Work'], isRecent: true };
const ROW = { internalDate: Date.UTC(2026, 5, 3, 0, 0, 0), savedAt: Date.UTC(2026, 5, 5), content: 7, prefix: Buffer.alloc(0), octets: 1000, summary: { envelope: readEnvelope(HEADER), sentAt: Date.UTC(2026, 5, 2, 6, 30) } };
const LARGEST = { seqNumMax: 4, uidMax: 99, saved: [7, 50], now: Date.UTC(2026, 5, 4) };

function isFound(text: string, more: Partial<SearchCandidate> = {}): boolean {
  const verdict = prepareSearch(keyOf(text), LARGEST).matches({ ...KNOWN, row: ROW, holds: (wanted) => wanted.text === 'here', ...more });
  if (typeof verdict !== 'boolean') throw new Error(`${text}: ${JSON.stringify(verdict)} is not known`);
  return verdict;
}

test.each([
  ['ALL', true], ['SEEN', true], ['UNSEEN', false], ['DELETED', false], ['UNDELETED', true],
  ['KEYWORD $work', true], ['UNKEYWORD $WORK', false], ['KEYWORD other', false],
  ['RECENT', true], ['OLD', false], ['NEW', false], ['NOT SEEN', false], ['OR UNSEEN RECENT', true], ['OR UNSEEN DELETED', false], ['SEEN DELETED', false], ['(SEEN RECENT)', true],
  ['1:2', true], ['3:*', false], ['4:1', true], ['UID 50', true], ['UID 51:*', false], ['UID *:1', true], ['$', true], ['NOT UID $', false], ['MODSEQ 700', true], ['MODSEQ 701', false], ['MODSEQ "/flags/\\\\draft" all 620162338', false], ['UID 60:40', true],
  ['OLDER 86400', true], ['OLDER 86401', false], ['YOUNGER 86400', true], ['YOUNGER 86399', false],
  ['SAVEDON 5-Jun-2026', true], ['SAVEDBEFORE 5-Jun-2026', false], ['SAVEDSINCE 6-Jun-2026', false], ['SAVEDATESUPPORTED', true],
  ['EMAILID M7', true], ['EMAILID M8', false], ['THREADID T7', false],
  ['LARGER 999', true], ['LARGER 1000', false], ['SMALLER 1001', true], ['SMALLER 1000', false],
  // The internal date is 3 June, as we tell it in UTC.
  ['ON 3-Jun-2026', true], ['BEFORE 3-Jun-2026', false], ['BEFORE 4-Jun-2026', true], ['SINCE 3-Jun-2026', true], ['SINCE 4-Jun-2026', false],
  // RFC 3501 §6.4.4: the Date field says 1 June, disregarding that it is 2 June in Greenwich.
  ['SENTON 1-Jun-2026', true], ['SENTON 2-Jun-2026', false], ['SENTBEFORE 2-Jun-2026', true], ['SENTBEFORE 1-Jun-2026', false], ['SENTSINCE 1-Jun-2026', true], ['SENTSINCE 2-Jun-2026', false],
  ['FROM here', true], ['TO gone', false], ['NOT BODY here', false], ['NOT HEADER x gone', true], ['OR TEXT gone SUBJECT here', true], ['CC here BCC gone', false],
])('SEARCH %s: %s', (text, found) => {
  expect(isFound(text)).toBe(found);
});

test('a letter without a date was sent on no day', () => {
  const row = { ...ROW, summary: { envelope: { ...ROW.summary.envelope, date: null }, sentAt: null } };
  expect(isFound('SENTSINCE 1-Jan-1970', { row })).toBe(false);
  expect(isFound('SENTBEFORE 1-Jan-2100', { row })).toBe(false);
  expect(isFound('NOT SENTBEFORE 1-Jan-2100', { row })).toBe(true);
});

test('NEW is recent and not seen', () => {
  expect(isFound('NEW', { flags: [] })).toBe(true);
  expect(isFound('NEW', { flags: [], isRecent: false })).toBe(false);
});

test('what letters are looked through for is folded, and named once however often it is asked for', () => {
  const ask = (text: string): ReturnType<Search['matches']> => prepareSearch(keyOf(text), LARGEST).matches(KNOWN);
  expect(ask('FROM "JÜRGEN"')).toEqual({ in: 'from', text: 'jürgen' });
  expect(ask('HEADER X-Spam YES')).toEqual({ in: 'field', field: 'x-spam', text: 'yes' });
  const search = prepareSearch(keyOf('OR BODY x BODY "X"'), LARGEST);
  const asked = search.matches(KNOWN);
  expect(search.matches({ ...KNOWN, holds: (wanted) => (wanted === asked ? false : undefined) })).toBe(false);
});

test('a search says beforehand what all that it finds must hold', () => {
  const necessary = (text: string): unknown => prepareSearch(keyOf(text), LARGEST).necessary?.map((all) => all.map(({ in: place, text: wanted }) => `${place} ${wanted}`));
  expect(necessary('UNSEEN 1:* NOT BODY x')).toBeUndefined();
  expect(necessary('UNSEEN BODY x (FROM y SEEN)')).toEqual([['body x', 'from y']]);
  expect(necessary('OR BODY x (SEEN FROM y)')).toEqual([['body x'], ['from y']]);
  expect(necessary('SEEN OR BODY x FROM y')).toEqual([['body x'], ['from y']]);
  expect(necessary('BODY z OR BODY x FROM y')).toEqual([['body z']]);
  expect(necessary('OR BODY x SEEN')).toBeUndefined();
  expect(necessary('OR BODY 1 OR BODY 2 OR BODY 3 OR BODY 4 OR BODY 5 OR BODY 6 OR BODY 7 OR BODY 8 OR BODY 9 OR BODY 10 BODY 11')).toBeUndefined();
});

test('nothing is fetched that cannot change the answer, and the cheapest first', () => {
  const ask = (text: string, more: Partial<SearchCandidate> = {}): ReturnType<Search['matches']> => prepareSearch(keyOf(text), LARGEST).matches({ ...KNOWN, ...more });
  const body = { in: 'body', text: 'x' };
  expect(ask('BODY x UNSEEN')).toBe(false);
  expect(ask('OR BODY x SEEN')).toBe(true);
  expect(ask('BODY x LARGER 5')).toBe('row');
  expect(ask('BODY x LARGER 5000', { row: ROW })).toBe(false);
  expect(ask('BODY x LARGER 5', { row: ROW })).toEqual(body);
  expect(ask('OR BODY x FROM y', { holds: ({ in: place }) => (place === 'from' ? true : undefined) })).toBe(true);
  expect(ask('BODY x FROM y', { holds: ({ in: place }) => (place === 'from' ? true : undefined) })).toEqual(body);
});

test('ten thousand ranges over a hundred thousand messages are looked up, not walked', () => {
  const set = Array.from({ length: 10_000 }, (_, index) => ({ from: index * 10 + 1, to: index * 10 + 1 }));
  const search = prepareSearch({ key: 'SET', isUid: true, set }, { seqNumMax: 100_000, uidMax: 100_000, saved: [], now: 0 });
  let found = 0;
  for (let uid = 1; uid <= 100_000; uid++) found += search.matches({ ...KNOWN, uid }) === true ? 1 : 0;
  expect(found).toBe(10_000);
});
