/**
 * The disk is full while letters come, and has room again later: letters are put off with 452,
 * none that was acknowledged is lost, and the server recovers without a restart.
 *
 * A small file system in memory is mounted for it, which takes root.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../witness/lib/program.ts';
import { dataOf, FaultyHost } from './host.ts';
import { openLab } from './lab.ts';
import { controlFinding, type Finding, type Trial } from './trial.ts';

const DISK_MIB = 10;
const BALLAST_MIB = 8;
/** The disk's size once the trial is over. */
const READING_MIB = 512;
const FULL_MS_MAX = 60_000;
/** Letters that are acknowledged once there is room. */
const LETTERS_AFTER = 40;

export const diskFull: Trial = {
  name: 'disk-full',
  about: 'no space left on the disk, and then some again',
  run: async ({ seed }, tell) => {
    tell(await fillUp(seed));
    const control = await fillUp(seed, 'early');
    tell(controlFinding('control: letters acknowledged before they are committed are lost', control.problems.filter((problem) => problem.startsWith('lost'))));
  },
};

async function fillUp(seed: number, weakened?: string): Promise<Finding> {
  await using lab = await openLab({
    seed,
    isControl: weakened !== undefined,
    prepare: async (data) => {
      await mkdir(data, { mode: 0o700 });
      await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=0700`, 'tmpfs', data]);
      await writeFile(join(data, 'ballast'), Buffer.alloc(BALLAST_MIB * 1024 * 1024));
    },
  });
  // Ends before the lab does, whose folder it is in.
  await using _ = { [Symbol.asyncDispose]: () => run('umount', ['-l', dataOf(lab.folder)]).then(() => {}) };
  const host = new FaultyHost(lab.config, weakened === undefined ? {} : { weakened });
  const [submission, http] = [await host.at('submission'), await host.at('http')];
  let isOver = false;
  const working = lab.clients.map((client) => client.work(submission, () => isOver));
  const readiness = new Set<number>();
  const isReady = async (): Promise<void> => {
    readiness.add((await fetch(`http://${http.host}:${http.port}/readyz`)).status);
  };
  const told = (): string => `${lab.list.ids.size} letters were taken, ${JSON.stringify([...new Set(lab.clients.flatMap(({ putOff }) => putOff))])} was said, readiness was ${[...readiness].join(' and ')}`;
  await until(told, async () => {
    await isReady();
    // The control never says so of a small letter, and large ones are put off by their files.
    return readiness.has(503) && lab.clients.some(({ putOff }) => putOff.some((said) => said.startsWith('452')));
  });
  const whileFull = lab.list.ids.size;
  await rm(join(dataOf(lab.folder), 'ballast'));
  await lab.list.reach(whileFull + LETTERS_AFTER, FULL_MS_MAX);
  isOver = true;
  await Promise.all(working);
  // Reading what is there needs room too, and the control has filled the disk again.
  await run('mount', ['-o', `remount,size=${READING_MIB}m`, dataOf(lab.folder)]);
  const wasWell = lab.list.ids.size >= whileFull + LETTERS_AFTER;
  const others = lab.clients.flatMap(({ putOff }) => putOff).filter((said) => !/^45[12] /.test(said));
  const { problems, facts } = await lab.finish(host);
  return {
    title: 'on a full disk letters are put off, and taken again when there is room, without a restart',
    problems: [...(wasWell ? [] : ['no letters were taken when there was room again']), ...(readiness.has(503) ? [] : ['/readyz said that it was ready all the time']), ...others, ...problems],
    facts: { 'taken before': whileFull, 'readiness': [...readiness].toSorted().join(' and '), ...facts },
  };
}

async function until(told: () => string, look: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + FULL_MS_MAX;
  while (!await look()) {
    if (performance.now() > end) throw new Error(`the disk did not get full: ${told()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
