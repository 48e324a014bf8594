/**
 * The disk fails in the middle: EIO at a write or a sync, once or a few times, then it is well again.
 *
 * Whoever was not answered is told so, the process goes on, and the books show either all of an
 * act or nothing. Then the power fails too: what a failed sync left behind is not on the disk,
 * though the system showed it and later syncs succeeded.
 */
import { availableParallelism } from 'node:os';
import { runPowerCuts } from './power-cut.ts';
import type { PowerCutRequest, PowerCutResult } from './power-cut-run.ts';
import { controlFinding, type Trial } from './trial.ts';

const LIVES = 8;
const STATES_PER_LIFE = 40;
const CONTROL_LIVES = 6;

export const diskErrors: Trial = {
  name: 'disk-errors',
  about: 'writes and syncs that fail, and the power cut after them',
  run: async ({ seed, amount = LIVES, only }, tell) => {
    if (only !== undefined) {
      const again = await runPowerCuts({ ...requestOf(seed), state: only, keep: 'faults-found' });
      tell({ title: 'one state', problems: again.problems.map(({ what }) => what), facts: {} });
      return;
    }
    const results = await all(Array.from({ length: amount }, (_, index) => requestOf(seed + index)));
    const sum = (count: (result: PowerCutResult) => number): number => results.reduce((total, result) => total + count(result), 0);
    tell({
      title: 'when writes and syncs fail nothing is acknowledged that a power cut could take, and the store recovers by itself',
      problems: results.flatMap((result) => result.problems.map(({ state, mercy, what }) => `--seed ${result.seed} --only ${state} (${mercy}): ${what}`)),
      facts: { lives: results.length, faults: sum(({ faults }) => faults), acknowledged: sum(({ acknowledged }) => acknowledged), states: sum(({ states }) => states) },
    });
    const control = await all(Array.from({ length: CONTROL_LIVES }, (_, index) => ({ ...requestOf(2 * (seed + index)), weakened: 'stubborn' })));
    tell(controlFinding('control: a store that takes a failed sync for a passing trouble loses letters', control.flatMap(({ problems }) => problems.map(({ what }) => what)), { seed }));
  },
};

/** Syncs fail in every other life, writes in the others. */
function requestOf(seed: number): PowerCutRequest {
  return { seed, states: STATES_PER_LIFE, errors: seed % 2 === 0 ? 'sync' : 'write' };
}

async function all(requests: readonly PowerCutRequest[]): Promise<readonly PowerCutResult[]> {
  const left = [...requests];
  const results: PowerCutResult[] = [];
  const work = async (): Promise<void> => {
    for (let request = left.shift(); request !== undefined; request = left.shift()) results.push(await runPowerCuts(request));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
