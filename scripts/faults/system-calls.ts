/**
 * The process ends at one of the calls that it makes to the disk, or right after it: while a letter
 * is accepted, carried on, expunged and swept away, small and large. Another run for each call.
 *
 * The process holds only the store. `--amount` calls are tried, spread over all there are.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tryRun } from '../witness/lib/program.ts';
import { problemsOf } from './books/check.ts';
import type { LifePlan } from './books/life.ts';
import { Expectations } from './books/marks.ts';
import { diskLibrary } from './disk/native.ts';
import { ALL_CALLS, countedCalls, order, type Orders } from './disk/orders.ts';
import { memoryFolder } from './folders.ts';
import { controlFinding, type Trial } from './trial.ts';

const AMOUNT = 30;
const CONTROL_AMOUNT = 12;
const LIFE = fileURLToPath(new URL('books/life.ts', import.meta.url));
const WEAKEN = fileURLToPath(new URL('../../packages/store/src/sqlite/testing/weakened/weaken.ts', import.meta.url));
/** What `tryRun` says of a process that was killed. */
const KILLED = 129;

export const systemCalls: Trial = {
  name: 'system-calls',
  about: 'the process ends at one of its calls to the disk',
  run: async ({ amount = AMOUNT, seed }, tell) => {
    const { counted } = await live({ calls: ALL_CALLS });
    const chosen = spread(counted, amount, seed);
    tell({
      title: 'whichever call to the disk was the last, the books open and hold what was acknowledged, once',
      problems: await killAt(chosen),
      facts: { calls: counted, tried: chosen.length },
    });
    const control = await killAt(spread(counted, CONTROL_AMOUNT, seed), 'early');
    tell(controlFinding('control: letters acknowledged before they are committed are lost', control));
  },
};

/** `amount` of the numbers below `count`, evenly, beginning somewhere. */
function spread(count: number, amount: number, seed: number): readonly number[] {
  const stride = Math.max(1, Math.ceil(count / amount));
  return Array.from({ length: Math.ceil(count / stride) }, (_, index) => (index * stride + seed) % count);
}

/** One after the other, as many at once as there are processors. */
async function killAt(calls: readonly number[], weakened?: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const left = [...calls];
  const work = async (): Promise<void> => {
    for (let call = left.shift(); call !== undefined; call = left.shift()) {
      const fate = call % 2 === 0 ? 'kill-after' : 'kill-before';
      const { found } = await live({ calls: ALL_CALLS, skip: call, fail: 1, fate }, weakened);
      problems.push(...found.map((what) => `${fate} call ${call}: ${what}`));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return problems;
}

/** One life, under orders; what is wrong afterwards. */
async function live(what: Orders, weakened?: string): Promise<{ readonly counted: number; readonly found: readonly string[] }> {
  const folder = mkdtempSync(join(memoryFolder(), 'posthorn-calls-'));
  try {
    const [root, marks, orders] = [join(folder, 'data'), join(folder, 'marks'), join(folder, 'orders')];
    mkdirSync(root, { mode: 0o700 });
    order(orders, {});
    const plan: LifePlan = { seed: 1, acts: 0, lives: 1, isOneOfEach: true, orders: { file: orders, what } };
    const { status, stderr } = await tryRun(process.execPath, [LIFE, root, marks, JSON.stringify(plan)], {
      env: {
        LD_PRELOAD: await diskLibrary(), DISK_FOLDER: root, DISK_MARKS: marks, DISK_ORDERS: orders,
        ...(weakened === undefined ? {} : { POSTHORN_WEAKENED: weakened, NODE_OPTIONS: `--import ${WEAKEN}` }),
      },
    });
    if (status !== 0 && status !== KILLED && weakened === undefined) throw new Error(`a life ended with ${status}:\n${stderr}`);
    const expected = new Expectations();
    const said = readFileSync(marks, 'utf8');
    // The last mark may be cut off: then nobody heard it.
    for (const line of said.slice(0, said.lastIndexOf('\n') + 1).split('\n')) if (line !== '') expected.take(JSON.parse(line));
    return { counted: countedCalls(orders).counted, found: await problemsOf(root, expected) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
