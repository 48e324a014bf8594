import type { Parameters, Part } from '@posthorn/mail/structure.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBody } from './bodystructure.ts';
import { partsByImapflow } from './testing/imapflow.ts';
import { letterOf, NESTED } from './testing/letters.ts';
import { wordOf, type Word } from './testing/response-words.ts';

const EXTENDED = { isExtended: true } as const;
const text: Part = { type: 'text', subtype: 'plain', parameters: [], encoding: '7bit', header: { start: 0, end: 0 }, body: { start: 0, end: 3028 }, lines: 92 };

test('RFC 3501 §7.4.2: a text of 92 lines', () => {
  const part: Part = { ...text, type: 'TEXT', parameters: [['CHARSET', 'US-ASCII']] };
  expect(formatBody({ ...part, type: 'text' }, { isExtended: false })).toBe('("text" "plain" ("CHARSET" "US-ASCII") NIL NIL "7bit" 3028 92)');
  expect(formatBody({ ...part, type: 'text' }, EXTENDED)).toBe('("text" "plain" ("CHARSET" "US-ASCII") NIL NIL "7bit" 3028 92 NIL NIL NIL NIL)');
});

test('RFC 3501 §7.4.2: two texts in a multipart', () => {
  const part: Part = { ...text, type: 'multipart', subtype: 'mixed', parameters: [['boundary', 'x y']], parts: [text, { ...text, id: '<960723163407.20117h@cac.washington.edu>', description: 'Compiler diff', encoding: 'base64' }] };
  const parts = '("text" "plain" NIL NIL NIL "7bit" 3028 92)("text" "plain" NIL "<960723163407.20117h@cac.washington.edu>" "Compiler diff" "base64" 3028 92)';
  expect(formatBody(part, { isExtended: false })).toBe(`(${parts} "mixed")`);
  expect(formatBody(part, EXTENDED)).toContain(' "mixed" ("boundary" "x y") NIL NIL NIL)');
});

test('extension data is told in its order: MD5, disposition, language, location', () => {
  const part: Part = { ...text, type: 'image', subtype: 'png', md5: 'Q2hlY2s=', disposition: { type: 'attachment', parameters: [['filename', 'a "b".png']] }, language: ['de', 'en'], location: 'http://x.test/a' };
  expect(formatBody(part, EXTENDED)).toBe('("image" "png" NIL NIL NIL "7bit" 3028 "Q2hlY2s=" ("attachment" ("filename" "a \\"b\\".png")) ("de" "en") "http://x.test/a")');
  expect(formatBody({ ...part, language: ['de'], disposition: { type: 'inline', parameters: [] } }, EXTENDED)).toContain('("inline" NIL) "de" ');
});

test('a parameter beyond ASCII is told as RFC 2231 has it', () => {
  expect(formatBody({ ...text, parameters: [['name', 'Grüße (1).txt']] }, { isExtended: false })).toContain(`("name*" "utf-8''Gr%C3%BC%C3%9Fe%20%281%29.txt")`);
});

test('a description beyond ASCII is a literal', () => {
  expect(formatBody({ ...text, description: 'Grüße' }, { isExtended: false })).toContain('NIL {7}\r\nGrüße "7bit"');
});

test('an enclosed letter is told with its envelope, its structure and its lines', () => {
  const { structure } = letterOf('Content-Type: message/rfc822\n\nSubject: inner\n\nHello\n').summary;
  expect(formatBody(structure, { isExtended: false })).toBe(
    '("message" "rfc822" NIL NIL NIL "7bit" 25 (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 7 1) 3)',
  );
});

test('imapflow finds every part of a nested letter under its number', async () => {
  const { structure } = letterOf(NESTED).summary;
  expect(await partsByImapflow(formatBody(structure, EXTENDED))).toEqual([
    ' multipart/mixed', '1 text/plain', '2 application/octet-stream', '3 message/rfc822', '3 multipart/mixed', '3.1 text/plain', '3.2 application/octet-stream',
    '4 multipart/mixed', '4.1 image/gif', '4.2 message/rfc822', '4.2 multipart/mixed', '4.2.1 text/plain', '4.2.2 multipart/alternative', '4.2.2.1 text/plain', '4.2.2.2 text/richtext',
  ]);
});

const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
const free = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((one) => !one.includes('\0') && one.isWellFormed());
const range = fc.nat(9999).map((end) => ({ start: 0, end }));
const common = {
  parameters: fc.array(fc.tuple(word, free), { maxLength: 2 }), id: fc.option(word, { nil: undefined }), description: fc.option(free, { nil: undefined }), encoding: word, location: fc.option(free, { nil: undefined }),
  language: fc.option(fc.array(word, { maxLength: 3 }), { nil: undefined }), md5: fc.option(word, { nil: undefined }), header: range, body: range, lines: fc.nat(999),
  disposition: fc.option(fc.record({ type: word, parameters: fc.array(fc.tuple(word, free), { maxLength: 2 }) }), { nil: undefined }),
};

/** Without the keys that are undefined, as a parser leaves them out. */
function asPart(fields: object, more: Partial<Part>): Part {
  const blank = { ...text, ...more };
  return { ...blank, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}

const { part: anyPart } = fc.letrec<{ readonly part: Part }>((tie) => ({
  part: fc.oneof({ depthSize: 'small', maxDepth: 4 },
    fc.tuple(fc.record(common), fc.constantFrom('text', 'application', 'image')).map(([fields, type]) => asPart(fields, { type, subtype: 'x' })),
    fc.tuple(fc.record(common), fc.array(tie('part'), { minLength: 1, maxLength: 3 })).map(([fields, parts]) => asPart(fields, { type: 'multipart', subtype: 'mixed', parts })),
    fc.tuple(fc.record(common), tie('part')).map(([fields, part]) => asPart(fields, { type: 'message', subtype: 'rfc822', message: { envelope: NO_ENVELOPE, part } }))),
}));
const NO_ENVELOPE = { date: null, subject: null, from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [], inReplyTo: null, messageId: null };

function expectedParameters(parameters: Parameters): Word {
  const ascii = (value: string): boolean => /^[\x00-\x7f]*$/.test(value);
  return parameters.length === 0 ? null : parameters.flatMap(([name, value]) => (ascii(value) ? [name, value] : [`${name}*`, expect.stringMatching(/^utf-8''/)]));
}

function expected(part: Part): Word {
  const extension: readonly Word[] = [
    part.disposition === undefined ? null : [part.disposition.type, expectedParameters(part.disposition.parameters)],
    part.language === undefined || part.language.length === 0 ? null : part.language.length === 1 ? part.language[0] ?? null : part.language,
    part.location ?? null,
  ];
  if (part.parts !== undefined) return [...part.parts.map(expected), part.subtype, expectedParameters(part.parameters), ...extension];
  const { message } = part;
  return [
    part.type, part.subtype, expectedParameters(part.parameters), part.id ?? null, part.description ?? null, part.encoding, part.body.end - part.body.start,
    ...(message === undefined ? [] : [Array.from({ length: 10 }, () => null), expected(message.part), part.lines]),
    ...(part.type === 'text' ? [part.lines] : []),
    part.md5 ?? null, ...extension,
  ];
}

test('read is what was written, of any structure', () => {
  fc.assert(fc.property(anyPart, (part) => {
    expect(wordOf(formatBody(part, EXTENDED))).toEqual(expected(part));
  }), { numRuns: 2000 });
});
