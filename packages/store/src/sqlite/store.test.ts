import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { acceptance, copyFor, inboxOf, NOW, onward, person } from '../contract/letters.ts';
import { storeContract } from '../contract/store.contract.ts';
import { letterId, modseq } from '../ids.ts';
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
