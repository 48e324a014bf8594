/**
 * Power cuts: lives of the books are recorded write by write, and at thousands of moments the
 * disk is left as a power cut may leave it; the books must open and hold what was acknowledged.
 *
 * `--amount` states (2,000 in the short tier); `--seed S --only N` looks at one state again,
 * where S is the life's own seed as a problem tells it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openJournal } from './journal.ts';
import type { PowerCutRequest, PowerCutResult } from './power-cut-run.ts';
import { controlFinding, type Finding, type Trial, type TrialOptions } from './trial.ts';

const STATES = 2_000;
const STATES_PER_LIFE = 250;
/** States, of as many lives as it takes, after which a control that found nothing has failed. */
const CONTROL_STATES = 600;
const RUN = fileURLToPath(new URL('power-cut-run.ts', import.meta.url));

const CONTROLS: Readonly<Record<string, string>> = {
  normal: 'control: commits that are not synced lose letters',
  early: 'control: letters acknowledged before they are committed are lost',
  unsynced: 'control: large letters whose files are not synced are lost',
};

export const powerCut: Trial = {
  name: 'power-cut',
  about: 'what the disk holds after the power failed, at any moment',
  run: async (options, tell) => {
    if (options.only !== undefined) {
      tell(findingOf([await runPowerCuts({ seed: options.seed, states: STATES_PER_LIFE, state: options.only, keep: 'faults-found' })]));
      return;
    }
    tell(await survive(options));
    for (const [weakened, title] of Object.entries(CONTROLS)) {
      tell(await controlled(title, { seed: options.seed, weakened }));
    }
  },
};

/** Life after life, until one is damaged. */
async function controlled(title: string, { seed, weakened }: { readonly seed: number; readonly weakened: string }): Promise<Finding> {
  let tried = 0;
  for (let life = 0; ; life += 1) {
    const { problems, states } = await runPowerCuts({ seed: seed + life, states: STATES_PER_LIFE, weakened });
    tried += states;
    if (problems.length > 0 || tried >= CONTROL_STATES) return controlFinding(title, problems.map(({ what }) => what), { seed: seed + life, states: tried });
  }
}

async function survive({ seed, amount = STATES, journal: file }: TrialOptions): Promise<Finding> {
  const journal = openJournal<PowerCutResult>(file);
  const results = [...journal.entries];
  let next = results.length;
  const sum = (): number => results.reduce((states, result) => states + result.states, 0);
  const work = async (): Promise<void> => {
    while (sum() < amount) {
      next += 1;
      const result = await runPowerCuts({ seed: seed + next - 1, states: STATES_PER_LIFE, keep: 'faults-found' });
      results.push(result);
      journal.add(result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return findingOf(results);
}

function findingOf(results: readonly PowerCutResult[]): Finding {
  const sum = (count: (result: PowerCutResult) => number): number => results.reduce((all, result) => all + count(result), 0);
  return {
    title: 'after a power cut the books open, and every acknowledged letter and act is there, once',
    problems: results.flatMap(({ seed, problems }) => problems.map(({ state, mercy, what }) => `--seed ${seed} --only ${state} (${mercy}): ${what}`)),
    facts: { states: sum(({ states }) => states), lives: results.length, writes: sum(({ events }) => events), syncs: sum(({ syncs }) => syncs), acknowledged: sum(({ acknowledged }) => acknowledged) },
  };
}

/** Records one life and tries its states, in a process of its own. */
export async function runPowerCuts(request: PowerCutRequest): Promise<PowerCutResult> {
  const child = spawn(process.execPath, [RUN, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`the power cuts of seed ${request.seed} could not be tried`);
  return JSON.parse(said);
}
