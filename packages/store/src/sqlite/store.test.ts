import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { acceptance, copyFor, inboxOf, onward, person } from '../contract/letters.ts';
import { storeContract } from '../contract/store.contract.ts';
import { StoreLocked } from '../store.ts';
import type { Store } from '../store.ts';
import { openSqliteStore } from './open.ts';

const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'posthorn-store-'));
  folders.push(path);
  return path;
}

function open(path: string): Promise<Store> {
  // In 2026, as the contract's letters: the ledger forgets what is old.
  return openSqliteStore({ path, clock: new SimClock(), log: silentLog });
}

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

storeContract('in memory', () => open(':memory:'));
storeContract('on disk', () => open(folder()));

test('what was accepted is there when the store is opened again', async () => {
  const path = folder();
  const first = await open(path);
  const eve = await person(first, 'eve@elm.test');
  await first.accept(await acceptance(first, 'one', { placements: [copyFor(eve)], spool: onward(['a@b.test', 'b.test']) }));
  await first.close();
  const again = await open(path);
  expect(await again.messages.states(await inboxOf(again, eve))).toHaveLength(1);
  expect(await again.spool.counts()).toMatchObject({ letters: 1, waiting: 1 });
  await again.close();
});

test('a store that is open elsewhere is refused', async () => {
  const path = folder();
  const store = await open(path);
  await expect(open(path)).rejects.toThrow(StoreLocked);
  await store.close();
  await (await open(path)).close();
});

test('after kill -9 every acknowledged letter is in the mailbox, once', async () => {
  const path = folder();
  const child = spawn(process.execPath, [fileURLToPath(new URL('testing/writer-process.ts', import.meta.url)), path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    acknowledged.push(id);
    if (acknowledged.length === 200) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  const store = await open(path);
  const key = await inboxOf(store, await person(store, 'eve@elm.test'));
  const uids = (await store.messages.states(key)).map(({ uid }) => uid);
  const kept: string[] = [];
  for (let at = 0; at < uids.length; at += 1000) kept.push(...(await store.messages.rows(key, uids.slice(at, at + 1000))).map(({ letter }) => letter));
  expect(new Set(kept).size).toBe(kept.length);
  expect(acknowledged.filter((id) => !kept.includes(id))).toEqual([]);
  await store.close();
});
