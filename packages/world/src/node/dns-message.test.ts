import { encode } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../sim/random.ts';
import { encodeQuestion, isDnsName, readReply } from './dns-message.ts';

const question = { id: 7, name: 'elm.test', type: 'MX' } as const;

describe('An answer of DNS', () => {
  test('is read as it was written', () => {
    const octets = encode({
      type: 'response', id: 7, questions: [{ type: 'MX', name: 'elm.test' }],
      answers: [{ type: 'MX', name: 'elm.test', ttl: 30, data: { preference: 5, exchange: 'mx.elm.test' } }],
    });
    expect(readReply(octets, question)).toMatchObject({ code: 0, ttlSeconds: 30, records: { MX: [{ preference: 5, exchange: 'mx.elm.test' }] } });
  });

  test('holds only what was asked for: other names and types in it are left aside', () => {
    const octets = encode({
      type: 'response', id: 7, questions: [{ type: 'MX', name: 'elm.test' }],
      answers: [
        { type: 'MX', name: 'oak.test', ttl: 30, data: { preference: 5, exchange: 'mx.oak.test' } },
        { type: 'A', name: 'elm.test', ttl: 30, data: '192.0.2.1' },
      ],
    });
    expect(readReply(octets, question)).toMatchObject({ ttlSeconds: 0, records: { MX: [], A: [] } });
  });

  test('may go in circles with its aliases without keeping us', () => {
    const octets = encode({
      type: 'response', id: 7, questions: [{ type: 'MX', name: 'elm.test' }],
      answers: [{ type: 'CNAME', name: 'elm.test', ttl: 1, data: 'oak.test' }, { type: 'CNAME', name: 'oak.test', ttl: 1, data: 'elm.test' }],
    });
    expect(readReply(octets, question)).toMatchObject({ records: { MX: [] } });
  });

  test('of any octets whatever is an answer or none, never a crash', () => {
    const random = seededRandom(53);
    const good = encode({
      type: 'response', id: 7, questions: [{ type: 'MX', name: 'elm.test' }],
      answers: [
        { type: 'CNAME', name: 'elm.test', ttl: 1, data: 'oak.test' },
        { type: 'MX', name: 'oak.test', ttl: 30, data: { preference: 5, exchange: 'mx.elm.test' } },
        { type: 'TXT', name: 'oak.test', ttl: 30, data: ['some', 'text'] },
      ],
      authorities: [{ type: 'SOA', name: 'test', ttl: 9, data: { mname: 'ns.test', rname: 'who.test', minimum: 5 } }],
    });
    let answers = 0;
    const { stackTraceLimit } = Error;
    // The parser throws at what is no message; writing down where takes longer than all the rest.
    Error.stackTraceLimit = 0;
    for (let round = 0; round < 100_000; round += 1) {
      const octets = Buffer.from(good.subarray(0, round % 10 === 0 ? Math.floor(random.fraction() * good.length) : good.length));
      for (let change = 0; change < 1 + (round % 4) && octets.length > 0; change += 1) {
        octets[Math.floor(random.fraction() * octets.length)] = Math.floor(random.fraction() * 256);
      }
      if (readReply(octets, question) !== undefined) answers += 1;
    }
    Error.stackTraceLimit = stackTraceLimit;
    // Most changes hit what is not looked at, or what makes it no answer: both happen.
    expect(answers).toBeGreaterThan(1_000);
    expect(answers).toBeLessThan(99_000);
  });
});

test('A question asks for authentic data, recursion, and offers 1232 octets', () => {
  expect(encodeQuestion({ id: 258, name: 'elm.test', type: 'A' }, true).toString('hex'))
    .toBe('010201200001000000000001' /* header */.concat('03656c6d04746573740000010001' /* question */, '00002904d0000000000000' /* OPT */));
});

test('A name of DNS has labels of 1 to 63 and at most 253 characters', () => {
  for (const name of ['test', '_25._tcp.mx.elm.test', '1.2.0.192.in-addr.arpa', `${'a'.repeat(63)}.test`]) expect(isDnsName(name)).toBe(true);
  for (const name of ['', '.', 'a..b', '.a', 'a.', 'a b', 'ä.test', `${'a'.repeat(64)}.test`, 'a.'.repeat(127)]) expect(isDnsName(name)).toBe(false);
});
