import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEPTH_MAX, ENCLOSED_ADDRESSES_MAX, HEADER_OCTETS_MAX, PART_HEADER_OCTETS_MAX, PARTS_MAX, StructureParser } from './structure-parser.ts';
import type { OctetRange, Part } from './structure.ts';
import { foundIn, writeLetter, type Plan } from './testing/letters.ts';
import { cutUp, noise, seeded } from './testing/noise.ts';

function parsed(...chunks: readonly (Buffer | string)[]): { readonly structure: Part; readonly header: Buffer } {
  const parser = new StructureParser();
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return parser.end();
}

/** Lines as a letter has them. */
function letter(text: string): Buffer {
  return Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
}

/** One line a part: type, line ends, body. */
function outline(octets: Buffer, part = parsed(octets).structure, indent = ''): readonly string[] {
  const body = JSON.stringify(octets.toString('latin1', part.body.start, part.body.end).replaceAll('\r\n', '\n'));
  const inner = [...part.parts ?? [], ...(part.message === undefined ? [] : [part.message.part])];
  return [`${indent}${part.type}/${part.subtype} ${part.lines} ${inner.length > 0 ? '' : body}`.trimEnd(), ...inner.flatMap((one) => outline(octets, one, `${indent}  `))];
}

test('a letter that says nothing is plain text', () => {
  const octets = letter('Subject: Hello\n\nHi Eve,\nsee you.\n');
  const { structure, header } = parsed(octets);
  expect(structure).toEqual({ type: 'text', subtype: 'plain', parameters: [], encoding: '7bit', header: { start: 0, end: 18 }, body: { start: 18, end: 37 }, lines: 2 });
  expect(header.toString()).toBe('Subject: Hello\r\n\r\n');
});

test('a part tells all that its header says', () => {
  const { structure } = parsed(letter(`Content-Type: Application/PDF; name="a.pdf"
Content-Transfer-Encoding: BASE64 (as usual)
Content-ID: <1@ash.test>
Content-Description: A =?utf-8?Q?gro=C3=9Fes?= thing
Content-Disposition: attachment; filename*=utf-8''%C3%BC.pdf
Content-Language: de, en-GB (British)
Content-Location: http://ash.test/a.pdf
Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==

AAAA
`));
  expect(structure).toMatchObject({
    type: 'application', subtype: 'pdf', parameters: [['name', 'a.pdf']], encoding: 'base64', id: '<1@ash.test>',
    description: 'A =?utf-8?Q?gro=C3=9Fes?= thing', disposition: { type: 'attachment', parameters: [['filename', 'ü.pdf']] },
    language: ['de', 'en-GB'], location: 'http://ash.test/a.pdf', md5: 'Q2hlY2sgSW50ZWdyaXR5IQ==', lines: 1,
  });
});

test('the line end before a delimiter belongs to the delimiter', () => {
  const octets = letter('Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b  \n\ntwo\n\n--b--\nepilogue\n');
  expect(outline(octets)).toEqual(['multipart/mixed 10', '  text/plain 0 "one"', '  text/plain 1 "two\\n"']);
  const first = parsed(octets).structure.parts?.[0];
  expect(octets.toString('latin1', first?.header.start, first?.header.end)).toBe('\r\n');
});

test('a part may be empty, and have no header', () => {
  expect(outline(letter('Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--b\n--b\nX: y\n--b\n\n\n--b--'))).toEqual([
    'multipart/mixed 8', '  text/plain 0 ""', '  text/plain 0 ""', '  text/plain 0 ""', '  text/plain 0 ""',
  ]);
});

test('multiparts nest, and an outer delimiter ends what was not closed within', () => {
  expect(outline(letter(`Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner

plain
--inner
Content-Type: text/html

<p>rich
--outer

after
--outer--
`))).toEqual(['multipart/mixed 14', '  multipart/alternative 6', '    text/plain 0 "plain"', '    text/html 0 "<p>rich"', '  text/plain 0 "after"']);
});

