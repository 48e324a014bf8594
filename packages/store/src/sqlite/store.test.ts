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
import { acceptance, collect, copyFor, inboxOf, NOW, onward, person } from '../contract/letters.ts';
import { storeContract } from '../contract/store.contract.ts';
import { letterId, modseq } from '../ids.ts';
import { type Store, StoreLocked } from '../store.ts';
import { openSqliteStore } from './open.ts';
import { allOf, fillBooks, missing, rowsOf } from './testing/books.ts';
import { octetsOfLetter } from './testing/killed-letters.ts';

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

afterAll(async () => {
  await (await spare)?.close();
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** Opens each store anew; so that its thread does not compile the same files each time. */
process.env['NODE_COMPILE_CACHE'] = folder();

/** The next one opens while this one is tested: a thread takes longer to start than most letters to deliver. */
let spare: Promise<Store> | undefined;

function openAhead(): Promise<Store> {
  const ready = spare ?? open(folder());
  spare = open(folder());
  return ready;
}

storeContract('on disk', openAhead);

test('all that the books hold is there when they are opened again', async () => {
  const path = folder();
  const first = await open(path);
  const eve = await fillBooks(first);
  const before = await allOf(first, eve);
  await first.close();
  const again = await open(path);
  expect(await allOf(again, eve)).toEqual(before);
  await again.close();
});

test('after a reopening UIDs, modseqs, leases and UIDVALIDITYs go on from where they were', async () => {
  const path = folder();
  const first = await open(path);
  const eve = await fillBooks(first);
  const inbox = await inboxOf(first, eve);
  const before = await first.mailboxes.byName(eve.id, 'INBOX');
  const [old] = await first.spool.lease({ now: NOW, until: NOW + 1000, limit: 1, without: [] });
  const validities = (await first.mailboxes.list(eve.id)).map(({ uidValidity }) => uidValidity);
  await first.close();
  const again = await open(path);
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
  const kept = await rowsOf(store, key);
  expect(new Set(kept.map(({ letter }) => letter)).size).toBe(kept.length);
  expect(missing(acknowledged, kept.map(({ letter }) => letter))).toEqual([]);
  expect(missing(acknowledged, (await store.spool.list({ limit: kept.length })).map(({ letter }) => letter))).toEqual([]);
  // Also those that were stored and not acknowledged: their senders may take a 250 as sent.
  for (const row of kept) {
    if (!(await collect(store.contents.read(row.content))).equals(octetsOfLetter(row.letter))) throw new Error(`letter ${row.letter} is not what it was`);
  }
  expect(kept.some(({ contentOctets }) => contentOctets > 64 * 1024)).toBe(true);
  expect(await store.mailboxes.counts(key.account, key.mailbox)).toMatchObject({ messages: kept.length, unseen: kept.length });
  await store.close();
});

test('who looks while letters come and go sees each letter whole', async () => {
  const store = await open(folder());
  const eve = await person(store, 'eve@elm.test');
  const key = await inboxOf(store, eve);
  const come = async (id: string): Promise<void> => {
    const letters = [letterId(id)];
    await store.accept(await acceptance(store, id, { placements: [copyFor(eve)], spool: onward(['zoe@oak.test', 'oak.test']) }));
    await store.spool.command({ what: 'cancel', letters, at: NOW });
    await store.spool.conclude(letterId(id), []);
  };
  const look = async (): Promise<void> => {
    const changes = await store.messages.changes(key, modseq(0));
    if (changes === undefined) throw new Error('INBOX is gone');
    expect(changes.changed.at(-1)?.modseq ?? 0).toBe(changes.changed.length === 0 ? 0 : changes.highestModseq);
    expect(changes.changed).toHaveLength(changes.uidNext - 1);
    expect((await store.spool.list({ limit: 100 })).filter(({ recipients }) => recipients.length !== 1)).toEqual([]);
  };
  for (let round = 0; round < 40; round += 1) {
    const coming = Promise.all(Array.from({ length: 20 }, (_, number) => come(`x${round}y${number}`)));
    for (let looks = 0; looks < 15; looks += 1) {
      await look();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    await coming;
  }
  await store.close();
});
