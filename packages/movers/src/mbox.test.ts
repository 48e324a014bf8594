import { array, assert, constantFrom, integer, property, record, subarray } from 'fast-check';
import { expect, test } from 'vitest';
import { type MboxDialect, MboxIndex, type MboxIndexed } from './mbox-index.ts';
import { dateOfFromLine, MboxrdWriter, MboxUnquoter, readMboxHeader } from './mbox-letter.ts';

const FROM = 'From ann@ash.test Mon Nov 23 12:00:00 2026\n';

/** Writes a file in one of the dialects, as its programs do. */
function write(dialect: MboxDialect, bodies: readonly string[]): Buffer {
  return Buffer.from(bodies.map((body, number) => {
    const quoted = dialect === 'mboxcl2' ? body : body.replaceAll(dialect === 'mboxrd' ? /^(>*From )/gm : /^(From )/gm, '>$1');
    const length = dialect.startsWith('mboxcl') ? `Content-Length: ${Buffer.byteLength(quoted)}\n` : '';
    return `${FROM}Subject: letter ${number}\n${length}\n${quoted}\n`;
  }).join(''));
}

function index(file: Buffer, sizes: readonly number[] = [], told?: MboxDialect): MboxIndexed {
  const machine = new MboxIndex(told);
  let at = 0;
  for (const size of sizes) {
    machine.push(file.subarray(at, at + size));
    at += size;
  }
  machine.push(file.subarray(at));
  return machine.end();
}

function bodies(file: Buffer, { letters, dialect }: MboxIndexed, sizes: readonly number[] = []): readonly string[] {
  return letters.map(({ body, end }) => {
    const unquoter = new MboxUnquoter(dialect);
    const octets = file.subarray(body, end);
    const pieces: Buffer[] = [];
    let at = 0;
    for (const size of sizes) {
      pieces.push(unquoter.push(octets.subarray(at, at + size)));
      at += size;
    }
    pieces.push(unquoter.push(octets.subarray(at)), unquoter.end());
    return Buffer.concat(pieces).toString().replaceAll('\r\n', '\n');
  });
}

/** Lines that are hard to tell apart; a body ends in a line end. */
const line = constantFrom('', 'From here on', 'From ann@ash.test Mon Nov 23 12:00:00 2026', '>From there', 'words', 'Subject: no header', ' From', 'Fro');
const body = array(line, { minLength: 1, maxLength: 8 }).map((lines) => `${lines.join('\n')}\n`);
const cuts = array(integer({ min: 0, max: 40 }), { maxLength: 20 });

test.each(['mboxrd', 'mboxcl2'] as const)('what was written as %s is read, wherever it is cut', (dialect) => {
  assert(property(array(body, { minLength: 1, maxLength: 4 }), cuts, (letters, sizes) => {
    const file = write(dialect, letters);
    const told = index(file, sizes, dialect);
    expect(told).toEqual(index(file, [], dialect));
    expect(bodies(file, told, sizes)).toEqual(letters);
  }), { numRuns: 300 });
});

test.each(['mboxo', 'mboxcl'] as const)('what was written as %s is read, where it does not lose a difference itself', (dialect) => {
  const faithful = body.filter((text) => !/^>From /m.test(text));
  assert(property(array(faithful, { minLength: 1, maxLength: 4 }), cuts, (letters, sizes) => {
    const file = write(dialect, letters);
    expect(bodies(file, index(file, sizes, dialect), sizes)).toEqual(letters);
  }), { numRuns: 300 });
});

test('the dialect is found out from the file', () => {
  const quoting = ['It says\n>From above\n', 'plain\n'];
  expect(index(write('mboxrd', quoting)).dialect).toBe('mboxrd');
  expect(index(write('mboxo', ['From above\n'])).dialect).toBe('mboxo');
  expect(index(write('mboxcl', ['\nFrom above Mon 12:00\n'])).dialect).toBe('mboxcl');
  expect(index(write('mboxcl2', ['\nFrom above Mon 12:00:00\n', 'x\n']))).toMatchObject({ dialect: 'mboxcl2', letters: [{}, {}] });
});

