import { createSocket } from 'node:dgram';
import { encode } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { DnsFault, type Resolver } from '../resolver.ts';
import { SimClock } from '../sim/clock.ts';
import { seededRandom } from '../sim/random.ts';
import type { Zone } from '../zone.ts';
import { realClock } from './clock.ts';
import { type DnsServer, type DnsServerOptions, type DnsServerQuestion, type DnsTrouble, startDnsServer } from './dns-server.ts';
import { nodeNet } from './net.ts';
import { createStubResolver } from './resolver.ts';

const zone: Zone = {
  'elm.test': {
    a: ['192.0.2.1', '192.0.2.2'],
    aaaa: ['2001:0DB8:0::1'],
    mx: [{ preference: 20, exchange: 'MX2.elm.test' }, { preference: 10, exchange: 'mx1.elm.test' }],
    txt: ['v=spf1 -all', 'x'.repeat(700)],
  },
  'www.elm.test': { cname: 'web.elm.test' },
  'web.elm.test': { cname: 'elm.test' },
  'mail.elm.test': { cname: 'nowhere.test' },
  'null.test': { mx: [{ preference: 0, exchange: '' }] },
  'deep.below.oak.test': { a: ['192.0.2.9'] },
  '192.0.2.1': { ptr: ['mx1.elm.test'] },
  '2001:db8::1': { ptr: ['mx1.elm.test'] },
  '_25._tcp.mx1.elm.test': { tlsa: [{ usage: 3, selector: 1, matchingType: 1, certificate: Buffer.alloc(32, 7) }] },
  'odd.test': { mx: [{ preference: 1, exchange: 'a b\r\nc.test' }] },
};

const open: DnsServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

interface Laboratory {
  readonly clock: SimClock;
  readonly resolver: Resolver;
  readonly asked: DnsServerQuestion[];
}

/** A resolver and its servers; `trouble` of each is asked first. */
async function laboratory(troubles: readonly (DnsServerOptions['trouble'])[] = [undefined], more: Partial<DnsServerOptions> = {}): Promise<Laboratory> {
  const clock = new SimClock();
  const asked: DnsServerQuestion[] = [];
  const servers: string[] = [];
  for (const trouble of troubles) {
    const server = await startDnsServer({
      zone,
      ...more,
      trouble: (question) => {
        asked.push(question);
        return trouble?.(question);
      },
    });
    open.push(server);
    servers.push(`${server.address}:${server.port}`);
  }
  return { clock, asked, resolver: createStubResolver({ servers, clock, random: seededRandom(1), net: nodeNet }) };
}

/** The same trouble for each question, and a promise for when the n-th was asked. */
function always(trouble: DnsTrouble): { trouble: () => DnsTrouble; heard: (count: number) => Promise<void> } {
  let count = 0;
  const waiting: { readonly wanted: number; readonly resolve: () => void }[] = [];
  return {
    trouble: () => {
      count += 1;
      for (const { wanted, resolve } of waiting) if (wanted <= count) resolve();
      return trouble;
    },
    heard: (wanted) => new Promise<void>((resolve) => {
      if (count >= wanted) resolve();
      else waiting.push({ wanted, resolve });
    }),
  };
}

