import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { StoreRefused, type Upgrade } from '../store.ts';
import { migrate } from './migrate.ts';
import { openSqliteStore } from './open.ts';
import { SCHEMA_VERSION, STEPS } from './schema.ts';
import { inventoryOf } from './testing/inventory.ts';
import { layReleased, releasedVersions } from './testing/released.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-migrate-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each(releasedVersions())('books of released version %i are opened, and everything is in them', async (version) => {
  const before = layReleased(version, folder);
  const told: Upgrade[] = [];
  const store = await openSqliteStore({ path: folder, clock: new SimClock(), log: silentLog, upgrading: (upgrade) => told.push(upgrade) });
  expect(await inventoryOf(store)).toEqual(before);
  expect(before.mailboxes.flatMap(({ letters }) => letters).length).toBeGreaterThan(300);
  await store.close();
  if (version === 1) expect(told.at(-1)).toMatchObject({ version: 2, done: told[0]?.total });
});

test('books whose filling in was killed in the middle go on where it was, and no row is left out', async () => {
  layReleased(1, folder);
  const kills = [1, 2, 3];
  const reached: number[] = [];
  for (const batches of kills) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('testing/killed-migration.ts', import.meta.url)), join(folder, 'books.db'), `${batches}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(child.signalCode).toBe('SIGKILL');
    reached.push(Number(out.trim().split('\n').at(-1)));
  }
  // 50 rows a batch: each went on from where the one before was killed.
  expect(reached).toEqual([50, 150, 300]);
  const db = new Sqlite(join(folder, 'books.db'));
  const isMissing = db.prepare('SELECT count(*) FROM message WHERE checksum IS NULL').pluck();
  expect(isMissing.get()).not.toBe(0);
  migrate(db);
  expect(isMissing.get()).toBe(0);
  expect(db.prepare('SELECT count(*) FROM spool WHERE checksum IS NULL').pluck().get()).toBe(0);
  expect(db.prepare('SELECT count(*) FROM filling').pluck().get()).toBe(0);
  db.close();
});

test('an older program refuses books whose filling in has begun', () => {
  layReleased(1, folder);
  const db = new Sqlite(join(folder, 'books.db'));
  const stop = new Error('pulled the plug');
  expect(() => migrate(db, { rowsPerBatch: 10, tell: () => { throw stop; } })).toThrow(stop);
  expect(() => migrate(db, { steps: STEPS.slice(0, 1) })).toThrow(StoreRefused);
  db.close();
});

test('new books have nothing to be filled in', () => {
  const db = new Sqlite(':memory:');
  const told: Upgrade[] = [];
  migrate(db, { tell: (upgrade) => told.push(upgrade) });
  expect(told).toEqual([]);
  expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
  db.close();
});
