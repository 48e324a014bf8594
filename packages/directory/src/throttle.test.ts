import { beforeEach, expect, it } from 'vitest';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { NETWORK_FAILURES_MAX, PAIR_FAILURES_MAX, Throttle, WARY_FAILURES_MAX, networkOf } from './throttle.ts';

let clock: SimClock;
let throttle: Throttle;
beforeEach(() => {
  clock = new SimClock();
  throttle = new Throttle(clock);
});

/** How many of `tries`, one after the other, were let through; all of them fail. */
async function letThrough(tries: number, account: (at: number) => string, remote: (at: number) => string): Promise<number> {
  let count = 0;
  for (let at = 0; at < tries; at += 1) {
    const one = await throttle.begin(account(at), remote(at));
    one?.failed();
    if (one !== undefined) count += 1;
  }
  return count;
}

it('stops one network at one account', async () => {
  expect(await letThrough(100, () => 'ann', () => '192.0.2.1')).toBe(PAIR_FAILURES_MAX);
});

it('stops one network that tries many accounts', async () => {
  expect(await letThrough(100, (at) => `user${at}`, () => '192.0.2.1')).toBe(NETWORK_FAILURES_MAX);
});

it('takes a /64 for one network, and IPv4 inside IPv6 for IPv4', async () => {
  expect(await letThrough(100, () => 'ann', (at) => `2001:db8:1:2::${at.toString(16)}`)).toBe(PAIR_FAILURES_MAX);
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
});

it('forgives with time, not at once', async () => {
  await letThrough(100, () => 'ann', () => '192.0.2.1');
  await clock.advance(60_000);
  expect(await letThrough(5, () => 'ann', () => '192.0.2.1')).toBe(1);
  await clock.advance(60 * 60_000);
  expect(await letThrough(100, () => 'ann', () => '192.0.2.1')).toBe(PAIR_FAILURES_MAX);
});

it('does not count successes', async () => {
  for (let at = 0; at < 200; at += 1) {
    const one = await throttle.begin('ann', '192.0.2.1');
    expect(one).toBeDefined();
    one?.succeeded();
  }
});

it('never locks the owner out, however many guess from everywhere', async () => {
  (await throttle.begin('ann', '198.51.100.7'))?.succeeded();
  const guesser = (at: number): string => `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
  await letThrough(1000, () => 'ann', guesser);
  // From where she always comes: as many tries as ever.
  expect(await letThrough(100, () => 'ann', () => '198.51.100.7')).toBe(PAIR_FAILURES_MAX);
  // From a new place: a few. A guesser who spreads out gets no more than that from each.
  expect(await letThrough(100, () => 'ann', () => '203.0.113.9')).toBe(WARY_FAILURES_MAX);
});

it('keeps its tables bounded', async () => {
  await letThrough(45_000, (at) => `user${at}`, (at) => `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`);
  expect(await throttle.begin('ann', '192.0.2.1')).toBeDefined();
});

it('lets many right ones through at once', async () => {
  const all = Array.from({ length: 100 }, async () => {
    const one = await throttle.begin('ann', '192.0.2.1');
    await Promise.resolve();
    one?.succeeded();
    return one !== undefined;
  });
  expect((await Promise.all(all)).filter(Boolean)).toHaveLength(100);
});

it('lets no more wrong ones through at once than one after the other', async () => {
  const all = Array.from({ length: 100 }, async () => {
    const one = await throttle.begin('ann', '192.0.2.1');
    await Promise.resolve();
    one?.failed();
    return one !== undefined;
  });
  expect((await Promise.all(all)).filter(Boolean)).toHaveLength(PAIR_FAILURES_MAX);
});

it('counts a try once, and not at all if it was not made', async () => {
  for (let at = 0; at < 50; at += 1) {
    const one = await throttle.begin('ann', '192.0.2.1');
    one?.untried();
    one?.failed();
  }
  expect(await letThrough(100, () => 'ann', () => '192.0.2.1')).toBe(PAIR_FAILURES_MAX);
});

it('turns away what waits for too many others', async () => {
  const first = await Promise.all(Array.from({ length: PAIR_FAILURES_MAX }, () => throttle.begin('ann', '192.0.2.1')));
  const waiting = Array.from({ length: 201 }, () => throttle.begin('ann', '192.0.2.1'));
  expect(await waiting.at(-1)).toBeUndefined();
  for (const one of first) one?.failed();
  expect((await Promise.all(waiting)).filter((one) => one !== undefined)).toEqual([]);
});
