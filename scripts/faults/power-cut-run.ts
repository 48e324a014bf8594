/**
 * One recorded life of the books, and what is left of it after the power failed at many moments.
 *
 * A process of its own, so that several run at once:
 * `node power-cut-run.ts '{"seed":1,"states":100}'` prints a `PowerCutResult` as JSON.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../packages/world/src/sim/random.ts';
import { pick } from './books/acts.ts';
import { problemsOf } from './books/check.ts';
import { Expectations } from './books/marks.ts';
import type { LifePlan } from './books/life.ts';
import { diskLibrary } from './disk/native.ts';
import { CALLS, order, type Orders } from './disk/orders.ts';
import { type Image, MERCIES, type Mercy, PoweredDisk } from './disk/power.ts';
import { type DiskEvent, readRecord } from './disk/record.ts';
import { memoryFolder } from './folders.ts';
import { tryRun } from '../witness/lib/program.ts';

export interface PowerCutRequest {
  readonly seed: number;
  readonly states: number;
  /** Only this one, to look at it again. */
  readonly state?: number;
  /** In the middle of the life the disk fails at some of these calls, and recovers. */
  readonly errors?: 'sync' | 'write';
  /** A part of the store that breaks its promise, for the control. */
  readonly weakened?: string;
  /** Where an image with problems is kept. */
  readonly keep?: string;
}

export interface PowerCutResult {
  readonly seed: number;
  readonly events: number;
  readonly syncs: number;
  readonly acknowledged: number;
  /** Acts that were answered with a fault. */
  readonly faults: number;
  /** Images that were opened, each different from all others. */
  readonly states: number;
  readonly problems: readonly { readonly state: number; readonly mercy: Mercy; readonly what: string }[];
}

/** The books are opened so often, and each session does so many acts each time; drawn from the seed. */
const LIVES = [1, 2, 2, 3];
const ACTS = [4, 6, 8, 12];
/** One life in so many is long enough for checkpoints in the middle of it. */
const LONG_LIVES = 8;
const LONG_ACTS = 60;
const LIFE = fileURLToPath(new URL('books/life.ts', import.meta.url));
const WEAKEN = fileURLToPath(new URL('../../packages/store/src/sqlite/testing/weakened/weaken.ts', import.meta.url));
/** So many calls succeed before the disk fails, at most. */
const SKIPPED_MAX = 30;
/** Problems after which a run has told enough. */
const PROBLEMS_MAX = 5;

interface Recorded {
  readonly events: readonly DiskEvent[];
  readonly root: string;
  readonly inode: bigint;
}

async function record(folder: string, { seed, weakened, errors }: PowerCutRequest): Promise<Recorded> {
  const random = seededRandom(seed);
  const root = join(folder, 'data');
  mkdirSync(root, { mode: 0o700 });
  const inode = statSync(root, { bigint: true }).ino;
  const marks = join(folder, 'marks');
  const file = join(folder, 'record');
  const lives = seed % LONG_LIVES === 0 ? 1 : pick(random, LIVES);
  const acts = seed % LONG_LIVES === 0 ? LONG_ACTS : pick(random, ACTS);
  const orders = join(folder, 'orders');
  order(orders, {});
  const what: Orders = { calls: errors === undefined ? 0 : CALLS[errors], skip: Math.floor(random.fraction() * SKIPPED_MAX), fail: 1 + Math.floor(random.fraction() * 3), fate: 'EIO' };
  const plan: LifePlan = { seed, acts, lives, ...(errors === undefined ? {} : { orders: { file: orders, what } }) };
  const { status, stderr } = await tryRun(process.execPath, [LIFE, root, marks, JSON.stringify(plan)], {
    env: {
      DISK_ORDERS: orders,
      LD_PRELOAD: await diskLibrary(), DISK_FOLDER: root, DISK_MARKS: marks, DISK_RECORD: file,
      ...(weakened === undefined ? {} : { POSTHORN_WEAKENED: weakened, NODE_OPTIONS: `--import ${WEAKEN}` }),
    },
  });
  // What a weakened store does to itself is its affair.
  if (status !== 0 && weakened === undefined) throw new Error(`the life of seed ${seed} ended with ${status}:\n${stderr}`);
  const events = readRecord(readFileSync(file));
  if (weakened !== undefined && marksOf(events, '"kind":"done"') === 0) throw new Error(`in the life of seed ${seed} nothing was acknowledged:\n${stderr}`);
  return { events, root, inode };
}