describe('A stub resolver', () => {
  test('finds the records of a name, of each type', async () => {
    const { resolver } = await laboratory();
    expect(await resolver.a('elm.test')).toStrictEqual({ kind: 'found', records: ['192.0.2.1', '192.0.2.2'], isAuthentic: false });
    expect(await resolver.aaaa('ELM.test.')).toStrictEqual({ kind: 'found', records: ['2001:db8::1'], isAuthentic: false });
    expect(await resolver.mx('elm.test')).toStrictEqual({
      kind: 'found', records: [{ preference: 20, exchange: 'mx2.elm.test' }, { preference: 10, exchange: 'mx1.elm.test' }], isAuthentic: false,
    });
    expect(await resolver.txt('elm.test')).toStrictEqual({ kind: 'found', records: ['v=spf1 -all', 'x'.repeat(700)], isAuthentic: false });
    expect(await resolver.ptr('192.0.2.1')).toMatchObject({ records: ['mx1.elm.test'] });
    expect(await resolver.ptr('2001:db8:0:0::1')).toMatchObject({ records: ['mx1.elm.test'] });
    expect(await resolver.tlsa('_25._tcp.mx1.elm.test')).toMatchObject({
      records: [{ usage: 3, selector: 1, matchingType: 1, certificate: Buffer.alloc(32, 7) }],
    });
  });

  test('tells a name without such records from a name that does not exist', async () => {
    const { resolver } = await laboratory();
    expect(await resolver.mx('web.elm.test')).toMatchObject({ kind: 'found' });
    expect(await resolver.tlsa('elm.test')).toStrictEqual({ kind: 'none', isAuthentic: false });
    expect(await resolver.a('below.oak.test')).toStrictEqual({ kind: 'none', isAuthentic: false });
    expect(await resolver.a('birch.test')).toStrictEqual({ kind: 'no-name', isAuthentic: false });
  });

  test('shows a null MX as an empty exchange', async () => {
    const { resolver } = await laboratory();
    expect(await resolver.mx('null.test')).toMatchObject({ kind: 'found', records: [{ preference: 0, exchange: '' }] });
  });

  test('follows aliases, also to a name that does not exist', async () => {
    const { resolver } = await laboratory();
    expect(await resolver.a('www.elm.test')).toMatchObject({ records: ['192.0.2.1', '192.0.2.2'] });
    expect(await resolver.a('mail.elm.test')).toMatchObject({ kind: 'no-name' });
  });

  test('reports answers that the server validated', async () => {
    const { resolver } = await laboratory([undefined], { isAuthentic: true });
    expect(await resolver.a('elm.test')).toMatchObject({ kind: 'found', isAuthentic: true });
    expect(await resolver.a('birch.test')).toMatchObject({ kind: 'no-name', isAuthentic: true });
  });

  test('asks again by TCP when an answer does not fit', async () => {
    const { resolver, asked } = await laboratory([({ transport }) => (transport === 'udp' ? 'truncated' : undefined)]);
    expect(await resolver.a('elm.test')).toMatchObject({ records: ['192.0.2.1', '192.0.2.2'] });
    expect(asked.map(({ transport }) => transport)).toStrictEqual(['udp', 'tcp']);
  });

  test('gets answers larger than a datagram', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${index} ${'y'.repeat(400)}`);
    const { resolver } = await laboratory([undefined], { zone: { 'big.test': { txt: texts } } });
    expect(await resolver.txt('big.test')).toMatchObject({ records: texts });
  });

  test('is not deceived by answers with a wrong id or a wrong question', async () => {
    const { resolver } = await laboratory([() => 'forged']);
    expect(await resolver.a('elm.test')).toMatchObject({ records: ['192.0.2.1', '192.0.2.2'] });
  });

  test('does without EDNS0 where a server does not know it', async () => {
    const { resolver, asked } = await laboratory([() => 'no-edns']);
    expect(await resolver.a('elm.test')).toMatchObject({ kind: 'found' });
    expect(asked).toHaveLength(2);
  });

  test('asks the next server when one fails or refuses', async () => {
    const { resolver, asked } = await laboratory([() => 'failure', () => 'refused', undefined]);
    expect(await resolver.a('elm.test')).toMatchObject({ kind: 'found' });
    expect(asked).toHaveLength(3);
  });

  test('asks the next server when one is silent, and again when all are', async () => {
    const first = always('silent');
    const second = always('silent');
    const { resolver, clock } = await laboratory([first.trouble, second.trouble]);
    const outcome = Promise.allSettled([resolver.a('elm.test')]);
    for (const [round, timeout] of [1_500, 3_000, 5_000].entries()) {
      await first.heard(round + 1);
      await clock.advance(timeout);
      await second.heard(round + 1);
      await clock.advance(timeout);
    }
    expect(await outcome).toMatchObject([{ status: 'rejected', reason: { name: 'DnsFault' } }]);
    expect(clock.waiting).toBe(0);
  });

  test('says DnsFault when every server fails, and asks anew the next time', async () => {
    let isBroken = true;
    const { resolver, asked } = await laboratory([() => (isBroken ? 'failure' : undefined)]);
    await expect(resolver.mx('elm.test')).rejects.toMatchObject({ name: 'DnsFault', message: 'no answer about MX of elm.test' });
    expect(asked).toHaveLength(3);
    isBroken = false;
    expect(await resolver.mx('elm.test')).toMatchObject({ kind: 'found' });
  });

  test('goes on when nobody listens at a server', async () => {
    const gone = await startDnsServer({ zone });
    await gone.close();
    const { clock } = await laboratory();
    const resolver = createStubResolver({ servers: [`${gone.address}:${gone.port}`], clock, random: seededRandom(2), net: nodeNet });
    await expect(resolver.a('elm.test')).rejects.toThrow(DnsFault);
  });

  test('remembers answers and denials for as long as they hold', async () => {
    const { resolver, clock, asked } = await laboratory([undefined], { ttlSeconds: 60 });
    for (let time = 0; time < 3; time += 1) {
      await resolver.a('elm.test');
      await resolver.a('birch.test');
    }
    expect(asked).toHaveLength(2);
    await clock.advance(60_000);
    await resolver.a('elm.test');
    await resolver.a('birch.test');
    expect(asked).toHaveLength(4);
  });

  test('remembers nothing that holds for no time', async () => {
    const { resolver, asked } = await laboratory([undefined], { ttlSeconds: 0 });
    await resolver.a('elm.test');
    await resolver.a('elm.test');
    expect(asked).toHaveLength(2);
  });

  test('asks once when many ask the same at the same time', async () => {
    const { resolver, asked } = await laboratory();
    const answers = await Promise.all(Array.from({ length: 50 }, () => resolver.a('elm.test')));
    expect(answers.every((answer) => answer.kind === 'found')).toBe(true);
    expect(asked).toHaveLength(1);
  });

  test('answers a thousand different questions at once', async () => {
    const { resolver } = await laboratory();
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => resolver.a(`n${index}.test`)));
    expect(answers.every((answer) => answer.kind === 'no-name')).toBe(true);
  });

  test('knows localhost itself, and asks nobody about what cannot be a name', async () => {
    const { resolver, asked } = await laboratory();
    expect(await resolver.a('localhost')).toMatchObject({ records: ['127.0.0.1'] });
    expect(await resolver.aaaa('mail.localhost')).toMatchObject({ records: ['::1'] });
    expect(await resolver.mx('localhost')).toMatchObject({ kind: 'none' });
    for (const name of ['', 'a..b', 'x.invalid', `${'a'.repeat(64)}.test`, 'müll.test', 'a b.test', `${'ab.'.repeat(90)}test`]) {
      expect(await resolver.a(name)).toMatchObject({ kind: 'no-name' });
    }
    expect(asked).toHaveLength(0);
  });

  test('lets no line break of a hostile name through', async () => {
    const { resolver } = await laboratory();
    expect(await resolver.mx('odd.test')).toMatchObject({ records: [{ exchange: 'a?b??c.test' }] });
  });

  test('refuses a server address that is none', () => {
    const rest = { clock: new SimClock(), random: seededRandom(1), net: nodeNet };
    for (const server of ['dns.test', '1.2.3', '127.0.0.1:70000', '[::1', '']) {
      expect(() => createStubResolver({ servers: [server], ...rest })).toThrow(TypeError);
    }
    for (const server of ['127.0.0.1', '127.0.0.1:5353', '::1', '[::1]', '[::1]:5353']) {
      expect(() => createStubResolver({ servers: [server], ...rest })).not.toThrow();
    }
  });
});

test('A resolver without servers named asks those of the system', () => {
  expect(() => createStubResolver({ clock: new SimClock(), random: seededRandom(1), net: nodeNet })).not.toThrow();
});

test('A DNS server goes on after 2,000 malformed questions', async () => {
  const server = await startDnsServer({ zone });
  open.push(server);
  const random = seededRandom(1035);
  const socket = createSocket('udp4');
  const good = encode({ type: 'query', id: 1, questions: [{ type: 'MX', name: 'elm.test' }], additionals: [] });
  for (let round = 0; round < 2_000; round += 1) {
    const octets = Buffer.from(good.subarray(0, round % 8 === 0 ? Math.floor(random.fraction() * good.length) : good.length));
    for (let change = 0; change < 1 + (round % 3) && octets.length > 0; change += 1) octets[Math.floor(random.fraction() * octets.length)] = Math.floor(random.fraction() * 256);
    await new Promise<void>((resolve) => { socket.send(octets, server.port, server.address, () => resolve()); });
  }
  socket.close();
  const resolver = createStubResolver({ servers: [`${server.address}:${server.port}`], clock: realClock, random: seededRandom(2), net: nodeNet });
  expect(await resolver.mx('elm.test')).toMatchObject({ kind: 'found' });
});

test('A DNS server says which port is taken', async () => {
  const server = await startDnsServer({ zone });
  open.push(server);
  await expect(startDnsServer({ zone, port: server.port })).rejects.toMatchObject({ name: 'NetFault', code: 'EADDRINUSE' });
});