test('a multipart that nobody closes ends with the letter', () => {
  expect(outline(letter('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n'))).toEqual(['multipart/mixed 6', '  text/plain 0 "one"', '  text/plain 1 "two\\n"']);
});

test('a delimiter of which the outer is the beginning is not the outer', () => {
  expect(outline(letter('Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bb\n--b-\n--b x\n--b--x\n--b--\n'))).toEqual(['multipart/mixed 7', '  text/plain 3 "--bb\\n--b-\\n--b x\\n--b--x"']);
});

test('after the last delimiter all is epilogue', () => {
  expect(outline(letter('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\n\nnot a part\n'))).toEqual(['multipart/mixed 7', '  text/plain 0 "one"']);
});

test('the same boundary inside and outside belongs to the inner one, until that is closed', () => {
  expect(outline(letter('Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ninner\n--b--\n--b\n\nouter\n--b--\n'))).toEqual([
    'multipart/mixed 11', '  multipart/mixed 3', '    text/plain 0 "inner"', '  text/plain 0 "outer"',
  ]);
});

test.each([
  ['no boundary', 'multipart/mixed'],
  ['an empty boundary', 'multipart/mixed; boundary=""'],
  ['a boundary too long', `multipart/mixed; boundary=${'b'.repeat(201)}`],
  ['a boundary that never comes', 'multipart/mixed; boundary=c'],
])('a multipart with %s is plain text', (_, type) => {
  expect(outline(letter(`Content-Type: ${type}\n\n--b\n\none\n--b--\n`))).toEqual(['text/plain 4 "--b\\n\\none\\n--b--\\n"']);
});

test('a boundary may be quoted, hold what it should not, or come in pieces', () => {
  for (const [parameter, line] of [['boundary="a b:c"', 'a b:c'], ['boundary="b "', 'b'], ['boundary=a=_b', 'a=_b'], ['boundary*0=a; boundary*1=b', 'ab'], ['boundary="\xfc"', '\xfc'], ['boundary="\xc3\xbc"', '\xc3\xbc']] as const) {
    expect(outline(letter(`Content-Type: multipart/mixed; ${parameter}\n\n--${line}\n\none\n--${line}--\n`))).toEqual(['multipart/mixed 4', '  text/plain 0 "one"']);
  }
});

test('an enclosed message is opened, envelope and all', () => {
  const octets = letter('Content-Type: message/rfc822\n\nFrom: Eve <eve@elm.test>\nSubject: Inner\nContent-Type: text/html\n\n<p>\n');
  expect(outline(octets)).toEqual(['message/rfc822 5', '  text/html 1 "<p>\\n"']);
  expect(parsed(octets).structure.message?.envelope).toMatchObject({ subject: 'Inner', from: [{ name: 'Eve', mailbox: 'eve', host: 'elm.test' }], replyTo: [{ name: 'Eve', mailbox: 'eve', host: 'elm.test' }] });
  expect(outline(letter('Content-Type: message/global\n\n\nx'))).toEqual(['message/global 1', '  text/plain 0 "x"']);
});

test('in a digest, parts that do not say are messages', () => {
  expect(outline(letter('Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nfirst\n--b\nContent-Type: text/plain\n\nsecond\n--b--\n'))).toEqual([
    'multipart/digest 10', '  message/rfc822 2', '    text/plain 0 "first"', '  text/plain 0 "second"',
  ]);
});

test('an encoded message is not opened, but kept as octets', () => {
  expect(outline(letter('Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeA0K\n'))).toEqual(['application/octet-stream 1 "U3ViamVjdDogeA0K\\n"']);
});

test('a message within a part ends where the part ends', () => {
  expect(outline(letter('Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: cut off\n--b--\n'))).toEqual(['multipart/mixed 5', '  message/rfc822 0', '    text/plain 0 ""']);
});

