import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, deliver, keyOf, octetsOf, only, stage } from '../contract/fixture.ts';
import { type Store, StoreFault, StoreRefused } from '../store.ts';
import { openSqliteStore } from './open.ts';
import { SCHEMA_VERSION } from './schema.ts';

const LARGE_OCTETS = 600_000;

/** So that each thread does not compile the same files again. */
const compiled = mkdtempSync(join(tmpdir(), 'posthorn-compiled-'));
process.env['NODE_COMPILE_CACHE'] = compiled;
afterAll(() => {
  rmSync(compiled, { recursive: true, force: true });
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-open-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(): Promise<Store> {
  return openSqliteStore({ path: folder, clock: new SimClock(), log: silentLog });
}

/** Changes the database while no store has it. */
function change(sql: string): void {
  const db = new Sqlite(join(folder, 'books.db'));
  db.exec(sql);
  db.close();
}

test('books of a newer version are refused, and say which they are', async () => {
  await (await open()).close();
  change(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  const refused = open();
  await expect(refused).rejects.toBeInstanceOf(StoreRefused);
  await expect(refused).rejects.toThrow(`of version ${SCHEMA_VERSION + 1}`);
  change(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  await (await open()).close();
});

test('a database that somebody else made is refused', async () => {
  await (await open()).close();
  change('PRAGMA application_id = 7');
  await expect(open()).rejects.toThrow('not made by Posthorn');
});

test('a file that is no database is not taken for an empty one', async () => {
  writeFileSync(join(folder, 'books.db'), 'These are not books.'.repeat(500));
  await expect(open()).rejects.toThrow('not a database');
});

test('a large letter is a file beside the books, named by its acceptance, and there when they are opened again', async () => {
  const octets = randomBytes(LARGE_OCTETS);
  const first = await open();
  const eve = await addAccount(first);
  await deliver(first, [eve], { content: await stage(first, octets) });
  const row = await only(first, await keyOf(first, eve));
  expect(readdirSync(join(folder, 'contents'))).toEqual([row.letter]);
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  await first.close();
  const again = await open();
  expect(await octetsOf(again.contents.read(row.content))).toEqual(octets);
  await again.close();
});

test('what a crash left on the shelf is swept away, and nothing else', async () => {
  const first = await open();
  const eve = await addAccount(first);
  await deliver(first, [eve], { content: await stage(first, randomBytes(LARGE_OCTETS)) });
  const { letter } = await only(first, await keyOf(first, eve));
  await first.close();
  writeFileSync(join(folder, 'contents', 'orphan'), 'named, never accepted');
  writeFileSync(join(folder, 'incoming', '1'), 'half received');
  const again = await open();
  await again.check();
  await expect.poll(() => readdirSync(join(folder, 'contents'))).toEqual([letter]);
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  await again.close();
});

test('a large letter that is refused or discarded leaves no file', async () => {
  const store = await open();
  const eve = await addAccount(store);
  const content = await stage(store, randomBytes(LARGE_OCTETS));
  const gone = { kind: 'account', address: 'gone@elm.test', account: eve.id } as const;
  expect(await deliver(store, [eve], { content, beliefs: [gone] })).toMatchObject({ kind: 'changed' });
  await content.discard();
  const intake = store.contents.receive();
  await intake.write(randomBytes(LARGE_OCTETS));
  await intake.discard();
  expect(['contents', 'incoming'].flatMap((name) => readdirSync(join(folder, name)))).toEqual([]);
  await store.close();
});

test('a damaged or missing file is a fault, not a wrong letter', async () => {
  const store = await open();
  const eve = await addAccount(store);
  await deliver(store, [eve], { content: await stage(store, Buffer.alloc(LARGE_OCTETS, 'words and more words. ')) });
  const row = await only(store, await keyOf(store, eve));
  const file = join(folder, 'contents', row.letter);
  const octets = readFileSync(file);
  octets[octets.length - 3] = (octets[octets.length - 3] ?? 0) ^ 0xff;
  writeFileSync(file, octets);
  await expect(octetsOf(store.messages.read(row))).rejects.toBeInstanceOf(StoreFault);
  rmSync(file);
  await expect(octetsOf(store.messages.read(row))).rejects.toBeInstanceOf(StoreFault);
  await store.close();
});

test('the WAL is brought into the books while letters keep coming', async () => {
  const store = await open();
  const eve = await addAccount(store);
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(Array.from({ length: 50 }, async () => deliver(store, [eve], { content: await stage(store, randomBytes(60_000)) })));
  }
  const written = statSync(join(folder, 'books.db')).size + (await store.counts()).walOctets;
  expect(written).toBeGreaterThan(1000 * 60_000);
  expect((await store.counts()).walOctets).toBeLessThan(written / 1.2);
  await store.close();
  expect(statSync(join(folder, 'books.db-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
});

test('only the one who runs it may look into the folder', async () => {
  rmSync(folder, { recursive: true });
  await (await open()).close();
  expect(existsSync(join(folder, 'store.lock'))).toBe(true);
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test('what was asked before closing is done', async () => {
  const store = await open();
  const added = store.accounts.add({ address: 'eve@elm.test', at: 0 });
  await store.close();
  await store.close();
  expect(await added).toMatchObject({ kind: 'added' });
  const again = await open();
  expect(await again.accounts.byAddress('eve@elm.test')).toBeDefined();
  await again.close();
});
