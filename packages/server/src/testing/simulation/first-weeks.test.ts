import { expect, test } from 'vitest';
import { runWeeks } from './weeks.ts';

// The other half is in `later-weeks.test.ts`: files run side by side.
test('every guarantee holds in 250 simulated weeks of crashes, partitions, failing disks and wrong clocks', async () => {
  expect(await runWeeks({ from: 1, count: 250 })).toEqual([]);
}, 600_000);
