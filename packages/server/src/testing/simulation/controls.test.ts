import { expect, test } from 'vitest';
import { SABOTAGES } from './sabotage.ts';
import { runWeek } from './week.ts';

/** A broken host is noticed at the latest in this week. */
const WEEKS_MAX = 30;

test.each(SABOTAGES)('a host that $title is noticed', async ({ breaks, begin }) => {
  const mend = begin();
  try {
    const wrong: string[] = [];
    for (let seed = 1; seed <= WEEKS_MAX && !wrong.some((each) => each.startsWith(`${breaks}:`)); seed += 1) wrong.push(...(await runWeek(seed)).wrong);
    expect(wrong.filter((each) => each.startsWith(`${breaks}:`))).not.toEqual([]);
  } finally {
    mend();
  }
});
