/**
 * kill -9 of the whole server at random instants, while eight clients hand over letters.
 *
 * Each client writes down what was acknowledged; what was not is offered again to the next
 * server, as a mail program does. In the end every letter is in its mailboxes exactly once, and
 * what goes on to another host has gone there; what went twice is no more than was cut off.
 */
import type { Random } from '../../packages/world/src/random.ts';
import { seededRandom } from '../../packages/world/src/sim/random.ts';
import { FaultyHost } from './host.ts';
import { openJournal } from './journal.ts';
import { type Lab, type LabEnd, openLab } from './lab.ts';
import { controlFinding, type Finding, type Trial, type TrialOptions } from './trial.ts';

const KILLS = 20;
/** Kills on one data folder; a long run takes a new one then. */
const KILLS_PER_FOLDER = 20;
const CONTROL_KILLS = 4;
/** A server is killed so long after it was started; or when so many letters were acknowledged, and a moment later. */
const START_MS_MAX = 700;
const LETTERS_MAX = 60;
const MOMENT_MS_MAX = 15;
const SERVE_MS_MAX = 10_000;
/** One in so many is killed while it starts. */
const STARTING = 6;

/** What came of the kills on one folder. */
interface Batch extends LabEnd {
  readonly seed: number;
  readonly kills: number;
}

interface BatchOptions {
  readonly seed: number;
  readonly kills: number;
  readonly weakened?: string;
  readonly collapsesRetries?: boolean;
}

export const kill: Trial = {
  name: 'kill',
  about: 'kill -9 of the whole server, again and again, under eight clients',
  run: async (options, tell) => {
    tell(await survive(options));
    const { seed } = options;
    const early = await batch({ seed, kills: CONTROL_KILLS, weakened: 'early' });
    tell(controlFinding('control: letters acknowledged before they are committed are lost', early.problems, { seed }));
    const twice = await batch({ seed, kills: 2 * CONTROL_KILLS, collapsesRetries: false });
    tell(controlFinding('control: where retries are not collapsed, letters whose reply was lost are there twice', twice.problems, { seed }));
  },
};

async function survive({ seed, amount = KILLS, journal: file }: TrialOptions): Promise<Finding> {
  const journal = openJournal<Batch>(file);
  const batches = [...journal.entries];
  const sum = (count: (done: Batch) => number): number => batches.reduce((all, done) => all + count(done), 0);
  while (sum(({ kills }) => kills) < amount) {
    const done = await batch({ seed: seed + batches.length, kills: Math.min(KILLS_PER_FOLDER, amount - sum(({ kills }) => kills)) });
    batches.push(done);
    journal.add(done);
  }
  return {
    title: 'after kill -9 of the server every acknowledged letter is in its mailboxes, and each letter once',
    problems: batches.flatMap(({ seed: own, problems }) => problems.map((problem) => `--seed ${own}: ${problem}`)),
    facts: batches.reduce<Readonly<Record<string, number>>>((all, { facts }) => ({
      ...all, ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, value + (all[name] ?? 0)])),
    }), { kills: sum(({ kills }) => kills) }),
  };
}

async function batch({ seed, kills, weakened, collapsesRetries = true }: BatchOptions): Promise<Batch> {
  await using lab = await openLab({ seed, collapsesRetries, isControl: weakened !== undefined });
  const random = seededRandom(seed);
  const options = weakened === undefined ? {} : { weakened };
  for (let round = 0; round < kills; round += 1) {
    const host = new FaultyHost(lab.config, options);
    await liveUntilKilled(host, lab, random);
    lab.ended(host);
  }
  return { seed, kills, ...await lab.finish(new FaultyHost(lab.config, options)) };
}

async function liveUntilKilled(host: FaultyHost, { clients, list }: Lab, random: Random): Promise<void> {
  const isStarting = random.fraction() * STARTING < 1;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
  if (isStarting) {
    await pause(random.fraction() * START_MS_MAX);
    await host.kill();
    return;
  }
  const submission = await host.at('submission');
  const working = clients.map((client) => client.work(submission));
  await list.reach(list.ids.size + Math.ceil(random.fraction() * LETTERS_MAX), SERVE_MS_MAX);
  await pause(random.fraction() * MOMENT_MS_MAX);
  await host.kill();
  await Promise.all(working);
}
