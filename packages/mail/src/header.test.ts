import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { fieldText, findField, findFields, headerEnd, parseHeader } from './header.ts';
import { noise } from './testing/noise.ts';

function fieldsOf(text: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(text, 'latin1');
  return parseHeader(bytes).map((field) => [field.name, fieldText(bytes, field)]);
}

test('fields are found with their octets, whole and value', () => {
  const bytes = Buffer.from('From: ann@ash.test\r\nSubject: Hello\r\n there\r\n\r\nX-Body: no field\r\n');
  const [from, subject, ...others] = parseHeader(bytes);
  expect(others).toEqual([]);
  expect(from).toEqual({ name: 'From', key: 'from', range: { start: 0, end: 20 }, value: { start: 5, end: 18 } });
  expect(bytes.toString('latin1', subject?.range.start, subject?.range.end)).toBe('Subject: Hello\r\n there\r\n');
  expect(bytes.toString('latin1', subject?.value.start, subject?.value.end)).toBe(' Hello\r\n there');
});

test('a folded value is read on one line', () => {
  expect(fieldsOf('A: one\r\n two\r\n\tthree\r\n')).toEqual([['A', 'one two\tthree']]);
  expect(fieldsOf('A:\r\n one\r\n')).toEqual([['A', 'one']]);
  expect(fieldsOf('A: \r\nB:\r\n')).toEqual([['A', ''], ['B', '']]);
});

test('line feeds alone end lines too', () => {
  expect(fieldsOf('A: one\n two\nB: three\n\nC: body\n')).toEqual([['A', 'one two'], ['B', 'three']]);
});

test('a header may end with the octets, in the middle of a line', () => {
  expect(fieldsOf('A: one\r\nB: tw')).toEqual([['A', 'one'], ['B', 'tw']]);
  expect(fieldsOf('A: one\r')).toEqual([['A', 'one']]);
  expect(fieldsOf('')).toEqual([]);
});

test('a line that is no field is skipped with its continuations', () => {
  expect(fieldsOf('From ann Mon Nov 23\r\nA: one\r\n>From x\r\nno field\r\n goes on\r\nB: two\r\n: nameless\r\n')).toEqual([['A', 'one'], ['B', 'two']]);
  expect(fieldsOf(' lost: continuation\r\nA: one\r\n')).toEqual([['A', 'one']]);
  expect(fieldsOf('Gr\xfc\xdfe: x\r\nA: one\r\n')).toEqual([['A', 'one']]);
});

test('space before the colon was once allowed', () => {
  expect(fieldsOf('Subject : x\r\nTo\t: y\r\n')).toEqual([['Subject', 'x'], ['To', 'y']]);
});

test('a value is UTF-8 if it can be, else ISO 8859-1', () => {
  expect(fieldsOf('A: Gr\xc3\xbc\xc3\x9fe\r\nB: Gr\xfc\xdfe\r\n')).toEqual([['A', 'Grüße'], ['B', 'Grüße']]);
});

test('encoded words are left for who wants to read them', () => {
  expect(fieldsOf('Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n')).toEqual([['Subject', '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=']]);
});

test('stray CR and NUL do not get into a text', () => {
  expect(fieldsOf('A: x\ry\0z\r\n')).toEqual([['A', 'x y z']]);
});

test('a field is found by its name, the first one first', () => {
  const bytes = Buffer.from('A: one\r\na: two\r\nB: three\r\n');
  const fields = parseHeader(bytes);
  expect(findField(bytes, fields, 'a')).toBe('one');
  expect(findField(bytes, fields, 'c')).toBeUndefined();
  expect(findFields(fields, 'a')).toHaveLength(2);
});

test('the header ends behind the first empty line', () => {
  expect(headerEnd(Buffer.from('A: one\r\n\r\nbody\r\n\r\n'))).toBe(10);
  expect(headerEnd(Buffer.from('A: one\n\nbody'))).toBe(8);
  expect(headerEnd(Buffer.from('\r\nbody'))).toBe(2);
  expect(headerEnd(Buffer.from('A: one\r\n'))).toBe(8);
});

test('whatever the octets are, fields lie in order within them, and each is read from its own octets alone', () => {
  const pieces = ['A', 'Subject', ':', ': ', ' ', '\t', '\r\n', '\r\n', '\n', '\r', '\0', 'x', '\xff', '\xc3\xbc', '=?utf-8?Q?x?='];
  let wrong: string | undefined;
  for (const text of noise({ seed: 9, pieces, piecesMax: 14 })) {
    const bytes = Buffer.from(text, 'latin1');
    const end = headerEnd(bytes);
    let at = 0;
    for (const field of parseHeader(bytes)) {
      const alone = bytes.subarray(field.range.start, field.range.end);
      const isInOrder = field.range.start >= at && field.value.start > field.range.start && field.value.end >= field.value.start && field.range.end >= field.value.end && field.range.end <= end;
      const [again] = parseHeader(alone);
      if (!isInOrder || again === undefined || fieldText(alone, again) !== fieldText(bytes, field) || /[\r\n\0]/.test(fieldText(bytes, field))) wrong ??= JSON.stringify(text);
      at = field.range.end;
    }
  }
  expect(wrong).toBeUndefined();
});
