import { describe, expect, test } from 'vitest';
import { SimClock } from './clock.ts';

describe('A simulated clock', () => {
  test('stands still until told', async () => {
    const clock = new SimClock(1000);
    expect(clock.now()).toBe(1000);
    expect(clock.monotonic()).toBe(0);
    await clock.advance(250);
    expect(clock.now()).toBe(1250);
    expect(clock.monotonic()).toBe(250);
  });

  test('runs what is due in order of time, then of asking, each at its own time', async () => {
    const clock = new SimClock(0);
    const seen: string[] = [];
    clock.after(30, () => seen.push(`c ${clock.now()}`));
    clock.after(10, () => seen.push(`a ${clock.now()}`));
    clock.deadline(10, () => seen.push(`b ${clock.now()}`));
    clock.after(31, () => seen.push('late'));
    await clock.advance(30);
    expect(seen).toStrictEqual(['a 10', 'b 10', 'c 30']);
    expect(clock.nextDue()).toBe(31);
  });

  test('lets promises settle between one timer and the next', async () => {
    const clock = new SimClock(0);
    const seen: string[] = [];
    clock.after(1, () => {
      void (async () => {
        for (let step = 0; step < 50; step += 1) await Promise.resolve();
        seen.push('settled');
      })();
    });
    clock.after(2, () => seen.push('second'));
    await clock.advance(2);
    expect(seen).toStrictEqual(['settled', 'second']);
  });

  test('runs timers that timers ask for, when they fall due within the advance', async () => {
    const clock = new SimClock(0);
    let tries = 0;
    const retry = (): void => {
      tries += 1;
      clock.after(4 * 3_600_000, retry);
    };
    clock.after(0, retry);
    await clock.advance(4 * 24 * 3_600_000);
    expect(tries).toBe(25);
  });

  test('runs nothing that was cancelled, not even by a timer of the same instant', async () => {
    const clock = new SimClock(0);
    const seen: string[] = [];
    clock.after(5, () => {
      seen.push('first');
      second.cancel();
      second.cancel();
    });
    const second = clock.after(5, () => seen.push('second'));
    await clock.advance(10);
    expect(seen).toStrictEqual(['first']);
    expect(clock.waiting).toBe(0);
  });
});
