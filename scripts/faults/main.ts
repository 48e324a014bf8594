/**
 * `pnpm faults [NAME…] [--seed N] [--amount N] [--only N] [--journal FILE]`: what mail survives.
 *
 * Without arguments the short tier of every trial, as CI runs it. Each trial says its seed;
 * the same seed tries the same. See docs/guarantees.md.
 */
import { parseArgs } from 'node:util';
import type { Finding, Trial } from './trial.ts';
import { bitFlips } from './bit-flips.ts';
import { clock } from './clock.ts';
import { descriptors } from './descriptors.ts';
import { diskErrors } from './disk-errors.ts';
import { diskFull } from './disk-full.ts';
import { kill } from './kill.ts';
import { powerCut } from './power-cut.ts';
import { slowDisk } from './slow-disk.ts';
import { stop } from './stop.ts';
import { systemCalls } from './system-calls.ts';

const TRIALS: readonly Trial[] = [powerCut, diskErrors, systemCalls, kill, stop, diskFull, slowDisk, descriptors, clock, bitFlips];

/** So many lines of a trial's problems are told. */
const PROBLEMS_TOLD = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, amount: { type: 'string' }, only: { type: 'string' }, journal: { type: 'string' }, help: { type: 'boolean' } },
});

function number(name: 'seed' | 'amount' | 'only'): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} wants a whole number, not ${text}`);
  return Number(text);
}

function usage(): string {
  return ['pnpm faults [NAME…] [--seed N] [--amount N] [--only N] [--journal FILE]', '', ...TRIALS.map(({ name, about }) => `  ${name.padEnd(14)}${about}`)].join('\n');
}

function told({ title, problems, facts }: Finding, ms: number): string {
  const figures = Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(', ');
  return [
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${title}${figures === '' ? '' : ` (${figures})`} ${(ms / 1000).toFixed(1)} s`,
    ...problems.slice(0, PROBLEMS_TOLD).map((problem) => `       ${problem}`),
    ...(problems.length > PROBLEMS_TOLD ? [`       and ${problems.length - PROBLEMS_TOLD} more`] : []),
  ].join('\n');
}

/** How many findings were good, and how many not. */
async function runTrials(trials: readonly Trial[]): Promise<{ readonly passed: number; readonly failed: number }> {
  const seed = number('seed') ?? Math.floor(Math.random() * 1_000_000);
  const [amount, only] = [number('amount'), number('only')];
  let passed = 0;
  let failed = 0;
  for (const trial of trials) {
    console.log(`== ${trial.name}: ${trial.about} (--seed ${seed})`);
    let since = performance.now();
    await trial.run({ seed, ...(amount === undefined ? {} : { amount }), ...(only === undefined ? {} : { only }), ...(values.journal === undefined ? {} : { journal: values.journal }) }, (finding) => {
      console.log(told(finding, performance.now() - since));
      since = performance.now();
      if (finding.problems.length === 0) passed += 1;
      else failed += 1;
    });
  }
  return { passed, failed };
}

const chosen = positionals.map((name) => TRIALS.find((trial) => trial.name === name));
if (values.help === true || chosen.includes(undefined)) {
  console.log(usage());
  process.exitCode = values.help === true ? 0 : 2;
} else {
  const { passed, failed } = await runTrials(chosen.length === 0 ? TRIALS : chosen.filter((trial) => trial !== undefined));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
