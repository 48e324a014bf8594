import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock, settle } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { acceptance, copyFor, inboxOf, NOW, onward, person } from '../contract/letters.ts';
import { type Store, StoreFault, StoreLocked } from '../store.ts';
import { MemoryDisk } from './memory-disk.ts';
import { openSqliteStore } from './open.ts';
import { allOf, fillBooks } from './testing/books.ts';

const LARGE_OCTETS = 300_000;

let disk: MemoryDisk;
let clock: SimClock;

beforeEach(() => {
  disk = new MemoryDisk();
  clock = new SimClock();
});

afterEach(() => {
  disk.destroy();
});

function open(log = silentLog): Promise<Store> {
  return openSqliteStore({ path: ':memory:', clock, log, disk });
}

/** What becomes of a promise when everything that can happen has. */
async function fate(promise: Promise<unknown>): Promise<unknown> {
  const pending = Symbol('pending');
  await settle();
  const first = await Promise.race([promise.then(() => 'answered', () => 'thrown'), Promise.resolve(pending)]);
  return first === pending ? 'never' : first;
}

test('books on a disk in memory hold everything when they are opened again', async () => {
  const first = await open();
  const eve = await fillBooks(first);
  const before = await allOf(first, eve);
  await first.close();
  const again = await open();
  expect(await allOf(again, eve)).toEqual(before);
});

test('two programs cannot have the same disk', async () => {
  const first = await open();
  await expect(open()).rejects.toBeInstanceOf(StoreLocked);
  await first.close();
  await open();
});

test('what a crash finds uncommitted is not written, and whoever asked is never answered', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  const letter = await acceptance(store, 'lost', { placements: [copyFor(eve)] });
  const answer = store.accept(letter);
  disk.crash();
  expect(await fate(answer)).toBe('never');
  expect(await fate(store.check())).toBe('never');
  const again = await open();
  expect(await again.messages.states(await inboxOf(again, eve))).toEqual([]);
});

test('a crash just after a commit loses the answer, not the letter', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  disk.onGroup = (moment) => {
    if (moment === 'after') disk.crash();
  };
  const answer = store.accept(await acceptance(store, 'kept', { placements: [copyFor(eve)] }));
  expect(await fate(answer)).toBe('never');
  disk.onGroup = undefined;
  const again = await open();
  expect(await again.messages.states(await inboxOf(again, eve))).toHaveLength(1);
});

test('a program that has crashed cannot close the books of the next one, nor leave it a file', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  const large = await acceptance(store, 'large', { placements: [copyFor(eve)] }, randomBytes(LARGE_OCTETS));
  disk.crash();
  const again = await open();
  expect(await fate(store.accept(large))).toBe('never');
  await store.close();
  await again.check();
  await again.close();
  expect(disk.open().shelved).toEqual([]);
});

test('a file whose letter a crash kept from being accepted is swept away', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  disk.onGroup = (moment) => {
    if (moment === 'before') disk.crash();
  };
  expect(await fate(store.accept(await acceptance(store, 'large', { placements: [copyFor(eve)] }, randomBytes(LARGE_OCTETS))))).toBe('never');
  disk.onGroup = undefined;
  const again = await open();
  for (let step = 0; step < 3; step += 1) await again.check();
  await again.close();
  expect(disk.open().shelved).toEqual([]);
});

test('a commit that the disk fails is a fault, nothing of it is there, and the next one works', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  disk.fail('SQLITE_IOERR_FSYNC');
  const letter = await acceptance(store, 'again', { placements: [copyFor(eve)] });
  await expect(store.accept(letter)).rejects.toBeInstanceOf(StoreFault);
  await expect(store.check()).rejects.toBeInstanceOf(StoreFault);
  expect(await store.messages.states(await inboxOf(store, eve))).toEqual([]);
  disk.heal();
  await clock.advance(100);
  await store.accept(await acceptance(store, 'again', { placements: [copyFor(eve)] }));
  expect(await store.messages.states(await inboxOf(store, eve))).toHaveLength(1);
});

test('a disk that goes on failing is asked less and less often', async () => {
  const log = new MemoryLog();
  const store = await open(log);
  // Whoever looks again whenever something may be due, as the queue does.
  store.watch(() => void store.check().catch(() => {}));
  disk.fail('SQLITE_IOERR_WRITE');
  await expect(store.check()).rejects.toBeInstanceOf(StoreFault);
  await clock.advance(60_000);
  expect(log.of('the writer of the store is back').length).toBeLessThan(15);
  disk.heal();
  await clock.advance(10_000);
  await store.check();
});

test('a commit that failed and is there all the same was never answered as done', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  disk.fail('SQLITE_IOERR_FSYNC', { isWritten: true });
  await expect(store.accept(await acceptance(store, 'doubtful', { placements: [copyFor(eve)] }))).rejects.toBeInstanceOf(StoreFault);
  disk.heal();
  await clock.advance(100);
  expect(await store.messages.states(await inboxOf(store, eve))).toHaveLength(1);
  expect(await store.accept(await acceptance(store, 'next', { placements: [copyFor(eve)] }))).toMatchObject({ kind: 'accepted' });
});

test('what was being carried when a host crashed is free when the books are opened again', async () => {
  const store = await open();
  await store.accept(await acceptance(store, 'carried', { spool: onward(['zoe@oak.test', 'oak.test']) }));
  const lease = { now: NOW, until: NOW + 1000, limit: 1, without: [] };
  expect(await store.spool.lease(lease)).toHaveLength(1);
  disk.crash();
  const again = await open();
  expect((await again.counts()).interrupted).toBe(1);
  expect(await again.spool.lease(lease)).toHaveLength(1);
});

test('what was cancelled while it was carried has failed when its host comes up after a crash', async () => {
  const store = await open();
  await store.accept(await acceptance(store, 'carried', { spool: onward(['zoe@oak.test', 'oak.test']) }));
  await store.spool.lease({ now: NOW, until: NOW + 1000, limit: 1, without: [] });
  await store.spool.command({ what: 'cancel', at: NOW });
  expect(await store.spool.finished(1)).toEqual([]);
  disk.crash();
  expect((await (await open()).spool.finished(1)).map(({ letter }) => letter)).toEqual(['carried']);
});

test('a full disk is a fault until there is room again', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  disk.fill();
  const large = await acceptance(store, 'large', { placements: [copyFor(eve)] }, randomBytes(20_000));
  await expect(store.accept(large)).rejects.toBeInstanceOf(StoreFault);
  disk.heal();
  await store.accept(await acceptance(store, 'room', { placements: [copyFor(eve)] }, randomBytes(20_000)));
  expect(await store.messages.states(await inboxOf(store, eve))).toHaveLength(1);
});

test('tidying up that finds the disk full takes no answer with it, and is caught up on', async () => {
  const log = new MemoryLog();
  const store = await open(log);
  // Each recipient has a key to find the letter by, written when it was answered.
  const recipients = Array.from({ length: 400 }, (_, number) => [`zoe${number}@oak.test`, 'oak.test'] as const);
  disk.onGroup = (moment) => {
    if (moment === 'after') disk.fill();
  };
  expect(await store.accept(await acceptance(store, 'many', { spool: onward(...recipients) }))).toMatchObject({ kind: 'accepted' });
  expect(log.of('the store could not tidy up')[0]?.facts).toMatchObject({ code: 'SQLITE_FULL' });
  disk.onGroup = undefined;
  disk.heal();
  await store.check();
  expect(await store.ledger.find({ address: 'zoe399@oak.test', limit: 2 })).toHaveLength(1);
});
