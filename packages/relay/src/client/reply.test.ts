import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { type Reply, ReplyReader, replyText } from './reply.ts';

function readAll(pieces: readonly Buffer[]): readonly (Reply | 'malformed')[] {
  const reader = new ReplyReader();
  const replies: (Reply | 'malformed')[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
      replies.push(reply);
      if (reply === 'malformed') return replies;
    }
  }
  return replies;
}

const read = (text: string) => readAll([Buffer.from(text, 'latin1')]);

describe('A reply', () => {
  it('is a code and a text (RFC 5321 §4.2)', () => {
    expect(read('250 2.1.0 Fine\r\n')).toEqual([{ code: 250, lines: ['2.1.0 Fine'] }]);
  });

  it('may have several lines', () => {
    expect(read('250-mx.elm.test\r\n250-SIZE 100\r\n250 HELP\r\n')).toEqual([{ code: 250, lines: ['mx.elm.test', 'SIZE 100', 'HELP'] }]);
  });

  it('may have no text at all', () => {
    expect(read('354\r\n250 \r\n')).toEqual([{ code: 354, lines: [''] }, { code: 250, lines: [''] }]);
  });

  it('may end its lines with a bare line feed', () => {
    expect(read('220 hello\n')).toEqual([{ code: 220, lines: ['hello'] }]);
  });

  it('shows no control characters', () => {
    expect(read('550 \u001b[31mno\u0000\r\n')).toEqual([{ code: 550, lines: [' [31mno '] }]);
  });

  it('is cut to a bearable length when told to others', () => {
    expect(replyText({ code: 550, lines: ['x'.repeat(600), 'y'.repeat(600)] })).toHaveLength(1000);
  });

  it.each([
    'hello\r\n', '25 short\r\n', '1000 long\r\n', '099 low\r\n', '600 high\r\n', '250:colon\r\n', '\r\n', 'HTTP/1.1 400 Bad Request\r\n',
    `250 ${'x'.repeat(5000)}\r\n`, 'y'.repeat(5000), '250-again\r\n'.repeat(300), '\u0016\u0003\u0001\n',
  ])('that is none is malformed, and nothing after it is read: %j', (text) => {
    expect(read(text)).toEqual(['malformed']);
  });
});

describe('The reply reader', () => {
  it('reads the same wherever the octets are cut', () => {
    const stream = Buffer.from('220-mx\r\n220 ok\n250 1\r\n250-2\r\n250-3\r\n250 4\r\n550 5.1.1 grüße\r\nrubbish\r\n');
    const whole = readAll([stream]);
    expect(whole).toHaveLength(5);
    fc.assert(fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.toSorted((one, other) => one - other), stream.length];
      expect(readAll(at.slice(1).map((end, index) => stream.subarray(at[index], end)))).toEqual(whole);
    }));
  });

  it('survives 100,000 random inputs, and every reply it gives is one', () => {
    const random = seededRandom(5321);
    const alphabet = ['2', '5', '4', '0', '1', ' ', '-', '\r\n', '\n', '\r', 'x', '\u0000', 'ü'];
    let replies = 0;
    for (let round = 0; round < 100_000; round += 1) {
      const text = Array.from(random.bytes(1 + (round % 20)), (octet) => alphabet[octet % alphabet.length]).join('');
      for (const reply of read(`250-${text}\r\n250 x\r\n`)) {
        if (reply === 'malformed') continue;
        replies += 1;
        if (reply.code < 200 || reply.code > 599 || reply.lines.length === 0) throw new Error(JSON.stringify(text));
      }
    }
    expect(replies).toBeGreaterThan(1000);
  });
});
