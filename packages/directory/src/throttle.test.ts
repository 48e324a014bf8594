import { beforeEach, expect, it } from 'vitest';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { NETWORK_FAILURES_MAX, PAIR_FAILURES_MAX, Throttle, WARY_FAILURES_MAX, networkOf } from './throttle.ts';

let clock: SimClock;
let throttle: Throttle;
beforeEach(() => {
  clock = new SimClock();
  throttle = new Throttle(clock);
});

/** How many of `tries` were let through. */
function letThrough(tries: number, account: (at: number) => string, remote: (at: number) => string): number {
  let count = 0;
  for (let at = 0; at < tries; at += 1) if (throttle.begin(account(at), remote(at))) count += 1;
  return count;
}

it('stops one network at one account', () => {
  expect(letThrough(100, () => 'ann', () => '192.0.2.1')).toBe(PAIR_FAILURES_MAX);
});

it('stops one network that tries many accounts', () => {
  expect(letThrough(100, (at) => `user${at}`, () => '192.0.2.1')).toBe(NETWORK_FAILURES_MAX);
});

it('takes a /64 for one network, and IPv4 inside IPv6 for IPv4', () => {
  expect(letThrough(100, () => 'ann', (at) => `2001:db8:1:2::${at.toString(16)}`)).toBe(PAIR_FAILURES_MAX);
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
});

it('forgives with time, not at once', async () => {
  letThrough(100, () => 'ann', () => '192.0.2.1');
  await clock.advance(60_000);
  expect(letThrough(5, () => 'ann', () => '192.0.2.1')).toBe(1);
  await clock.advance(60 * 60_000);
  expect(letThrough(100, () => 'ann', () => '192.0.2.1')).toBe(PAIR_FAILURES_MAX);
});

it('does not count successes', () => {
  for (let at = 0; at < 200; at += 1) {
    expect(throttle.begin('ann', '192.0.2.1')).toBe(true);
    throttle.succeeded('ann', '192.0.2.1');
  }
});

it('never locks the owner out, however many guess from everywhere', () => {
  throttle.begin('ann', '198.51.100.7');
  throttle.succeeded('ann', '198.51.100.7');
  const guesser = (at: number): string => `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
  letThrough(1000, () => 'ann', guesser);
  // From where she always comes: as many tries as ever.
  expect(letThrough(100, () => 'ann', () => '198.51.100.7')).toBe(PAIR_FAILURES_MAX);
  // From a new place: a few. A guesser who spreads out gets no more than that from each.
  expect(letThrough(100, () => 'ann', () => '203.0.113.9')).toBe(WARY_FAILURES_MAX);
});

it('keeps its tables bounded', () => {
  letThrough(50_000, (at) => `user${at}`, (at) => `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`);
  expect(throttle.begin('ann', '192.0.2.1')).toBe(true);
});
