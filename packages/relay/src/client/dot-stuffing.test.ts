import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DotStuffer } from './dot-stuffing.ts';

/** What a receiver makes of the wire: RFC 5321 §4.5.2. Undefined if the final dot is missing or comes early. */
function received(wire: string): string | undefined {
  const lines = wire.split('\r\n');
  if (lines.pop() !== '' || lines.pop() !== '.') return undefined;
  if (lines.includes('.')) return undefined;
  return lines.map((line) => `${line.startsWith('.') ? line.slice(1) : line}\r\n`).join('');
}

function sent(chunks: readonly string[]): string {
  const stuffer = new DotStuffer();
  const octets = chunks.map((chunk) => stuffer.push(Buffer.from(chunk, 'latin1')).toString('latin1')).join('');
  return `${octets}${stuffer.isLineStart ? '' : '\r\n'}.\r\n`;
}

describe('Dot-stuffing', () => {
  it('doubles a dot at the start of a line, and no other', () => {
    expect(sent(['.a\r\nb.c\r\n..\r\n'])).toBe('..a\r\nb.c\r\n...\r\n.\r\n');
  });

  it('adds a line end before the final dot where the letter has none', () => {
    expect(sent(['no end'])).toBe('no end\r\n.\r\n');
  });

  it('sends an empty letter as its final dot', () => {
    expect(sent([])).toBe('.\r\n');
  });

  it('leaves a chunk without such dots as it is, uncopied', () => {
    const chunk = Buffer.from('plain text\r\n');
    expect(new DotStuffer().push(chunk)).toBe(chunk);
  });

  it('gives the receiver what was written, however the letter comes in pieces', () => {
    const piece = fc.array(fc.constantFrom('.', '\r\n', 'a', '..', '\r\n.'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(fc.property(piece, fc.array(fc.nat(24), { maxLength: 6 }), (letter, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, letter.length)).toSorted((one, other) => one - other), letter.length];
      const wire = sent(at.slice(1).map((end, index) => letter.slice(at[index], end)));
      expect(received(wire)).toBe(letter === '' || letter.endsWith('\r\n') ? letter : `${letter}\r\n`);
    }), { numRuns: 2000 });
  });
});
