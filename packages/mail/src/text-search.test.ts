import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldCase } from './fold-case.ts';
import { TextSearch } from './text-search.ts';

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
