import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../net.ts';
import { SimClock, settle } from './clock.ts';
import { type NetTrouble, SimNet, type SimNetOptions } from './net.ts';

const ASH = '10.0.0.1';
const ELM = '10.0.0.2';

interface Wire {
  readonly clock: SimClock;
  readonly net: SimNet;
  readonly near: Connection;
  readonly far: Connection;
}

/** A connection from ash to elm; what has come to each end so far can be read with `heard`. */
async function wire(trouble?: Omit<NetTrouble, 'to'>, options: Partial<SimNetOptions> = {}): Promise<Wire> {
  const clock = new SimClock();
  const net = new SimNet({ clock, ...options });
  if (trouble !== undefined) net.trouble({ to: ELM, ...trouble });
  let far: Connection | undefined;
  await net.host(ELM).listen({ host: ELM, port: 25 }, (connection) => { far = connection; });
  const connecting = net.host(ASH).connect({ host: ELM, port: 25 });
  await clock.advance(2 * (options.latency ?? 0));
  const near = await connecting;
  if (far === undefined) throw new Error('nobody was called');
  return { clock, net, near, far };
}

/** Everything that happens to a connection, as words. */
function listen(connection: Connection): string[] {
  const seen: string[] = [];
  connection.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
  connection.on('end', () => seen.push('<end>'));
  connection.on('error', (error: Error & { code?: string }) => seen.push(`<${error.code ?? error.message}>`));
  connection.on('close', () => seen.push('<close>'));
  return seen;
}

