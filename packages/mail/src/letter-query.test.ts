import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesLetter } from './letter-query-match.ts';
import type { QueriedLetter } from './letter-query-match.ts';
import { parseLetterQuery, QUERY_CHARS_MAX } from './letter-query.ts';
import type { LetterQuery } from './letter-query.ts';

const NOW = Date.UTC(2026, 10, 25, 12);
const LETTER: QueriedLetter = {
  from: ['Ann Ash <ann@ash.test>'], to: ['Eve <eve@elm.test>'], cc: ['bob@elm.test'], bcc: [], replyTo: ['desk@ash.test'], envelope: ['bounce@ash.test', 'eve+shop@elm.test'],
  subject: 'Grüße aus Köln', messageId: '<1@ash.test>', filenames: ['Invoice.pdf'], places: ['INBOX', 'eve@elm.test'], tags: ['Welcome mail'],
  states: new Set(['unread', 'flagged']), features: new Set(['attachment', 'html']), octets: 5000, at: Date.UTC(2026, 10, 20),
  header: [['x-mailer', 'Our App 2'], ['subject', 'Grüße aus Köln']], body: 'Your code is 123456.\nSee https://ash.test/verify',
};

function queryOf(text: string): LetterQuery {
  const answer = parseLetterQuery(text, NOW);
  if (answer.kind === 'malformed') throw new Error(`${answer.message} (${answer.at})`);
  return answer.query;
}

function finds(text: string, letter: QueriedLetter = LETTER): boolean | undefined {
  return matchesLetter(queryOf(text), letter);
}

function problem(text: string): string {
  const answer = parseLetterQuery(text, NOW);
  return answer.kind === 'malformed' ? `${answer.at}: ${answer.message}` : 'none';
}

describe('a search', () => {
  it.each([
    '', 'code', 'CODE', 'grusse koln', 'gruße', '"code is"', '-cats', '!cats', 'cats OR code', '(cats OR dogs) OR (code ann)', 'from:ann', 'from:"Ann Ash"', 'to:eve', 'cc:bob',
    'addressed:eve+shop', 'addressed:bounce@', 'reply-to:desk', 'subject:"aus koln"', 'body:verify', 'https://ash.test', 'header:X-Mailer', 'header:x-mailer=app', 'header:x-mailer="Our App"',
    'filename:.pdf', 'tag:"welcome mail"', 'is:unread', 'is:starred', 'has:attachments', '-has:inline', 'larger:4K', 'larger:4999', 'smaller:0.1M', 'before:2026-11-21', 'after:2026-11-20',
    'after:7d', '-after:1d', 'after:2026-11-19T10:00:00Z', 'in:inbox', 'in:eve@elm.test', 'message-id:<1@', 'invoice', '-(cats OR dogs)', '- code', 'code -',
  ])('finds the letter by %s', (text) => {
    // A lone minus is a word like any other; the letter has none.
    expect(finds(text)).toBe(!/(^| )-( |$)/.test(text));
  });
  it.each(['cats', '-code', 'from:bob', 'to:ann', 'code cats', '"is code"', 'tag:welcome', 'is:read', 'has:calendar', 'larger:5K', 'smaller:5000', 'after:2026-11-21', 'in:Inb', 'header:x-mailer=theirs', 'header:x'])('does not find it by %s', (text) => {
    expect(finds(text)).toBe(false);
  });
  it('binds OR weaker than terms side by side', () => {
    expect(finds('cats dogs OR code')).toBe(true);
    expect(finds('cats (dogs OR code)')).toBe(false);
  });
  it('asks for header and body only where they decide', () => {
    const { header, body, ...cheap } = LETTER;
    expect(finds('from:ann koln', cheap)).toBe(true);
    expect(finds('from:bob code', cheap)).toBe(false);
    expect(finds('from:ann code', cheap)).toBeUndefined();
    expect(finds('from:ann OR code', cheap)).toBe(true);
    expect(finds('-code', cheap)).toBeUndefined();
    expect(finds('header:x-mailer', cheap)).toBeUndefined();
    expect([header, body]).toHaveLength(2);
  });
});

describe('a search that cannot be meant', () => {
  it.each([
    ['"code', '0: This quotation mark is never closed.'],
    ['from:"ann', '5: This quotation mark is never closed.'],
    ['from:', '0: Say behind “from:” what to look for, without a space.'],
    ['(code', '0: This bracket is never closed.'],
    ['code)', '4: This bracket closes nothing.'],
    ['()', '1: There is nothing to look for in these brackets.'],
    ['code OR', '7: OR needs something to look for on both its sides.'],
    ['OR code', '0: OR needs something to look for on both its sides.'],
    ['is:sleeping', '3: “is:” knows read, seen, unread, unseen, flagged, starred, answered, draft, deleted, tagged; not “sleeping”.'],
    ['is:constructor', expect.stringContaining('not “constructor”')],
    ['larger:big', '7: “big” is no size; write 500K or 5M.'],
    ['before:2026-02-30', '7: “2026-02-30” is no time; write 2026-01-31, 2026-01-31T09:00:00Z, or 7d for seven days ago.'],
    ['colour:red', expect.stringMatching(/^0: Nothing is called “colour:” here/)],
    ['header:=x', '7: A header is looked for as header:Name or header:Name=text.'],
    ['""', '0: There is nothing between these quotation marks.'],
    ['x'.repeat(QUERY_CHARS_MAX + 1), expect.stringContaining('at most 2000 characters')],
    ['x '.repeat(101), expect.stringContaining('at most 100 terms')],
    ['('.repeat(30), expect.stringContaining('at most 20 deep')],
  ])('says why: %s', (text, told) => {
    expect(problem(text)).toEqual(told);
  });
  it('never throws, and says a place within the text', () => {
    const words = fc.constantFrom('a', '"', '(', ')', '-', '!', ' ', ':', 'OR', 'from:', 'header:', '=', 'is:', 'before:', 'larger:', 'ß', '\u0301', '7d');
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(words).map((all) => all.join(''))), (text) => {
      const answer = parseLetterQuery(text, NOW);
      if (answer.kind === 'malformed') {
        expect(answer.at).toBeGreaterThanOrEqual(0);
        expect(answer.at).toBeLessThanOrEqual(text.length);
      } else {
        expect(typeof matchesLetter(answer.query, LETTER)).toBe('boolean');
      }
    }));
  });
});
