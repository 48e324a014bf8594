import { expect, test } from 'vitest';
import { readEnvelope } from './message-envelope.ts';
import { StructureParser } from './structure-parser.ts';
import { holdsAll, type SearchedLetter, type Wanted } from './wanted.ts';

const LETTER = Buffer.from([
  'From: =?utf-8?q?J=C3=BCrgen_Ha=C3=9F?= <jh@ash.test>', 'To: Eve <eve@elm.test>, undisclosed:;', 'Subject: =?iso-8859-1?q?Gr=FC=DFe?=', ' aus =?utf-8?b?S8O2bG4=?=',
  'X-Empty:', 'Received: from a', 'Received: from bee', 'Content-Type: text/plain; charset=utf-8', '', 'Liebe Eve,', 'viele Grüße vom ΟΔΥΣΣΕΥΣ.', '',
].join('\r\n'));

/** Counts what is read of it. */
function searched(): { readonly letter: SearchedLetter; readonly read: string[] } {
  const parser = new StructureParser();
  parser.push(LETTER);
  const { structure, header } = parser.end();
  const read: string[] = [];
  const letter: SearchedLetter = {
    envelope: readEnvelope(header), structure,
    header: async () => {
      read.push('header');
      return header;
    },
    read: async function* (range) {
      read.push('body');
      // In pieces, whatever they cut apart.
      for (let at = range.start; at < range.end; at += 3) yield LETTER.subarray(at, Math.min(at + 3, range.end));
    },
  };
  return { letter, read };
}

const field = (name: string, text: string): Wanted => ({ in: 'field', field: name, text });

test.each<readonly [wanted: Wanted, isHeld: boolean]>([
  [{ in: 'from', text: 'jürgen' }, true], [{ in: 'from', text: 'JÜRGEN HAß <JH@ASH' }, true], [{ in: 'from', text: 'eve' }, false], [{ in: 'from', text: '' }, true],
  [{ in: 'to', text: 'elm.test' }, true], [{ in: 'to', text: 'undisclosed' }, true], [{ in: 'cc', text: 'x' }, false], [{ in: 'bcc', text: '' }, false],
  [{ in: 'subject', text: 'GRÜßE AUS KÖLN' }, true], [{ in: 'subject', text: 'iso-8859' }, false], [{ in: 'subject', text: '' }, true],
  [field('received', 'BEE'), true], [field('X-Empty', ''), true], [field('X-None', ''), false], [field('Subject', 'köln'), true], [field('X-Empty', 'x'), false],
  [{ in: 'body', text: 'grüße' }, true], [{ in: 'body', text: 'οδυσσευς' }, true], [{ in: 'body', text: 'köln' }, false], [{ in: 'body', text: '' }, true],
  [{ in: 'text', text: 'köln' }, true], [{ in: 'text', text: 'subject: grüße' }, true], [{ in: 'text', text: 'liebe' }, true], [{ in: 'text', text: 'nowhere' }, false], [{ in: 'text', text: '' }, true],
])('%j in a letter: %s', async (wanted, isHeld) => {
  expect(await holdsAll(searched().letter, [wanted])).toBe(isHeld);
});

test('of several all must be there, wherever each is', async () => {
  const all: readonly Wanted[] = [{ in: 'from', text: 'jürgen' }, { in: 'text', text: 'köln' }, { in: 'body', text: 'liebe' }, { in: 'body', text: 'viele' }, field('received', 'bee')];
  expect(await holdsAll(searched().letter, all)).toBe(true);
  expect(await holdsAll(searched().letter, [...all, { in: 'body', text: 'keine' }])).toBe(false);
  expect(await holdsAll(searched().letter, [])).toBe(true);
});

test('no more of a letter is read than it takes to know', async () => {
  const readFor = async (...wanted: readonly Wanted[]): Promise<readonly string[]> => {
    const { letter, read } = searched();
    await holdsAll(letter, wanted);
    return read;
  };
  expect(await readFor({ in: 'from', text: 'jürgen' })).toEqual([]);
  expect(await readFor({ in: 'from', text: 'eve' }, { in: 'body', text: 'liebe' })).toEqual([]);
  expect(await readFor({ in: 'text', text: 'köln' })).toEqual(['header']);
  expect(await readFor(field('x-none', ''), { in: 'body', text: 'liebe' })).toEqual(['header']);
  expect(await readFor({ in: 'body', text: 'liebe' })).toEqual(['body']);
});