describe('A simulated network', () => {
  test('carries a dialogue, and ends it in order', async () => {
    const { near, far } = await wire();
    const [atNear, atFar] = [listen(near), listen(far)];
    near.write('EHLO ash.test\r\n');
    far.write('250 elm.test\r\n');
    await settle();
    near.end('QUIT\r\n');
    await settle();
    expect(atFar).toStrictEqual(['EHLO ash.test\r\n', 'QUIT\r\n', '<end>', '<close>']);
    expect(atNear).toStrictEqual(['250 elm.test\r\n', '<end>', '<close>']);
  });

  test('tells each end who is at the other', async () => {
    const { near, far } = await wire();
    expect([near.localAddress, near.remoteAddress, near.remotePort]).toStrictEqual([ASH, ELM, 25]);
    expect([far.localAddress, far.remoteAddress, far.localPort]).toStrictEqual([ELM, ASH, 25]);
    expect(far.remotePort).toBe(near.localPort);
  });

  test('takes its time when it has latency, and none of it passes by itself', async () => {
    const { clock, near, far } = await wire(undefined, { latency: 50 });
    const atFar = listen(far);
    near.write('a');
    await clock.advance(49);
    expect(atFar).toStrictEqual([]);
    await clock.advance(1);
    expect(atFar).toStrictEqual(['a']);
    near.destroy();
    await clock.advance(50);
    expect(atFar).toStrictEqual(['a', '<end>', '<close>']);
  });

  test('cuts into segments where told', async () => {
    const { near, far } = await wire(undefined, { segmentMax: 4 });
    const atFar = listen(far);
    near.write('EHLO ash.test');
    await settle();
    expect(atFar).toStrictEqual(['EHLO', ' ash', '.tes', 't']);
  });

  test('makes a writer wait for a reader that does not read, and loses nothing', async () => {
    const { near, far } = await wire();
    const letter = Buffer.alloc(3_000_000, 'x');
    let isWritten = false;
    near.write(letter, () => { isWritten = true; });
    near.end();
    await settle();
    expect(isWritten).toBe(false);
    expect(Buffer.concat(await far.toArray()).equals(letter)).toBe(true);
    expect(isWritten).toBe(true);
  });

  test('tells a writer whose reader is gone', async () => {
    const { near, far } = await wire();
    const atNear = listen(near);
    near.on('end', () => {});
    near.write('a');
    await settle();
    far.destroy();
    await settle();
    expect(atNear).toStrictEqual(['<end>', '<close>']);
    const second = await wire();
    const seen = listen(second.near);
    second.near.pause();
    second.near.write(Buffer.alloc(200_000));
    second.far.destroy();
    await settle();
    expect(seen).toStrictEqual(['<EPIPE>', '<close>']);
  });

  test('refuses, stays silent or is unreachable when told, so many times', async () => {
    const clock = new SimClock();
    const net = new SimNet({ clock });
    const ash = net.host(ASH);
    await net.host(ELM).listen({ host: ELM, port: 25 }, () => {});
    net.trouble({ to: ELM, port: 25, kind: 'refuse', times: 1 });
    await expect(ash.connect({ host: ELM, port: 25 })).rejects.toMatchObject({ name: 'NetFault', code: 'ECONNREFUSED' });
    await ash.connect({ host: ELM, port: 25 });
    const lasting = net.trouble({ to: ELM, kind: 'unreachable' });
    await expect(ash.connect({ host: ELM, port: 25 })).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
    await expect(ash.connect({ host: ELM, port: 25 })).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
    lasting.heal();
    net.trouble({ to: ELM, kind: 'silent' });
    const stop = new AbortController();
    const outcome = ash.connect({ host: ELM, port: 25 }, { signal: stop.signal });
    await clock.advance(3_600_000);
    stop.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'ECANCELED' });
  });

  test('refuses where nobody listens, and knows no strangers', async () => {
    const net = new SimNet({ clock: new SimClock() });
    const ash = net.host(ASH);
    net.host(ELM);
    await expect(ash.connect({ host: ELM, port: 25 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(ash.connect({ host: '10.9.9.9', port: 25 })).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
    await expect(ash.connect({ host: 'elm.test', port: 25 })).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(ash.connect({ path: '/run/x' })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(ash.connect({ host: '2001:db8::1', port: 25 })).rejects.toMatchObject({ name: 'NetFault' });
    await expect(ash.listen({ host: ELM, port: 25 }, () => {})).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  test('has one listener a place, until it closes', async () => {
    const net = new SimNet({ clock: new SimClock() });
    const elm = net.host(ELM, '2001:db8::2');
    const listening = await elm.listen({ host: '::', port: 25 }, () => {});
    await expect(elm.listen({ host: ELM, port: 25 }, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await listening.close();
    await elm.listen({ host: ELM, port: 25 }, () => {});
    const free = await elm.listen({ host: ELM, port: 0 }, () => {});
    expect(free.endpoint).toMatchObject({ host: ELM, port: expect.any(Number) });
  });

  test('keeps loopback and unix sockets within a host', async () => {
    const net = new SimNet({ clock: new SimClock() });
    const [ash, elm] = [net.host(ASH), net.host(ELM)];
    await ash.listen({ host: '127.0.0.1', port: 25 }, () => {});
    await ash.listen({ path: '/run/posthorn.sock' }, () => {});
    expect((await ash.connect({ host: '127.0.0.1', port: 25 })).remoteAddress).toBe('127.0.0.1');
    expect((await ash.connect({ path: '/run/posthorn.sock' })).remoteAddress).toBe('');
    await expect(elm.connect({ host: '127.0.0.1', port: 25 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(elm.connect({ path: '/run/posthorn.sock' })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('connects from the address asked for', async () => {
    const net = new SimNet({ clock: new SimClock() });
    const ash = net.host(ASH, '10.0.0.9', '2001:db8::1');
    await net.host(ELM, '2001:db8::2').listen({ host: '::', port: 25 }, () => {});
    expect((await ash.connect({ host: ELM, port: 25 }, { localAddress: '10.0.0.9' })).localAddress).toBe('10.0.0.9');
    expect((await ash.connect({ host: '2001:db8::2', port: 25 })).localAddress).toBe('2001:db8::1');
    await expect(ash.connect({ host: ELM, port: 25 }, { localAddress: '10.0.0.77' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});

describe('A wire that breaks', () => {
  test('by a reset delivers so many octets exactly, and both ends hear of it', async () => {
    for (const at of [0, 1, 5, 12]) {
      const { near, far } = await wire({ kind: 'reset', at });
      const [atNear, atFar] = [listen(near), listen(far)];
      near.write('MAIL ');
      near.write('FROM:<>\r\n');
      await settle();
      expect(atFar.slice(0, -2).join('')).toBe('MAIL FROM:<>\r\n'.slice(0, at));
      expect(atFar.slice(-2)).toStrictEqual(['<ECONNRESET>', '<close>']);
      expect(atNear).toStrictEqual(['<ECONNRESET>', '<close>']);
    }
  });

  test('by a close looks to each end as if the other had hung up', async () => {
    const { near, far } = await wire({ kind: 'close', direction: 'inward', at: 3 });
    const [atNear, atFar] = [listen(near), listen(far)];
    far.write('250 OK\r\n');
    await settle();
    expect(atNear).toStrictEqual(['250', '<end>', '<close>']);
    expect(atFar).toStrictEqual(['<end>', '<close>']);
  });

  test('half-open takes what is written, delivers nothing, and tells nobody', async () => {
    const { clock, near, far } = await wire({ kind: 'half-open', at: 4 });
    const [atNear, atFar] = [listen(near), listen(far)];
    near.write('DATA\r\n');
    await settle();
    far.write('354 go on\r\n');
    let isDone = false;
    near.write(Buffer.alloc(200_000), () => { isDone = true; });
    await clock.advance(86_400_000);
    expect([atNear, atFar]).toStrictEqual([[], ['DATA']]);
    // As with a real kernel, what does not get through does not go on for ever.
    expect(isDone).toBe(false);
    near.destroy();
    await clock.advance(1);
    expect([atNear, atFar]).toStrictEqual([['<close>'], ['DATA']]);
  });

  test('that is only late delivers the rest late, in order', async () => {
    const { clock, near, far } = await wire({ kind: 'delay', at: 2, ms: 1000 });
    const atFar = listen(far);
    near.write('abcd');
    near.end('ef');
    await clock.advance(999);
    expect(atFar).toStrictEqual(['ab']);
    await clock.advance(1);
    expect(atFar).toStrictEqual(['ab', 'cd', 'ef', '<end>', '<close>']);
  });

  test('breaks the same way every time', async () => {
    const run = async (): Promise<readonly string[]> => {
      const { clock, near, far } = await wire({ kind: 'reset', at: 1000 }, { latency: 7, segmentMax: 13 });
      const seen = listen(far);
      far.on('data', (chunk: Buffer) => far.write(chunk));
      const back = listen(near);
      for (let line = 0; line < 100; line += 1) near.write(`line ${line}\r\n`);
      await clock.advance(10_000);
      return [...seen, '|', ...back, String(clock.waiting)];
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(50);
    expect(await run()).toStrictEqual(first);
  });
});

test('A reader that comes late misses nothing', async () => {
  const { near, far } = await wire();
  near.end('220 ready\r\n');
  await settle();
  const [chunk] = await Promise.all([once(far, 'data'), settle()]);
  expect(String(chunk[0])).toBe('220 ready\r\n');
});
