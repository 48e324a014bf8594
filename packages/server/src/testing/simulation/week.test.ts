import { expect, test } from 'vitest';
import { runWeek } from './week.ts';

const WEEKS = 500;

test(`in ${WEEKS} simulated weeks of crashes, partitions, failing disks and wrong clocks, every guarantee holds`, async () => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= WEEKS; seed += 1) {
    for (const each of (await runWeek(seed)).wrong) wrong.push(`${each}\n  told by: pnpm simulate --seed ${seed}`);
  }
  expect(wrong).toEqual([]);
}, 600_000);

test('the same seed gives the same week, to the last row of every ledger', async () => {
  for (const seed of [3, 8, 21]) {
    const [first, again] = [await runWeek(seed), await runWeek(seed)];
    expect(again.history).toEqual(first.history);
    expect(again.hash).toBe(first.hash);
  }
  expect((await runWeek(4)).hash).not.toBe((await runWeek(5)).hash);
});
