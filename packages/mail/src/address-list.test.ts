import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddressList } from './address-list.ts';
import { noise } from './testing/noise.ts';

/** `name <mailbox@host>`; groups as `name:` and `;`. */
function listed(text: string): readonly string[] {
  return parseAddressList(text).map(({ name, mailbox, host }) => {
    if (mailbox === null) return ';';
    if (host === null) return `${mailbox}:`;
    return `${name ?? '-'} <${mailbox}@${host}>`;
  });
}

test.each([
  ['ann@ash.test', ['- <ann@ash.test>']],
  ['<ann@ash.test>', ['- <ann@ash.test>']],
  ['Ann Ash <ann@ash.test>', ['Ann Ash <ann@ash.test>']],
  ['"Ash, Ann" <ann@ash.test>, Eve <eve@elm.test>', ['Ash, Ann <ann@ash.test>', 'Eve <eve@elm.test>']],
  ['"Ann \\"A\\" Ash" <ann@ash.test>', ['Ann "A" Ash <ann@ash.test>']],
  ['Ann B. Ash <ann@ash.test>', ['Ann B. Ash <ann@ash.test>']],
  ['ann@ash.test (Ann Ash)', ['Ann Ash <ann@ash.test>']],
  ['Ann <ann@ash.test> (at home)', ['Ann <ann@ash.test>']],
  ['"ann ash"@ash.test', ['- <ann ash@ash.test>']],
  ['Ann <"a@b"@ash.test>', ['Ann <a@b@ash.test>']],
  ['ann@[192.0.2.1]', ['- <ann@[192.0.2.1]>']],
  ['ann . ash @ ash . test', ['- <ann.ash@ash.test>']],
  ['<@one.test,@two.test:ann@ash.test>, eve@elm.test', ['- <ann@ash.test>', '- <eve@elm.test>']],
  ['Jürgen <jürgen@bücher.example>', ['Jürgen <jürgen@bücher.example>']],
  ['=?utf-8?Q?Ash,_Ann?= <ann@ash.test>', ['=?utf-8?Q?Ash,_Ann?= <ann@ash.test>']],
  ['=?utf-8?Q?A?= =?utf-8?Q?B?= <ann@ash.test>', ['=?utf-8?Q?A?= =?utf-8?Q?B?= <ann@ash.test>']],
  ['Team: ann@ash.test, Eve <eve@elm.test>;', ['Team:', '- <ann@ash.test>', 'Eve <eve@elm.test>', ';']],
  ['undisclosed-recipients:;', ['undisclosed-recipients:', ';']],
  ['Undisclosed recipients: ;', ['Undisclosed recipients:', ';']],
  ['A: ann@ash.test;, B: eve@elm.test;, mal@oak.test', ['A:', '- <ann@ash.test>', ';', 'B:', '- <eve@elm.test>', ';', '- <mal@oak.test>']],
  ['(no one) ann@ash.test, , ,, eve@elm.test,', ['no one <ann@ash.test>', '- <eve@elm.test>']],
])('%s', (text, expected) => {
  expect(listed(text)).toEqual(expected);
});

test.each([
  ['', []],
  ['   ', []],
  ['<>', []],
  ['Ann <ann@ash.test', ['Ann <ann@ash.test>']],
  ['Ann <ann@ash.test, Eve <eve@elm.test>', ['Ann <ann@ash.test>', 'Eve <eve@elm.test>']],
  ['"Ann <ann@ash.test>', ['- <Ann <ann@ash.test>@>']],
  ['Ann Ash ann@ash.test', ['Ann Ash <ann@ash.test>']],
  ['Ann @ Work <ann@ash.test>', ['Ann @ Work <ann@ash.test>']],
  ['ann@ash.test; eve@elm.test', ['- <ann@ash.test>', '- <eve@elm.test>']],
  ['<ann@ash.test> Ann', ['Ann <ann@ash.test>']],
  ['<ann@ash.test> <eve@elm.test>', ['- <ann@ash.test>', '- <eve@elm.test>']],
  ['Ann <ann@ash.test> Eve <eve@elm.test>, mal@oak.test', ['Ann <ann@ash.test>', 'Eve <eve@elm.test>', '- <mal@oak.test>']],
  ['Ann > Ash <ann@ash.test>', ['Ann > Ash <ann@ash.test>']],
  ['Ann < Ash <ann@ash.test>', ['Ann < Ash <ann@ash.test>']],
  ['root', ['- <root@>']],
  ['Ann <>', ['Ann <@>']],
  ['Team: ann@ash.test', ['Team:', '- <ann@ash.test>', ';']],
  ['ann@ash.test (open comment', ['open comment <ann@ash.test>']],
  ['Ann [home] <ann@ash.test>', ['Ann [home] <ann@ash.test>']],
])('%j, outside the grammar, is made the best of', (text, expected) => {
  expect(listed(text)).toEqual(expected);
});

test('a list has an end', () => {
  expect(parseAddressList('a@b,'.repeat(100), 10)).toHaveLength(10);
  expect(parseAddressList('a:b@c,d@e;'.repeat(100), 7)).toHaveLength(7);
});

test('long nonsense is cheap', () => {
  for (const piece of ['<@,', '@:', '(', '"', '[', '=?a?q?', ':', '<', '@', ' a.', ';', '\\']) {
    expect(parseAddressList(piece.repeat(100_000)).length).toBeLessThanOrEqual(10_000);
  }
});

test('addresses are read as they were written', () => {
  const word = fc.stringMatching(/^[a-z0-9!#$%&'*+/=^_`{|}~-]{1,8}$/);
  const name = fc.option(fc.string({ unit: 'grapheme-ascii', minLength: 1 }).map((text) => text.trim()).filter((text) => text !== ''));
  const mailbox = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
  fc.assert(fc.property(fc.array(fc.record({ name, mailbox, host: word })), (addresses) => {
    const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
    const text = addresses.map((one) => `${one.name === null ? '' : `${quoted(one.name)} `}<${quoted(one.mailbox)}@${one.host}>`).join(', ');
    expect(parseAddressList(text)).toEqual(addresses);
  }), { numRuns: 3000 });
});

test('no text makes the parser stumble, and every group that opens is closed', () => {
  const pieces = ['ann', '@', 'ash.test', '<', '>', ',', ':', ';', '"', '\\', '(', ')', '[', ']', ' ', '.', '=?utf-8?Q?a,b?=', 'ü', '\0'];
  let wrong: string | undefined;
  for (const text of noise({ seed: 12, pieces, piecesMax: 16 })) {
    let open = 0;
    for (const { name, mailbox, host } of parseAddressList(text)) {
      if (host !== null) continue;
      open += mailbox === null ? -1 : 1;
      if (open < 0 || open > 1 || name !== null) wrong ??= text;
    }
    if (open !== 0) wrong ??= text;
  }
  expect(wrong).toBeUndefined();
});
