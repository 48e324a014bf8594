import { expect, test } from 'vitest';
import { runWeek } from './week.ts';
import { runWeeks } from './weeks.ts';

test('every guarantee holds in 250 more simulated weeks', async () => {
  expect(await runWeeks({ from: 251, count: 250 })).toEqual([]);
}, 600_000);

test('the same seed gives the same week, to the last row of every ledger', async () => {
  for (const seed of [3, 8, 21]) {
    const [first, again] = [await runWeek(seed), await runWeek(seed)];
    expect(again.history).toEqual(first.history);
    expect(again.hash).toBe(first.hash);
  }
  expect((await runWeek(4)).hash).not.toBe((await runWeek(5)).hash);
});