test('line feeds alone end lines too', () => {
  const text = 'Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\ntwo\n--b--\n';
  const { structure } = parsed(text);
  expect(structure.parts?.map(({ body, lines }) => [text.slice(body.start, body.end), lines])).toEqual([['one\ntwo', 1]]);
});

test.each(['', '\r\n', '\n', 'x', 'no field', '\r\n\r\n', 'A: b'])('%j is a letter too', (text) => {
  const { structure } = parsed(text);
  expect(structure.type).toBe('text');
  expect(structure.body.end).toBe(text.length);
  expect(structure.header.end).toBe(structure.body.start);
});

test('parts nest so deep and no deeper', () => {
  const deep = Array.from({ length: 300 }, (_, index) => `Content-Type: multipart/mixed; boundary=b${index}\n\n--b${index}\n`).join('');
  let depth = 1;
  for (let part = parsed(letter(deep)).structure; part.parts?.[0] !== undefined; [part] = [part.parts[0]]) depth++;
  expect(depth).toBe(DEPTH_MAX);
  let messages = 0;
  for (let part: Part | undefined = parsed(letter('Content-Type: message/rfc822\n\n'.repeat(300))).structure; part !== undefined; part = part.message?.part) messages++;
  expect(messages).toBe(DEPTH_MAX);
});