test('a length that is wrong is not believed', () => {
  const file = Buffer.from(write('mboxcl2', ['one\n', 'two\n']).toString().replace('Content-Length: 4', 'Content-Length: 9000'));
  expect(bodies(file, index(file))).toEqual(['one\n', 'two\n']);
});

test('a line that begins with From and stands within a paragraph is no new letter', () => {
  const file = Buffer.from(`${FROM}Subject: x\n\nWe heard\nFrom Ann at 12:00 that\n\nFrom now on it is quiet\n`);
  expect(index(file).letters).toHaveLength(1);
});

test('what mail programs note in the header is told as flags and is no part of the letter', () => {
  const header = Buffer.from('Subject: x\nStatus: RO\nX-Status: AF\nX-Keywords: work  $Junk\n\tlater\nContent-Length: 12\nTo: eve@elm.test\n\n');
  const read = readMboxHeader(header, 'mboxcl2');
  expect(read.octets.toString()).toBe('Subject: x\r\nTo: eve@elm.test\r\n\r\n');
  expect(read.flags).toEqual(['\\Seen', '\\Answered', '\\Flagged', 'work', '$Junk']);
  expect(readMboxHeader(Buffer.from('Content-Length: 12\nX-Mozilla-Status: 0005\n\n'), 'mboxrd')).toEqual({ octets: Buffer.from('Content-Length: 12\r\n\r\n'), flags: ['\\Seen', '\\Flagged'] });
});

test('the date of a From line is in UTC unless it says otherwise', () => {
  const noon = Date.UTC(2026, 10, 23, 12);
  expect(dateOfFromLine('From ann@ash.test Mon Nov 23 12:00:00 2026')).toBe(noon);
  expect(dateOfFromLine('From - Mon Nov 23 14:00:00 2026 +0200')).toBe(noon);
  expect(dateOfFromLine('From ann@ash.test Mon Nov 23 12:00 GMT 2026')).toBe(noon);
  expect(dateOfFromLine('From here on')).toBeUndefined();
});

test('what our mboxrd writer wrote comes back octet for octet, with date and flags', () => {
  assert(property(array(record({ body, flags: subarray(['\\Seen', '\\Answered', '\\Flagged', '\\Draft', '\\Deleted', 'work', '$Forwarded']) }), { minLength: 1, maxLength: 4 }), cuts, (letters, sizes) => {
    const pieces: Buffer[] = [];
    const originals = letters.map(({ body: text }) => `Subject: x\r\nTo: eve@elm.test\r\n\r\n${text.replaceAll('\n', '\r\n')}`);
    for (const [at, { flags }] of letters.entries()) {
      const writer = new MboxrdWriter();
      pieces.push(writer.begin({ sender: 'ann@ash.test', internalDate: Date.UTC(2026, 10, 23, 12, at), flags }));
      let from = 0;
      const octets = Buffer.from(originals[at] ?? '');
      for (const size of sizes) {
        pieces.push(writer.push(octets.subarray(from, from + size)));
        from += size;
      }
      pieces.push(writer.push(octets.subarray(from)), writer.end());
    }
    const file = Buffer.concat(pieces);
    const indexed = index(file, sizes, 'mboxrd');
    const back = indexed.letters.map((letter) => {
      const { octets, flags } = readMboxHeader(file.subarray(letter.header, letter.body), 'mboxrd');
      const unquoter = new MboxUnquoter('mboxrd');
      return { octets: `${octets.toString()}${Buffer.concat([unquoter.push(file.subarray(letter.body, letter.end)), unquoter.end()]).toString()}`, flags: flags.toSorted(), date: dateOfFromLine(letter.fromLine) };
    });
    expect(back).toEqual(letters.map(({ flags }, at) => ({ octets: originals[at], flags: flags.toSorted(), date: Date.UTC(2026, 10, 23, 12, at) })));
  }), { numRuns: 300 });
});
