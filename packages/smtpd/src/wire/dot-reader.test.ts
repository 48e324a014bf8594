import { expect, test } from 'vitest';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { DotReader } from './dot-reader.ts';

type Mode = 'refused' | 'normalised';

function read(wire: string, mode: Mode = 'normalised', cuts: readonly number[] = []): { content: string; rest: string | undefined; trouble: string | undefined } {
  const reader = new DotReader(mode);
  const octets = Buffer.from(wire, 'latin1');
  const edges = [0, ...cuts, octets.length];
  let content = '';
  for (const [index, start] of edges.slice(0, -1).entries()) {
    const end = edges[index + 1] ?? octets.length;
    const reading = reader.push(octets.subarray(start, end));
    content += reading.content.toString('latin1');
    if (reading.rest !== undefined) {
      return { content, rest: reading.rest.toString('latin1') + octets.subarray(end).toString('latin1'), trouble: reader.trouble };
    }
  }
  return { content, rest: undefined, trouble: reader.trouble };
}

/** The same, told as slowly and plainly as possible: mend the line ends first, then take out dots, then NULs. */
function plainly(wire: string): { content: string; rest: string | undefined } {
  let end = wire.length;
  let rest: string | undefined;
  if (wire.startsWith('.\r\n')) [end, rest] = [0, wire.slice(3)];
  const at = wire.indexOf('\r\n.\r\n');
  if (rest === undefined && at !== -1) [end, rest] = [at + 2, wire.slice(at + 5)];
  const mended = wire.slice(0, end).replaceAll(/\r+\n/g, '\n').replaceAll('\r', '\n').replaceAll('\n', '\r\n');
  return { content: mended.replaceAll(/(^|\n)\.(?!\r\n)/g, '$1').replaceAll('\0', ''), rest };
}

test('a letter ends at CRLF.CRLF, and what follows is not part of it', () => {
  expect(read('Subject: x\r\n\r\nHello\r\n.\r\nQUIT\r\n')).toEqual({ content: 'Subject: x\r\n\r\nHello\r\n', rest: 'QUIT\r\n', trouble: undefined });
});

test('a letter may be empty', () => {
  expect(read('.\r\n')).toEqual({ content: '', rest: '', trouble: undefined });
});

test('a dot that was put in front of a line is taken out', () => {
  expect(read('..\r\n...\r\n.a\r\na.\r\n.\r\n').content).toBe('.\r\n..\r\na\r\na.\r\n');
});

test.each([
  ['\n.\n', 'bare-lf'], ['\n.\r\n', 'bare-lf'], ['\r\n.\n', 'bare-lf'], ['\r.\r\n', 'bare-cr'], ['\r\n.\r', 'bare-cr'],
  ['\r.\r', 'bare-cr'], ['\r\n\0.\r\n', 'nul'], ['\n.\r', 'bare-lf'],
])('%j does not end a letter', (end, trouble) => {
  const { rest, trouble: noticed } = read(`a${end}MAIL FROM:<x@ash.test>\r\n.\r\n`, 'refused');
  expect(rest).toBe('');
  expect(noticed).toBe(trouble);
  expect(read(`a${end}b\r\n.\r\n`).rest).toBe('');
});

test('line ends are put right before dots are taken out', () => {
  expect(read('a\n..\r\nb\n.c\rd\r..e\r\n.\r\n').content).toBe('a\r\n.\r\nb\r\nc\r\nd\r\n.e\r\n');
});

test('a lone dot between bare line ends is kept, as a line', () => {
  expect(read('a\n.\nb\n.\r\nc\r\n.\nd\r\n.\r\n').content).toBe('a\r\n.\r\nb\r\n.\r\nc\r\n.\r\nd\r\n');
});

test('CR CR LF is one line end, CR CR are two', () => {
  expect(read('a\r\r\nb\r\rc\r\n.\r\n').content).toBe('a\r\nb\r\n\r\nc\r\n');
});

test('NUL is noticed, and dropped where line ends are put right', () => {
  expect(read('a\0b\r\n.\r\n')).toMatchObject({ content: 'ab\r\n', trouble: 'nul' });
});

test('octets over 127 are noticed', () => {
  const reader = new DotReader('refused');
  reader.push(Buffer.from('plain\r\n'));
  expect(reader.isEightBit).toBe(false);
  reader.push(Buffer.from('grün\r\n'));
  expect(reader.isEightBit).toBe(true);
});

test('an untouched letter is not copied', () => {
  const chunk = Buffer.from('Subject: x\r\n\r\nHello\r\n.\r\n');
  expect(new DotReader('refused').push(chunk).content.buffer).toBe(chunk.buffer);
});

test('cut anywhere, and mended plainly, 100,000 letters of line ends and dots read the same', () => {
  const random = seededRandom(7);
  const alphabet = ['\r', '\n', '.', '\r\n', '\r\n.', 'a', '\0', '\r\n..', 'word '];
  const pick = (max: number): number => Math.floor(random.fraction() * max);
  for (let round = 0; round < 100_000; round += 1) {
    let wire = '';
    for (let pieces = pick(12); pieces > 0; pieces -= 1) wire += alphabet[pick(alphabet.length)] ?? '';
    wire += '\r\n.\r\nQUIT';
    const cuts = [pick(wire.length + 1), pick(wire.length + 1), pick(wire.length + 1)].sort((a, b) => a - b);
    const whole = read(wire);
    const expected = plainly(wire);
    if (whole.content !== expected.content || whole.rest !== expected.rest) expect({ wire, ...whole }).toEqual({ wire, ...expected });
    const pieces = read(wire, 'normalised', cuts);
    if (pieces.content !== whole.content || pieces.rest !== whole.rest || pieces.trouble !== whole.trouble) {
      expect({ wire, cuts, ...pieces }).toEqual({ wire, cuts, ...whole });
    }
    const strict = read(wire, 'refused');
    const isClean = strict.trouble === undefined;
    if (strict.rest !== whole.rest || strict.trouble !== whole.trouble || (isClean && strict.content !== whole.content)) {
      expect({ wire, ...strict }).toEqual({ wire, ...whole });
    }
  }
});

test('what a client stuffs comes back as it was, and dots at line starts cost no copies of copies', () => {
  const letter = '.\r\n..\r\n.a\r\n\r\n'.repeat(20_000);
  const stuffed = letter.replaceAll(/^\./gm, '..');
  const reader = new DotReader('refused');
  const wire = Buffer.from(`${stuffed}.\r\n`);
  const pieces: Buffer[] = [];
  for (let start = 0; start < wire.length; start += 65_536) pieces.push(reader.push(wire.subarray(start, start + 65_536)).content);
  expect(Buffer.concat(pieces).toString()).toBe(letter);
  // One piece for each chunk, however many dots it holds.
  expect(pieces.length).toBe(Math.ceil(wire.length / 65_536));
});