/** Moments when the power fails, in their order: half of them just after an acknowledgement. */
function moments(events: readonly DiskEvent[], { seed, states }: PowerCutRequest): readonly { readonly at: number; readonly state: number }[] {
  const random = seededRandom(seed + 0x5eed);
  const marks = events.flatMap(({ kind }, index) => (kind === 'mark' ? [index] : []));
  return Array.from({ length: states }, (_, state) => {
    const isAfterMark = random.fraction() < 0.5;
    const mark = marks[Math.floor(random.fraction() * marks.length)] ?? 0;
    const at = isAfterMark ? mark + 1 + Math.floor(random.fraction() ** 3 * 20) : Math.floor(random.fraction() * events.length);
    return { at: Math.min(events.length, at), state };
  }).toSorted((a, b) => a.at - b.at || a.state - b.state);
}

/** Runs what the request says; `folder` is used up. */
async function powerCuts(folder: string, request: PowerCutRequest): Promise<PowerCutResult> {
  const { events, root, inode } = await record(folder, request);
  const disk = new PoweredDisk(root, inode);
  const expected = new Expectations();
  const seen = new Set<string>();
  const problems: PowerCutResult['problems'][number][] = [];
  let at = 0;
  let tried = 0;
  for (const moment of moments(events, request)) {
    for (; at < moment.at; at += 1) take(events[at], disk, expected);
    if (request.state !== undefined && request.state !== moment.state) continue;
    const random = seededRandom(request.seed * 1_000_003 + moment.state);
    const mercy = MERCIES[moment.state % MERCIES.length] ?? 'none';
    const image = disk.fail(mercy, random);
    const key = `${moment.at} ${image.choices}`;
    if (seen.has(key)) continue;
    seen.add(key);
    tried += 1;
    const target = join(folder, 'image');
    lay(image, target);
    const found = await problemsOf(target, expected);
    if (found.length > 0 && request.keep !== undefined) lay(image, join(request.keep, `${request.seed}-${moment.state}`));
    problems.push(...found.map((what) => ({ state: moment.state, mercy, what })));
    if (problems.length >= PROBLEMS_MAX) break;
  }
  return {
    seed: request.seed, events: events.length, syncs: events.filter(({ kind }) => kind === 'sync').length,
    acknowledged: marksOf(events, '"kind":"done"'), faults: marksOf(events, '"kind":"resolved"'), states: tried, problems,
  };
}

function marksOf(events: readonly DiskEvent[], words: string): number {
  return events.filter((event) => event.kind === 'mark' && event.octets.includes(words)).length;
}

function take(event: DiskEvent | undefined, disk: PoweredDisk, expected: Expectations): void {
  if (event === undefined) return;
  if (event.kind === 'mark') expected.take(JSON.parse(event.octets.toString()));
  else disk.take(event);
}

function lay({ folders, files }: Image, target: string): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true, mode: 0o700 });
  for (const folder of folders) mkdirSync(join(target, folder));
  for (const [path, octets] of files) writeFileSync(join(target, path), octets);
}

const request: PowerCutRequest = JSON.parse(process.argv[2] ?? '{}');
const folder = mkdtempSync(join(memoryFolder(), 'posthorn-power-'));
try {
  process.stdout.write(`${JSON.stringify(await powerCuts(folder, request))}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
