/**
 * `pnpm simulate`: replays simulated weeks, and tells the history of each that went wrong.
 *
 * `--seed N` tells that week's history whatever came of it; `--from N --weeks N` runs many.
 */
import { parseArgs } from 'node:util';
import { runWeek } from '../packages/server/src/testing/simulation/week.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, from: { type: 'string' }, weeks: { type: 'string' } } });

/** A whole number that was asked for. */
function numberOf(name: 'seed' | 'from' | 'weeks', fallback: number): number {
  const number = Number(values[name] ?? fallback);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} takes a whole number, not ${values[name]}`);
  process.exit(2);
}

const first = numberOf('seed', numberOf('from', 1));
const weeks = values.seed === undefined ? numberOf('weeks', 500) : 1;
const failed: number[] = [];
const started = process.cpuUsage();
for (let seed = first; seed < first + weeks; seed += 1) {
  const { wrong, history, hash } = await runWeek(seed);
  if (wrong.length > 0) failed.push(seed);
  if (values.seed !== undefined) console.log([...history, `hash ${hash}`].join('\n'));
  for (const each of wrong) console.log(`seed ${seed}: ${each}`);
}
const { user } = process.cpuUsage(started);
console.log(`${weeks} weeks, ${failed.length} went wrong${failed.length === 0 ? '' : `: ${failed.join(', ')}`}; ${Math.round(user / 1000 / weeks)} ms of processor a week`);
process.exitCode = failed.length === 0 ? 0 : 1;
