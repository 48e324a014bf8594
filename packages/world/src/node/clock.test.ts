import { describe, expect, test } from 'vitest';
import { OffsetClock, realClock } from './clock.ts';

const HOUR = 3_600_000;

describe('The machine\'s clock', () => {
  test('runs timers and deadlines when their time has come', async () => {
    const start = realClock.monotonic();
    await new Promise<void>((resolve) => { realClock.after(5, resolve); });
    await new Promise<void>((resolve) => { realClock.deadline(5, resolve); });
    expect(realClock.monotonic() - start).toBeGreaterThanOrEqual(9);
  });

  test('holds timers longer than the runtime can count', async () => {
    const clock = new OffsetClock();
    const seen: string[] = [];
    const timers = [clock.after(60 * 24 * HOUR, () => seen.push('after')), clock.deadline(60 * 24 * HOUR, () => seen.push('deadline'))];
    await new Promise<void>((resolve) => { clock.deadline(5, resolve); });
    expect(seen).toStrictEqual([]);
    for (const timer of timers) timer.cancel();
  });
});

describe('A clock that can be moved', () => {
  test('runs at once, in order, what a jump makes due, and nothing else', () => {
    const clock = new OffsetClock();
    const seen: string[] = [];
    clock.after(2 * HOUR, () => seen.push('two hours'));
    clock.after(HOUR, () => seen.push('one hour'));
    const later = clock.after(4 * HOUR, () => seen.push('four hours'));
    clock.advance(3 * HOUR);
    expect(seen).toStrictEqual(['one hour', 'two hours']);
    later.cancel();
    clock.advance(3 * HOUR);
    expect(seen).toStrictEqual(['one hour', 'two hours']);
  });

  test('never moves deadlines', () => {
    const clock = new OffsetClock();
    const seen: string[] = [];
    const before = clock.monotonic();
    const deadline = clock.deadline(HOUR, () => seen.push('deadline'));
    clock.advance(24 * HOUR);
    expect(seen).toStrictEqual([]);
    expect(clock.monotonic() - before).toBeLessThan(HOUR);
    deadline.cancel();
  });

  test('shows the time it was moved to', () => {
    const clock = new OffsetClock();
    const before = clock.now();
    clock.advance(HOUR);
    expect(clock.now() - before).toBeGreaterThanOrEqual(HOUR);
    expect(clock.now() - before).toBeLessThan(2 * HOUR);
  });

  test('does not run a timer that another one cancelled during the jump', () => {
    const clock = new OffsetClock();
    const seen: string[] = [];
    clock.after(HOUR, () => {
      seen.push('first');
      second.cancel();
    });
    const second = clock.after(HOUR + 1, () => seen.push('second'));
    clock.advance(2 * HOUR);
    expect(seen).toStrictEqual(['first']);
  });
});