test('there are so many parts and no more; the last one takes the rest', () => {
  const { structure } = parsed(letter(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\n'.repeat(PARTS_MAX + 10)}--b--\n`));
  expect(structure.parts).toHaveLength(PARTS_MAX - 1);
});

test('a header without end is kept in part, and passed over whole', () => {
  const octets = Buffer.concat([Buffer.from('Subject: first\r\n'), Buffer.alloc(2 * HEADER_OCTETS_MAX, 'X-Field: and more of it\r\n'), Buffer.from('\r\n\r\nbody')]);
  const { structure, header } = parsed(octets);
  expect(header.length).toBeLessThanOrEqual(HEADER_OCTETS_MAX);
  expect(header.toString('latin1', header.length - 26)).toBe('\nX-Field: and more of it\r\n');
  expect(structure.body).toEqual({ start: octets.length - 4, end: octets.length });
});

test('of a part\'s header so much counts', () => {
  const far = Buffer.concat([letter('Content-Type: multipart/mixed; boundary=b\n\n--b\n'), Buffer.alloc(PART_HEADER_OCTETS_MAX, 'X-Field: and more of it\r\n'), letter('\nContent-Type: text/html\n\n<p>\n--b--\n')]);
  expect(outline(far)).toEqual(['multipart/mixed 2627', '  text/plain 0 "<p>"']);
});

test('enclosed messages together list so many addresses', () => {
  const part = `--b\nContent-Type: message/rfc822\n\nTo: ${'a,'.repeat(1000)}\n\n`;
  const { structure } = parsed(letter(`Content-Type: multipart/mixed; boundary=b\n\n${part.repeat(20)}--b--\n`));
  const listed = structure.parts?.map((one) => one.message?.envelope.to.length ?? 0) ?? [];
  expect(listed).toHaveLength(20);
  expect(listed.reduce((sum, count) => sum + count)).toBe(ENCLOSED_ADDRESSES_MAX);
});

test('long lines that begin like a delimiter are text', () => {
  const text = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b${' '.repeat(2000)}\r\n--b--`;
  expect(parsed(text).structure.parts?.[0]?.lines).toBe(0);
  expect(parsed(text).structure.parts).toHaveLength(1);
  expect(parsed(...Array.from(text)).structure).toEqual(parsed(text).structure);
});

test('pieces may be overwritten once they are pushed', () => {
  const octets = letter('Subject: kept\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-ID: <kept>\n\none\n--b--\n');
  const parser = new StructureParser();
  const piece = Buffer.alloc(7);
  for (let at = 0; at < octets.length; at += piece.length) {
    const length = octets.copy(piece, 0, at);
    parser.push(piece.subarray(0, length));
    piece.fill('!');
  }
  expect(parser.end()).toEqual(parsed(octets));
});

const text = fc.constantFrom('', 'one line', '-', '--', '--b', '---', 'Subject: x', 'From me', '\xff', '.');
const plan = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof({ maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('leaf' as const), lines: fc.array(text, { maxLength: 4 }) }),
    fc.record({
      kind: fc.constant('multipart' as const), subtype: fc.constantFrom('mixed', 'alternative', 'digest'), preamble: fc.array(text, { maxLength: 2 }),
      epilogue: fc.array(text, { maxLength: 2 }), parts: fc.array(tie('plan'), { minLength: 1, maxLength: 3 }), isUnclosed: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('message' as const), subject: fc.constantFrom('a', 'b'), message: tie('plan') }),
  ),
})).plan;

test('a letter is found to be what it was written as, cut anywhere', () => {
  fc.assert(fc.property(plan, fc.constantFrom('\r\n', '\n'), fc.integer(), (wanted, eol, seed) => {
    const { octets, found } = writeLetter(wanted, eol);
    const whole = parsed(octets);
    expect(foundIn(whole.structure)).toEqual(found);
    expect(parsed(...cutUp(octets, seeded(seed)))).toEqual(whole);
  }), { numRuns: 3000 });
});

function isWithin(inner: OctetRange, outer: OctetRange): boolean {
  return inner.start >= outer.start && inner.end <= outer.end && inner.start <= inner.end;
}

/** What must hold of any structure, whatever the octets. */
function flaw(part: Part, octets: Buffer, place: OctetRange): string | undefined {
  if (!isWithin(part.header, place) || !isWithin(part.body, place) || part.header.end !== part.body.start) return 'a range out of place';
  let lines = 0;
  for (let at = part.body.start; at < part.body.end; at++) if (octets[at] === 0x0a) lines++;
  if (lines !== part.lines) return 'lines miscounted';
  if (part.type === 'multipart' && (part.parts?.length ?? 0) === 0) return 'a multipart without parts';
  if (part.type === 'message' && part.subtype === 'rfc822' && part.message === undefined) return 'a message without its message';
  let from = part.body.start;
  for (const child of part.parts ?? []) {
    const found = flaw(child, octets, { start: from, end: part.body.end });
    if (found !== undefined) return found;
    from = child.body.end;
  }
  return part.message === undefined ? undefined : flaw(part.message.part, octets, part.body);
}

test('whatever the octets are, they have a sound structure, and the same cut anywhere', () => {
  const random = seeded(17);
  const pieces = [
    'Content-Type: multipart/mixed; boundary=b\r\n', 'Content-Type: multipart/digest; boundary=c\n', 'Content-Type: message/rfc822\r\n', 'Subject: x\r\n', '\r\n', '\r\n', '\n', '\r',
    '--b\r\n', '--b\n', '--b', '--b--\r\n', '--b--', '--c\r\n', '--c--\n', '-', '--', ' ', 'x', '\r\n--b\r\n', '\r\n\r\n',
  ];
  let multiparts = 0;
  let wrong: string | undefined;
  for (const text of noise({ seed: 18, pieces, piecesMax: 14 })) {
    const octets = Buffer.from(`${random() < 0.7 ? 'Content-Type: multipart/mixed; boundary=b\r\n' : ''}${text}`, 'latin1');
    const whole = parsed(octets).structure;
    if (whole.parts !== undefined) multiparts++;
    const found = flaw(whole, octets, { start: 0, end: octets.length });
    if (found !== undefined) wrong ??= `${found}: ${JSON.stringify(text)}`;
    if (JSON.stringify(parsed(...cutUp(octets, random)).structure) !== JSON.stringify(whole)) wrong ??= `otherwise when cut: ${JSON.stringify(text)}`;
  }
  expect(multiparts).toBeGreaterThan(10_000);
  expect(wrong).toBeUndefined();
});
