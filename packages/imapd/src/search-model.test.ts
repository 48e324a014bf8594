import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { letter } from './testing/letters.ts';
import { ReadingRoom } from './testing/reading-room.ts';

/** A letter as a naive reader has it. */
interface Written {
  readonly from: string;
  readonly subject: string;
  readonly body: string;
  readonly flags: readonly string[];
  readonly day: number;
}

type Naive = (letter: Written & { readonly number: number; readonly text: string }) => boolean;
interface Key {
  readonly text: string;
  readonly isFound: Naive;
}

const WORDS = ['tea', 'Milk', 'grüße', 'ΟΔΟΣ', 'at five', 'x'];
const FLAGS = ['\\Seen', '\\Flagged', 'Work'];

const written: fc.Arbitrary<Written> = fc.record({
  from: fc.constantFrom('ann', 'bob', 'zoe'),
  subject: fc.array(fc.constantFrom(...WORDS), { maxLength: 2 }).map((words) => words.join(' ')),
  body: fc.array(fc.constantFrom(...WORDS, '\n'), { maxLength: 5 }).map((words) => words.join(' ')),
  flags: fc.subarray(FLAGS),
  day: fc.integer({ min: 1, max: 5 }),
});

/** RFC 9051 §6.4.4: letters alike but for their case are alike. */
function holds(text: string, wanted: string): boolean {
  const fold = (one: string): string => one.toLowerCase().replaceAll('ς', 'σ');
  return fold(text).includes(fold(wanted));
}

/** As it is read: encoded words decoded. */
function headerOf({ from, subject, day }: Written): string {
  return `From: ${from}@ash.test\nSubject: ${subject}\nDate: ${day} Jan 2026 12:00:00 +0000\nContent-Type: text/plain; charset=utf-8`;
}

const word = fc.constantFrom(...WORDS, 'nowhere', 'te', '');
const literal = (text: string): string => `{${Buffer.byteLength(text)}+}\r\n${text}`;
const leaf: fc.Arbitrary<Key> = fc.oneof(
  fc.constantFrom<Key>(
    { text: 'ALL', isFound: () => true }, { text: 'SEEN', isFound: ({ flags }) => flags.includes('\\Seen') }, { text: 'UNFLAGGED', isFound: ({ flags }) => !flags.includes('\\Flagged') },
    { text: 'KEYWORD work', isFound: ({ flags }) => flags.includes('Work') }, { text: '2:3', isFound: ({ number }) => number === 2 || number === 3 }, { text: 'UID 4:9', isFound: ({ number }) => number >= 4 },
  ),
  word.map((text): Key => ({ text: `SUBJECT ${literal(text)}`, isFound: ({ subject }) => holds(subject, text) })),
  word.map((text): Key => ({ text: `BODY ${literal(text)}`, isFound: ({ body }) => holds(body, text) })),
  word.map((text): Key => ({ text: `TEXT ${literal(text)}`, isFound: (one) => holds(one.body, text) || holds(headerOf(one), text) })),
  fc.constantFrom('ann', 'bob', 'carl').map((text): Key => ({ text: `FROM ${text}`, isFound: ({ from }) => from === text })),
  fc.integer({ min: 1, max: 5 }).map((day): Key => ({ text: `SENTSINCE ${day}-Jan-2026`, isFound: (one) => one.day >= day })),
  fc.integer({ min: 100, max: 220 }).map((octets): Key => ({ text: `LARGER ${octets}`, isFound: ({ text }) => Buffer.byteLength(text) > octets })),
);

const key: fc.Arbitrary<Key> = fc.letrec<{ key: Key }>((tie) => ({
  key: fc.oneof(
    { maxDepth: 3 }, leaf,
    tie('key').map(({ text, isFound }): Key => ({ text: `NOT ${text}`, isFound: (one) => !isFound(one) })),
    fc.tuple(tie('key'), tie('key')).map(([a, b]): Key => ({ text: `OR ${a.text} ${b.text}`, isFound: (one) => a.isFound(one) || b.isFound(one) })),
    fc.tuple(tie('key'), tie('key')).map(([a, b]): Key => ({ text: `(${a.text} ${b.text})`, isFound: (one) => a.isFound(one) && b.isFound(one) })),
  ),
})).key;

test('whatever is searched for among whatever letters, what is found is what a naive reader finds', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  let rounds = 0;
  await fc.assert(fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 6 }), fc.array(key, { minLength: 8, maxLength: 8 }), async (letters, keys) => {
    const mailbox = `round${rounds++}`;
    await client.command('m', `CREATE ${mailbox}`);
    const all = letters.map((one, index) => ({
      ...one, number: index + 1,
      text: letter(`From: ${one.from}@ash.test\nSubject: =?utf-8?b?${Buffer.from(one.subject).toString('base64')}?=\nDate: ${one.day} Jan 2026 12:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n${one.body}`),
    }));
    for (const { text, flags } of all) await client.command('p', `APPEND ${mailbox} (${flags.join(' ')}) {${Buffer.byteLength(text)}+}\r\n${text}`);
    await client.command('o', `SELECT ${mailbox}`);
    for (const { text, isFound } of keys) {
      const [found] = await client.command('s', `SEARCH CHARSET UTF-8 ${text}`);
      expect(found, text).toBe(['* SEARCH', ...all.filter((one) => isFound({ ...one, body: one.body.replaceAll('\n', '\r\n') })).map(({ number }) => number)].join(' '));
    }
    await client.command('d', `DELETE ${mailbox}`);
  }), { numRuns: 120 });
}, 120_000);
