import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { LineEndingNormaliser, LineEndings } from './line-endings.ts';
import { cutUp, noise, seeded } from './testing/noise.ts';

function found(...chunks: readonly Buffer[]): string {
  const endings = new LineEndings();
  for (const chunk of chunks) endings.push(chunk);
  endings.end();
  return [endings.hasBareCr ? 'CR' : '', endings.hasBareLf ? 'LF' : '', endings.hasNul ? 'NUL' : '', endings.isClean ? 'clean' : ''].filter((word) => word !== '').join(' ');
}

function normal(...chunks: readonly Buffer[]): string {
  const normaliser = new LineEndingNormaliser();
  return Buffer.concat(chunks.map((chunk) => normaliser.push(chunk))).toString('latin1');
}

test.each([
  ['', 'clean'],
  ['a\r\nb\r\n', 'clean'],
  ['\r\n\r\n', 'clean'],
  ['a\nb', 'LF'],
  ['\n', 'LF'],
  ['a\rb', 'CR'],
  ['a\r', 'CR'],
  ['\r\r\n', 'CR'],
  ['\r\n\n', 'LF'],
  ['a\0b', 'NUL'],
  ['\r\0\n', 'CR LF NUL'],
])('in %j is found: %s', (text, faults) => {
  expect(found(Buffer.from(text))).toBe(faults);
});

test.each([
  ['a\r\nb\r\n', 'a\r\nb\r\n'],
  ['a\nb\n', 'a\r\nb\r\n'],
  ['a\rb', 'a\r\nb'],
  ['a\r', 'a\r\n'],
  ['\r\r\n', '\r\n\r\n'],
  ['\n\r', '\r\n\r\n'],
  ['a\0b', 'ab'],
  ['\r\0\n', '\r\n'],
  ['a\n.\r\nb', 'a\r\n.\r\nb'],
])('%j is put right as %j', (text, right) => {
  expect(normal(Buffer.from(text))).toBe(right);
});

test('what is right already is not copied', () => {
  const chunk = Buffer.from('a\r\nb\r\n');
  expect(new LineEndingNormaliser().push(chunk)).toBe(chunk);
});

test('whatever the octets are: cut anywhere the same is found, and put right it is clean and stays as it is', () => {
  const random = seeded(15);
  let wrong: string | undefined;
  for (const text of noise({ seed: 16, pieces: ['a', '\r', '\n', '\r\n', '\0', 'bc', '.'], piecesMax: 10 })) {
    const octets = Buffer.from(text);
    const chunks = cutUp(octets, random);
    // Said in another way: without NUL, any of the three line ends is CRLF.
    const right = text.replaceAll('\0', '').replaceAll(/\r\n|\r|\n/g, '\r\n');
    const isAlike = found(...chunks) === found(octets) && normal(octets) === right && normal(...chunks) === right && normal(Buffer.from(right)) === right;
    if (!isAlike || found(Buffer.from(right)) !== 'clean' || (found(octets) === 'clean') !== (right === text)) wrong ??= JSON.stringify(text);
  }
  expect(wrong).toBeUndefined();
});
