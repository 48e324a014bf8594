import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import Sqlite from 'better-sqlite3';
import { type Flip, FlipBench, randomFlips } from './testing/flips.ts';

/** Replays one run of flips; `scripts/faults/bit-flips.ts` does many more. */
const SEED = 20261125;
const FLIPS = 16;
/** Rows of messages that a page of 4096 octets has room for. */
const PAGE_LETTERS_MAX = 90;

let bench: FlipBench;
let flips: readonly Flip[];

beforeAll(() => {
  bench = new FlipBench();
  flips = randomFlips(bench, { seed: SEED, count: FLIPS });
});
afterAll(() => {
  bench[Symbol.dispose]();
});

test('every letter that a flipped bit damaged is found', () => {
  const missed = flips.flatMap(({ file, bit, damaged, found }) => (damaged ?? []).filter((place) => !found.includes(place)).map((place) => `${file} bit ${bit}: ${place}`));
  expect(missed).toEqual([]);
  // Or the test would prove nothing.
  expect(flips.some(({ damaged }) => damaged !== undefined && damaged.length > 0)).toBe(true);
});

test('SQLite alone finds far fewer of them: without checksums this test fails', () => {
  const hit = flips.filter(({ damaged }) => damaged !== undefined && damaged.length > 0);
  const alone = hit.filter(({ examination }) => examination.damages.some(({ what, account }) => what === 'structure' && account === undefined));
  expect(alone.length).toBeLessThan(hit.length / 2);
});

test('mending saves every letter that was not damaged, as it was, and leaves nothing to be found', () => {
  for (const { file, bit, found, lost, wrong, left } of flips) {
    expect({ file, bit, lost: lost.filter((place) => !found.includes(place)), wrong, left }).toEqual({ file, bit, lost: [], wrong: [], left: [] });
  }
});

test('damage stays where it is: one bit costs no more than the letters of one page', () => {
  const most = Math.max(...flips.map(({ lost }) => lost.length));
  expect(most).toBeLessThan(PAGE_LETTERS_MAX);
});

test('a flip in what says which tables there are does not keep the letters from being read', () => {
  const flip = bench.flip('books.db', bench.schemaBit);
  expect(flip.examination.damages.map(({ what }) => what)).toContain('structure');
  expect(flip).toMatchObject({ lost: [], wrong: [], left: [] });
});

test('healthy books have nothing to be found', () => {
  expect(bench.examineHealthy()).toMatchObject({ accounts: 2, messages: 357, damages: [], damageCount: 0 });
  const db = new Sqlite(join(bench.healthy, 'books.db'), { readonly: true });
  expect(db.prepare('SELECT count(*) FROM spool').pluck().get()).toBeGreaterThan(20);
  db.close();
});
