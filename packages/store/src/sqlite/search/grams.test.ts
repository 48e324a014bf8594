import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldCase } from '@posthorn/mail/fold-case.ts';
import { GramCollector, gramQuery, type Place } from './grams.ts';

const PLACES: readonly Place[] = ['body', 'subject', 'from', 'to', 'other'];

function tokensOf(place: Place, ...texts: readonly string[]): readonly string[] {
  const collector = new GramCollector();
  collector.place = place;
  for (const text of texts) {
    // In pieces: where they are cut makes no difference.
    for (const char of text) collector.push(char);
    collector.endPart();
  }
  return collector.take();
}

/** As FTS5 would answer for one letter. */
function isCandidate(query: string, tokens: readonly string[]): boolean {
  return query.split(' AND ').every((term) => {
    const token = /^"(.*)"( \*)?$/.exec(term);
    return tokens.some((one) => (token?.[2] === undefined ? one === token?.[1] : one.startsWith(token[1] ?? '')));
  });
}

test('a text is a candidate for every piece of it that can be asked for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', 'c', '1', '2', '.', '.', '-', '@', ' ', '\n', '\0', 'ß', 'Σ', 'ς', 'İ', '北', '京', '😀', '\u{a0}', '\u{94}'), maxLength: 30 });
  fc.assert(fc.property(text, fc.nat(30), fc.nat(12), fc.constantFrom(...PLACES), (whole, start, length, place) => {
    const needle = foldCase(whole).slice(start, start + length);
    const query = gramQuery(needle, place);
    if (query !== undefined) expect(isCandidate(query, tokensOf(place, 'before', whole, 'after'))).toBe(true);
  }), { numRuns: 5000 });
});

test('what a text does not hold is hardly ever asked for in vain', () => {
  const tokens = tokensOf('body', 'We meet at nine, at the old oak.');
  for (const needle of ['nine: at the', 'new oak', 'WE MEAT', 'k. w', '北京']) expect(isCandidate(gramQuery(needle, 'body') ?? '', tokens)).toBe(needle === 'nine: at the');
});

test('a needle that is too short or no text cannot be asked for', () => {
  expect(['', 'a', 'ab', '  ', '....', 'a\ud800bc', '京', 'a京', '😀'].map((needle) => gramQuery(needle, 'body'))).toEqual(Array.from({ length: 9 }, () => undefined));
  expect(gramQuery('北京', 'body')).toBe('"北京" *');
});

test('a long needle asks for its rarest grams, not for all', () => {
  const query = gramQuery('the quick brown fox jumps over the lazy dog', 'body') ?? '';
  expect(query.split(' AND ')).toHaveLength(10);
  expect(query).toContain('"jum"');
  expect(query).not.toContain('"the"');
});

test('grams of different places do not mix, but for those of other fields and the body', () => {
  const tokens = tokensOf('subject', 'the plan');
  expect(PLACES.map((place) => isCandidate(gramQuery('plan', place) ?? '', tokens))).toEqual([false, true, false, false, false]);
  expect(tokensOf('other', 'plan')).toEqual(tokensOf('body', 'plan'));
});

test('numbers in other fields are all one, those in bodies are not', () => {
  expect(isCandidate(gramQuery('<12345@ash', 'other') ?? '', tokensOf('other', 'message-id: <67@ash.test>'))).toBe(true);
  expect(isCandidate(gramQuery('no. 12345', 'body') ?? '', tokensOf('body', 'invoice no. 67890'))).toBe(false);
});

test('too many grams of scripts with many characters are not gathered', () => {
  const collector = new GramCollector();
  for (let code = 0x4e00; code < 0x9000 && !collector.isFull; code += 1) collector.push(`${String.fromCharCode(code)}一${String.fromCharCode(code + 1)}丁丂七丄丅丆${String.fromCharCode(code)}`);
  expect(collector.isFull).toBe(true);
});
