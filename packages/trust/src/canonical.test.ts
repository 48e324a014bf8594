import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RelaxedBody, relaxedField } from './canonical.ts';

function relaxed(...chunks: readonly string[]): string {
  const out: string[] = [];
  const body = new RelaxedBody((octets) => out.push(octets.toString('latin1')));
  for (const chunk of chunks) body.push(Buffer.from(chunk, 'latin1'));
  body.end();
  return out.join('');
}

/** The same by the words of RFC 6376 §3.4.4, on the whole body at once. */
function byTheBook(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replaceAll(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Bodies of what matters: spaces, line ends, halves of them, and a little else. */
const bodies = fc.array(fc.constantFrom(' ', '\t', '\r\n', '\r', '\n', '.', 'a', 'bc', '\xe9', '\r\n\r\n\r\n'), { maxLength: 40 }).map((pieces) => pieces.join(''));

describe('A body in relaxed form', () => {
  test('is the one of the RFC\'s example', () => {
    expect(relaxed(' C \r\nD \t E\r\n\r\n\r\n')).toBe(' C\r\nD E\r\n');
  });

  test('is nothing when there is nothing but empty lines', () => {
    for (const body of ['', '\r\n', '\r\n\r\n', ' \t\r\n  \r\n', '   ']) expect(relaxed(body)).toBe('');
  });

  test('has an end of line at its end', () => {
    expect(relaxed('a')).toBe('a\r\n');
    expect(relaxed('a  ')).toBe('a\r\n');
  });

  test('keeps any number of empty lines inside', () => {
    const gap = '\r\n'.repeat(5_000);
    expect(relaxed(`a${gap}b`)).toBe(`a${gap}b\r\n`);
    expect(relaxed(`${gap}b${gap}`)).toBe(`${gap}b\r\n`);
  });

  test('is what the RFC says of 100,000 random bodies, cut anywhere', () => {
    fc.assert(fc.property(bodies, fc.nat(), (body, at) => {
      const cut = body.length === 0 ? 0 : at % body.length;
      expect(relaxed(body.slice(0, cut), body.slice(cut))).toBe(byTheBook(body));
    }), { numRuns: 30_000 });
    fc.assert(fc.property(bodies, (body) => {
      expect(relaxed(...body.split(''))).toBe(byTheBook(body));
    }), { numRuns: 70_000 });
  });
});

test('A header field in relaxed form is the one of the RFC\'s example', () => {
  expect(relaxedField('A: X\r\n')).toBe('a:X');
  expect(relaxedField('B : Y\t\r\n\tZ  \r\n')).toBe('b:Y Z');
  expect(relaxedField('Empty:\r\n')).toBe('empty:');
});
