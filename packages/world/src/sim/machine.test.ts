import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../net.ts';
import { SimClock, settle } from './clock.ts';
import { type Ending, SimMachine } from './machine.ts';
import { SimNet } from './net.ts';
import { SimResolver } from './resolver.ts';

const ASH = '10.0.0.1';
const ELM = '10.0.0.2';

let clock: SimClock;
let net: SimNet;
let dns: SimResolver;
let elm: SimMachine;

beforeEach(() => {
  clock = new SimClock(0);
  net = new SimNet({ clock });
  dns = new SimResolver({ 'ash.test': { a: [ASH] } });
  elm = new SimMachine({ clock, net, resolver: dns, addresses: [ELM] });
});

afterEach(() => elm.end('killed'));

/** A connection from ash to a program on elm; what each end hears. */
async function connected(): Promise<{ readonly near: Connection; readonly far: Connection; readonly atNear: string[]; readonly atFar: string[] }> {
  const { net: own } = elm.boot();
  const accepted: Connection[] = [];
  await own.listen({ host: ELM, port: 25 }, (connection) => accepted.push(connection));
  const near = await net.host(ASH).connect({ host: ELM, port: 25 });
  const [far] = accepted;
  if (far === undefined) throw new Error('nobody was called');
  return { near, far, atNear: heard(near), atFar: heard(far) };
}

function heard(connection: Connection): string[] {
  const seen: string[] = [];
  connection.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
  connection.on('end', () => seen.push('<end>'));
  connection.on('close', () => seen.push('<close>'));
  return seen;
}

async function isAnswered(promise: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  promise.then(() => { isOver = true; }, () => { isOver = true; });
  await clock.advance(86_400_000);
  return isOver;
}

describe('A machine', () => {
  test('whose program is killed closes its connections, and nobody listens there any more', async () => {
    const { far, atNear } = await connected();
    far.write('250 ');
    elm.end('killed');
    far.write('never said');
    await settle();
    expect(atNear).toEqual(['250 ', '<end>', '<close>']);
    await expect(net.host(ASH).connect({ host: ELM, port: 25 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('that loses its power tells nobody', async () => {
    const { near, far, atNear, atFar } = await connected();
    far.write('250 ');
    elm.end('power-cut');
    near.write('QUIT\r\n');
    await clock.advance(86_400_000);
    expect(atNear).toEqual([]);
    expect(atFar.filter((word) => word !== '<close>')).toEqual([]);
    expect(await isAnswered(net.host(ASH).connect({ host: ELM, port: 25 }))).toBe(false);
  });

  test.each<Ending>(['killed', 'power-cut'])('once %s rings no timer, and answers no question of its program', async (ending) => {
    const { clock: own, net: ownNet, resolver } = elm.boot();
    const rung: string[] = [];
    own.after(5, () => rung.push('after'));
    own.deadline(5, () => rung.push('deadline'));
    const asked: Promise<unknown>[] = [resolver.a('ash.test'), ownNet.connect({ host: ASH, port: 25 })];
    elm.end(ending);
    own.after(0, () => rung.push('later'));
    own.deadline(0, () => rung.push('later'));
    asked.push(resolver.mx('ash.test'), ownNet.connect({ host: ASH, port: 25 }), ownNet.listen({ host: ELM, port: 26 }, () => {}).then(() => ownNet.connect({ host: ASH, port: 1 })));
    for (const question of asked) expect(await isAnswered(question)).toBe(false);
    expect(rung).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  test('boots again as another program, on the same address, with the clock as it was', async () => {
    await connected();
    elm.stepClock(3_600_000);
    elm.end('power-cut');
    const { clock: own, net: again } = elm.boot();
    expect(own.now()).toBe(3_600_000);
    await again.listen({ host: ELM, port: 25 }, () => {});
    await net.host(ASH).connect({ host: ELM, port: 25 });
    expect(() => elm.boot()).toThrow('running');
  });

  test('without DNS hears of failure at each question', async () => {
    const { resolver } = elm.boot();
    elm.hasDns = false;
    await expect(resolver.a('ash.test')).rejects.toMatchObject({ name: 'DnsFault' });
    elm.hasDns = true;
    expect(await resolver.a('ash.test')).toMatchObject({ kind: 'found', records: [ASH] });
  });
});

describe('A machine whose clock is set', () => {
  test('forward does at once what has become due, in order, and no deadline before its time', async () => {
    const { clock: own } = elm.boot();
    const rung: string[] = [];
    own.after(7_200_000, () => rung.push('two hours'));
    own.after(3_600_000, () => rung.push('one hour'));
    own.deadline(3_600_000, () => rung.push('deadline'));
    elm.stepClock(7_200_000);
    await clock.advance(0);
    expect(rung).toEqual(['one hour', 'two hours']);
    expect([own.now(), own.monotonic()]).toEqual([7_200_000, 0]);
    await clock.advance(3_600_000);
    expect(rung).toEqual(['one hour', 'two hours', 'deadline']);
  });

  test('back waits the longer for it', async () => {
    const { clock: own } = elm.boot();
    const rung: number[] = [];
    const timer = own.after(1000, () => rung.push(own.now()));
    own.after(1000, () => rung.push(-1)).cancel();
    elm.stepClock(-5000);
    await clock.advance(5999);
    expect(rung).toEqual([]);
    await clock.advance(1);
    expect(rung).toEqual([1000]);
    timer.cancel();
  });
});

describe('Hosts that are parted', () => {
  test('cannot reach each other until that heals, and others can reach both', async () => {
    const { near, atFar } = await connected();
    const wall = net.part([ASH], [ELM]);
    near.write('EHLO ash.test\r\n');
    const stop = new AbortController();
    const calling = net.host(ASH).connect({ host: ELM, port: 25 }, { signal: stop.signal });
    expect(await isAnswered(calling)).toBe(false);
    stop.abort();
    await expect(calling).rejects.toMatchObject({ code: 'ECANCELED' });
    await net.host('10.0.0.3').connect({ host: ELM, port: 25 });
    wall.heal();
    await net.host(ASH).connect({ host: ELM, port: 25 });
    expect(atFar).toEqual([]);
  });
});
