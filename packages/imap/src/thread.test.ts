import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Thread, type Threaded, threadByReferences, threadBySubject, threadLine } from './thread.ts';

type Written = Partial<Omit<Threaded<number>, 'number'>>;

/** Letters with numbers from 1, sent in that order unless they say otherwise. */
function letters(...written: readonly Written[]): readonly Threaded<number>[] {
  return written.map((letter, index) => ({ number: index + 1, sentAt: index, subject: `about ${index}`, messageId: `<${index + 1}>`, references: [], ...letter }));
}

test('RFC 5256 §4: the examples of the THREAD response', () => {
  const one = (number: number, ...children: readonly Thread<number>[]): Thread<number> => ({ number, children });
  expect(threadLine([one(2), one(3, one(6, one(4, one(23)), one(44, one(7, one(96)))))])).toBe('* THREAD (2)(3 6 (4 23)(44 7 96))\r\n');
  // RFC 5256 §4: 3 and 5 answer a letter that is not there.
  expect(threadLine([{ children: [one(3), one(5)] }])).toBe('* THREAD ((3)(5))\r\n');
  expect(threadLine([])).toBe('* THREAD\r\n');
});

test('ORDEREDSUBJECT: one subject is one thread, its first letter above the others', () => {
  const threads = threadBySubject(letters({ subject: 'tea' }, { subject: 'milk' }, { subject: 're: tea' }, { subject: 'fwd: tea', sentAt: -1 }));
  expect(threadLine(threads)).toBe('* THREAD (4 (1)(3))(2)\r\n');
});

test('REFERENCES: answers stand below what they answer, in the order of sending', () => {
  const threads = threadByReferences(letters(
    {}, { references: ['<1>'], subject: 're: about 0' }, { references: ['<1>', '<2>'], subject: 're: about 0' }, { references: ['<1>'], subject: 're: about 0', sentAt: 0.5 }, {},
  ));
  expect(threadLine(threads)).toBe('* THREAD (1 (4)(2 3))(5)\r\n');
});

test('REFERENCES: a letter that is not here holds its answers together, and one answer needs no place', () => {
  expect(threadLine(threadByReferences(letters({ references: ['<gone>'] }, { references: ['<gone>'] })))).toBe('* THREAD ((1)(2))\r\n');
  expect(threadLine(threadByReferences(letters({ references: ['<gone>', '<too>'] }, {})))).toBe('* THREAD (1)(2)\r\n');
});

test('REFERENCES: threads about the same thing are gathered (RFC 5256 §3, step 5)', () => {
  expect(threadLine(threadByReferences(letters({ subject: 'tea' }, { subject: 're: tea' })))).toBe('* THREAD (1 2)\r\n');
  expect(threadLine(threadByReferences(letters({ subject: 're: tea' }, { subject: 'tea' })))).toBe('* THREAD (2 1)\r\n');
  expect(threadLine(threadByReferences(letters({ subject: 'tea' }, { subject: 'tea' })))).toBe('* THREAD ((1)(2))\r\n');
  expect(threadLine(threadByReferences(letters({ subject: 're: ' }, { subject: 're: ' })))).toBe('* THREAD (1)(2)\r\n');
});

test('letters that refer to each other in a circle, or share an id, are told once each', () => {
  expect(threadLine(threadByReferences(letters({ references: ['<2>'] }, { references: ['<1>'] })))).toBe('* THREAD (2 1)\r\n');
  expect(threadLine(threadByReferences(letters({ references: ['<1>'] })))).toBe('* THREAD (1)\r\n');
  expect(threadLine(threadByReferences(letters({ messageId: '<x>' }, { messageId: '<x>' }, { messageId: null })))).toBe('* THREAD (1)(2)(3)\r\n');
});

function numbersOf(threads: readonly Thread<number>[]): readonly number[] {
  return threads.flatMap(({ number, children }) => [...(number === undefined ? [] : [number]), ...numbersOf(children)]);
}

test('every letter is in exactly one place, whatever they say of each other', () => {
  const id = fc.integer({ min: 1, max: 12 }).map((number) => `<${number}>`);
  const letter = fc.record({ messageId: fc.option(id), references: fc.array(id, { maxLength: 4 }), subject: fc.constantFrom('tea', 're: tea', '', 'milk'), sentAt: fc.nat(5) });
  fc.assert(fc.property(fc.array(letter, { maxLength: 20 }), (written) => {
    const all = letters(...written);
    for (const threads of [threadByReferences(all), threadBySubject(all)]) {
      expect(numbersOf(threads).toSorted((a, b) => a - b)).toEqual(all.map(({ number }) => number));
    }
  }), { numRuns: 2000 });
});

test('ten thousand letters, each answering the one before, are told without a stack as deep', () => {
  const chain = letters(...Array.from({ length: 10_000 }, (_, index) => ({ references: index === 0 ? [] : [`<${index}>`], subject: 'long' })));
  expect(numbersOf(threadByReferences(chain))).toHaveLength(10_000);
});
