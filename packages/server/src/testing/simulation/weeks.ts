/**
 * Many weeks, and what is wrong with them, each with the command that tells its history.
 */
import { runWeek } from './week.ts';

export async function runWeeks({ from, count }: { readonly from: number; readonly count: number }): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    for (const each of (await runWeek(seed)).wrong) wrong.push(`${each}; its history: pnpm simulate --seed ${seed}`);
  }
  return wrong;
}
