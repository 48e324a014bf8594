import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutUp, noise, seeded } from './testing/noise.ts';
import { createTransferDecoder } from './transfer-decoder.ts';
import { encodeQuotedPrintable } from './transfer-encoder.ts';

function decoded(encoding: string, ...chunks: readonly (string | Buffer)[]): string {
  const decoder = createTransferDecoder(encoding);
  const pieces = chunks.map((chunk) => decoder.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk));
  return Buffer.concat([...pieces, decoder.end()]).toString('latin1');
}

test.each([
  ['SGVsbG8=', 'Hello'],
  ['SGVs\r\nbG8=\r\n', 'Hello'],
  ['SGVsbG8', 'Hello'],
  ['SGVs*bG8=', 'Hello'],
  ['SGVsbG8=SGVsbG8=', 'HelloHello'],
  ['SGVsbG8=\r\n--footer', 'Hello~\x8a-z'],
  ['', ''],
  ['=', ''],
  ['A', ''],
])('base64 %j reads %j', (written, read) => {
  expect(decoded('BASE64', written)).toBe(read);
});

test.each([
  ['Gr=FC=DFe', 'Gr\xfc\xdfe'],
  ['Gr=fc', 'Gr\xfc'],
  ['soft =\r\nbreak', 'soft break'],
  ['soft =  \r\nbreak', 'soft break'],
  ['soft =\nbreak', 'soft break'],
  ['padding  \t\r\nline', 'padding\r\nline'],
  ['padding  \nline', 'padding\nline'],
  ['inner  space', 'inner  space'],
  ['a=b', 'a=b'],
  ['a=', 'a'],
  ['a=4', 'a=4'],
  ['a=4\r\nb', 'a=4\r\nb'],
  ['==41', '=A'],
  ['bare\rCR', 'bare\rCR'],
  ['end  ', 'end'],
])('quoted-printable %j reads %j', (written, read) => {
  expect(decoded('Quoted-Printable', written)).toBe(read);
});

test('any other encoding leaves the octets as they are', () => {
  for (const encoding of ['7bit', '8bit', 'binary', 'x-unknown', '']) expect(decoded(encoding, 'a=41\r\n', 'b')).toBe('a=41\r\nb');
});

test('base64 is read as the platform writes it, cut anywhere', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer(), (octets, seed) => {
    const written = Buffer.from(octets).toString('base64').replaceAll(/.{20}/g, '$&\r\n');
    expect(decoded('base64', ...cutUp(Buffer.from(written), seeded(seed)))).toBe(Buffer.from(octets).toString('latin1'));
  }), { numRuns: 3000 });
});

test('quoted-printable is read as we write it, in short lines of ASCII', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(' ', '\t', '=', '.', '\n', 'ü', 'a'.repeat(80)), fc.string({ unit: 'grapheme', maxLength: 4 })), { maxLength: 30 }).map((pieces) => pieces.join('').toWellFormed());
  fc.assert(fc.property(text, (original) => {
    const written = encodeQuotedPrintable(original);
    expect(written).toMatch(/^[\t\r\n\x20-\x7e]*$/);
    for (const line of written.split('\r\n')) {
      expect(line.length).toBeLessThanOrEqual(76);
      expect(line).not.toMatch(/[ \t]$|^\.|\r/);
    }
    expect(Buffer.from(decoded('quoted-printable', written), 'latin1').toString()).toBe(original.replaceAll(/\r?\n/g, '\r\n'));
  }), { numRuns: 3000 });
});

test.each(['base64', 'quoted-printable'])('no %s makes the decoder stumble, and it reads the same cut anywhere', (encoding) => {
  const random = seeded(13);
  const pieces = ['=', '=3D', '=C3', 'A', 'Zz', '+/', '\r\n', '\n', '\r', ' ', '\t', '= \r\n', '\0', '\xff', '=='];
  let wrong: string | undefined;
  for (const text of noise({ seed: 14, pieces, piecesMax: 14 })) {
    const octets = Buffer.from(text, 'latin1');
    if (decoded(encoding, octets) !== decoded(encoding, ...cutUp(octets, random))) wrong ??= JSON.stringify(text);
  }
  expect(wrong).toBeUndefined();
});

test('white space without end does not pile up', () => {
  const decoder = createTransferDecoder('quoted-printable');
  const spaces = Buffer.alloc(10_000, ' ');
  expect(decoder.push(spaces).length + decoder.push(spaces).length).toBeGreaterThan(18_000);
});
