import * as fc from 'fast-check';
import { readEnvelope } from '@posthorn/mail/message-envelope.ts';
import { expect, test } from 'vitest';
import { parseCommand } from './command-parser.ts';
import type { SearchKey } from './command.ts';
import { foldCase, prepareSearch, TextSearch, type Search, type SearchCandidate } from './search.ts';

function keyOf(text: string): SearchKey {
  const parsed = parseCommand(Buffer.from(`a SEARCH ${text}`).toString('latin1'), []);
  if (parsed.kind !== 'command' || parsed.command.name !== 'SEARCH') throw new Error(JSON.stringify(parsed));
  return parsed.command.key;
}

const HEADER = Buffer.from([
  'From: =?utf-8?q?J=C3=BCrgen_Ha=C3=9F?= <jh@ash.test>', 'To: Eve <eve@elm.test>, undisclosed:;', 'Subject: =?iso-8859-1?q?Gr=FC=DFe?=', ' aus =?utf-8?b?S8O2bG4=?=',
  'Date: Mon, 1 Jun 2026 23:30:00 -0700 (PDT)', 'X-Empty:', 'Received: from a', 'Received: from bee', '', '',
].join('\r\n'));
const TEXT = 'Liebe Eve,\nviele Grüße vom ΟΔΥΣΣΕΥΣ.\n';

const KNOWN: SearchCandidate = { seqNum: 2, uid: 50, modseq: 700, flags: ['\\Seen', '$Work'], isRecent: true };
const ROW = { internalDate: Date.UTC(2026, 5, 3, 0, 0, 0), savedAt: Date.UTC(2026, 5, 5), content: 7, prefix: Buffer.alloc(0), octets: 1000, summary: { envelope: readEnvelope(HEADER), sentAt: Date.UTC(2026, 5, 2, 6, 30) } };
const LARGEST = { seqNumMax: 4, uidMax: 99, saved: [7, 50], now: Date.UTC(2026, 5, 4) };

function isFound(text: string, more: Partial<SearchCandidate> = {}): boolean {
  const search = prepareSearch(keyOf(text), LARGEST);
  const body = new TextSearch(search.needles);
  body.push(TEXT);
  const verdict = search.matches({ ...KNOWN, row: ROW, header: HEADER, body, ...more });
  if (typeof verdict !== 'boolean') throw new Error(`${text}: ${verdict} is not known`);
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
  ['FROM "jürgen"', true], ['FROM "JÜRGEN HAß <JH@ASH"', true], ['FROM eve', false], ['TO elm.test', true], ['TO undisclosed', true], ['CC x', false], ['BCC ""', false], ['FROM ""', true],
  ['SUBJECT "GRÜßE AUS KÖLN"', true], ['SUBJECT iso-8859', false],
  ['HEADER received BEE', true], ['HEADER X-Empty ""', true], ['HEADER X-None ""', false], ['HEADER Subject "köln"', true], ['HEADER X-Empty x', false],
  ['BODY "grüße"', true], ['BODY "οδυσσευς"', true], ['BODY "köln"', false], ['BODY ""', true], ['TEXT "köln"', true], ['TEXT "subject: grüße"', true], ['TEXT liebe', true], ['TEXT nowhere', false],
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

test('a search says beforehand what it may have to know', () => {
  const needs = (text: string): readonly string[] => [...prepareSearch(keyOf(text), LARGEST).needs].sort();
  expect(needs('UNSEEN 1:* NOT KEYWORD x')).toEqual([]);
  expect(needs('FROM x LARGER 3')).toEqual(['row']);
  expect(needs('OR HEADER a b BODY c')).toEqual(['body', 'header']);
  expect(needs('TEXT x')).toEqual(['body', 'header']);
  expect(prepareSearch(keyOf('OR BODY "Über" TEXT y'), LARGEST).needles).toEqual(['über', 'y']);
});

test('nothing is fetched that cannot change the answer, and the cheapest first', () => {
  const ask = (text: string, more: Partial<SearchCandidate> = {}): ReturnType<Search['matches']> => prepareSearch(keyOf(text), LARGEST).matches({ ...KNOWN, ...more });
  expect(ask('BODY x UNSEEN')).toBe(false);
  expect(ask('OR BODY x SEEN')).toBe(true);
  expect(ask('BODY x FROM eve')).toBe('row');
  expect(ask('BODY x FROM eve', { row: ROW })).toBe(false);
  expect(ask('BODY x FROM "jürgen"', { row: ROW })).toBe('body');
  expect(ask('TEXT "köln"')).toBe('header');
  expect(ask('TEXT "köln"', { header: HEADER })).toBe(true);
  expect(ask('NOT TEXT "köln"', { header: HEADER })).toBe(false);
  expect(ask('TEXT nowhere', { header: HEADER })).toBe('body');
});

test('text is searched the same however it is cut, in pieces, and never across parts', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'B', 'ß', 'Σ', ' '), minLength: 1, maxLength: 4 });
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'ß', 'σ', ' '), maxLength: 6 }), { maxLength: 8 });
  fc.assert(fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), pieces, (words, chunks) => {
    const needles = words.map(foldCase);
    const search = new TextSearch(needles);
    for (const chunk of chunks) search.push(chunk);
    for (const needle of needles) expect(search.has(needle)).toBe(foldCase(chunks.join('')).includes(needle));
    expect(search.isDone).toBe(needles.every((needle) => search.has(needle)));
  }), { numRuns: 20_000 });
  const apart = new TextSearch(['ab']);
  apart.push('a');
  apart.endPart();
  apart.push('b');
  expect(apart.has('ab')).toBe(false);
});

test('ten thousand ranges over a hundred thousand messages are looked up, not walked', () => {
  const set = Array.from({ length: 10_000 }, (_, index) => ({ from: index * 10 + 1, to: index * 10 + 1 }));
  const search = prepareSearch({ key: 'SET', isUid: true, set }, { seqNumMax: 100_000, uidMax: 100_000, saved: [], now: 0 });
  let found = 0;
  for (let uid = 1; uid <= 100_000; uid++) found += search.matches({ ...KNOWN, uid }) === true ? 1 : 0;
  expect(found).toBe(10_000);
});
