import { expect, it } from 'vitest';
import { Gate } from './gate.ts';

it('does so many at once, lets so many wait in order, and turns the rest away', async () => {
  const gate = new Gate({ places: 2, waitingMax: 2 });
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  const runs = [0, 1, 2, 3, 4].map((at) => gate.run(() => new Promise<number>((resolve) => {
    begun.push(at);
    finish.push(() => { resolve(at); });
  })));
  expect(begun).toEqual([0, 1]);
  expect(await runs[4]).toBeUndefined();
  finish[0]?.();
  expect(await runs[0]).toEqual({ value: 0 });
  finish[1]?.();
  await runs[1];
  expect(begun).toEqual([0, 1, 2, 3]);
  finish[2]?.();
  finish[3]?.();
  expect(await Promise.all([runs[2], runs[3]])).toEqual([{ value: 2 }, { value: 3 }]);
});

it('frees its place when the work fails', async () => {
  const gate = new Gate({ places: 1, waitingMax: 0 });
  await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await gate.run(() => Promise.resolve('yes'))).toEqual({ value: 'yes' });
});
