import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { acceptance, collect, copyFor, inboxOf, NOW, onward, person } from '../contract/letters.ts';
import { type LetterId, letterId } from '../ids.ts';
import { type Store, StoreLocked } from '../store.ts';
import { openSqliteStore } from './open.ts';
import { allOf, fillBooks, missing, rowsOf } from './testing/books.ts';
import { octetsOfLetter } from './testing/killed-letters.ts';

let path = '';
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'posthorn-restart-'));
});
afterEach(() => {
  rmSync(path, { recursive: true, force: true });
});

function open(): Promise<Store> {
  return openSqliteStore({ path, clock: new SimClock(), log: silentLog });
}

test('all that the books hold is there when they are opened again', async () => {
  const first = await open();
  const eve = await fillBooks(first);
  const before = await allOf(first, eve);
  await first.close();
  const again = await open();
  expect(await allOf(again, eve)).toEqual(before);
  await again.close();
});

test('after a reopening UIDs, modseqs, leases and UIDVALIDITYs go on from where they were', async () => {
  const first = await open();
  const eve = await fillBooks(first);
  const inbox = await inboxOf(first, eve);
  const before = await first.mailboxes.byName(eve.id, 'INBOX');
  const [old] = await first.spool.lease({ now: NOW, until: NOW + 1000, limit: 1, without: [] });
  const validities = (await first.mailboxes.list(eve.id)).map(({ uidValidity }) => uidValidity);
  await first.close();
  const again = await open();
  const answer = await again.accept(await acceptance(again, 'after', { placements: [copyFor(eve)] }));
  expect(answer).toEqual({ kind: 'accepted', placed: [{ ...inbox, uid: before?.uidNext }] });
  const [state] = (await again.messages.states(inbox)).slice(-1);
  expect(state?.modseq).toBeGreaterThan(before?.highestModseq ?? Number.NaN);
  const [errand] = await again.spool.lease({ now: NOW + 1000, until: NOW + 2000, limit: 1, without: [] });
  expect(errand?.lease).toBeGreaterThan(old?.lease ?? Number.NaN);
  const made = await again.mailboxes.create(eve.id, 'New', NOW);
  expect(made.kind === 'created' && validities.every((one) => one < made.mailbox.uidValidity)).toBe(true);
  await again.close();
});

test('a store that is open elsewhere is refused', async () => {
  const store = await open();
  await expect(open()).rejects.toThrow(StoreLocked);
  await store.close();
  await (await open()).close();
});

test('what was being carried when the books were left is tried again at once, and the ledger says that it may arrive twice', async () => {
  const first = await open();
  await fillBooks(first);
  const letter = letterId('onward');
  const held = (await first.accept(await acceptance(first, 'kept', { spool: onward(['zoe@oak.test', 'oak.test']) }))).kind;
  const errands = await first.spool.lease({ now: NOW + 10, until: NOW + 90_000_000_000, limit: 10, without: [] });
  expect([held, errands.length]).toEqual(['accepted', 3]);
  await first.spool.command({ what: 'hold', letters: [letterId('kept')], at: NOW });
  await first.close();
  const again = await open();
  expect((await again.counts()).interrupted).toBe(3);
  const states = async (id: LetterId): Promise<readonly string[]> => (await again.spool.get(id))?.recipients.map(({ state }) => state) ?? [];
  expect([await states(letter), await states(letterId('kept'))]).toEqual([['waiting', 'waiting'], ['held']]);
  expect(await again.spool.lease({ now: NOW + 20, until: NOW + 1000, limit: 10, without: [] })).toHaveLength(2);
  const acts = (await again.ledger.ofLetter(letter)).entries.filter(({ act }) => act === 'interrupted');
  expect(acts.map(({ recipient }) => recipient).toSorted()).toEqual(['ann@ash.test', 'zoe@oak.test']);
  await again.close();
});

test('after kill -9 every acknowledged letter is in the mailbox and the spool, once and octet for octet', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('testing/writer-process.ts', import.meta.url)), path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    acknowledged.push(id);
    if (acknowledged.length === 200) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  const store = await open();
  const key = await inboxOf(store, await person(store, 'eve@elm.test'));
  const kept = await rowsOf(store, key);
  expect(new Set(kept.map(({ letter }) => letter)).size).toBe(kept.length);
  expect(missing(acknowledged, kept.map(({ letter }) => letter))).toEqual([]);
  expect(missing(acknowledged, (await store.spool.list({ limit: kept.length })).map(({ letter }) => letter))).toEqual([]);
  // Also those that were stored and whose acknowledgement was cut off: what is there is there whole.
  for (const row of kept) {
    if (!(await collect(store.contents.read(row.content))).equals(octetsOfLetter(row.letter))) throw new Error(`letter ${row.letter} is not what it was`);
  }
  expect(kept.some(({ contentOctets }) => contentOctets > 64 * 1024)).toBe(true);
  expect(await store.mailboxes.counts(key.account, key.mailbox)).toMatchObject({ messages: kept.length, unseen: kept.length });
  await store.close();
});
