/**
 * Keeps books of the present version for the tests of later ones: run it once when a version
 * of the schema is released, and commit what it wrote.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../packages/store/src/sqlite/open.ts';
import { SCHEMA_VERSION } from '../packages/store/src/sqlite/schema.ts';
import { inventoryOf } from '../packages/store/src/sqlite/testing/inventory.ts';
import { fillWithMany } from '../packages/store/src/sqlite/testing/many-letters.ts';
import { keepReleased } from '../packages/store/src/sqlite/testing/released.ts';
import { silentLog } from '../packages/world/src/log.ts';
import { SimClock } from '../packages/world/src/sim/clock.ts';

const LETTERS = 300;

const folder = mkdtempSync(join(tmpdir(), 'posthorn-books-'));
try {
  const options = { path: folder, clock: new SimClock(), log: silentLog };
  const store = await openSqliteStore(options);
  await fillWithMany(store, LETTERS);
  const inventory = await inventoryOf(store);
  await store.close();
  console.log(keepReleased(SCHEMA_VERSION, folder, inventory));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
