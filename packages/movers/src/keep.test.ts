import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { acceptance, copyFor, inboxOf, NOW, person } from '@posthorn/store/contract/letters.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import { inventoryOf } from '@posthorn/store/sqlite/testing/inventory.ts';
import { fillWithMany } from '@posthorn/store/sqlite/testing/many-letters.ts';
import type { Store } from '@posthorn/store/store.ts';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { type LetterAbout, letterHead } from './archive.ts';
import { giveArchive } from './give.ts';
import { type KeepTotals, keepArchive, type KeptEvent } from './keep.ts';
import { TAR_END, tarHead, tarPadding } from './tar.ts';

const clock = new SimClock(NOW);

function open(): Promise<Store> {
  return openSqliteStore({ path: ':memory:', clock, log: silentLog });
}

async function* pieces(...octets: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  yield* octets;
}

async function keep(store: Store, archive: AsyncIterable<Buffer>, { address = 'eve@elm.test', isDry = false, messageOctetsMax = 10_000_000 } = {}): Promise<{ readonly events: readonly KeptEvent[]; readonly totals: KeepTotals }> {
  const { id } = await person(store, address);
  const keeping = keepArchive({ store, account: id, clock, random: seededRandom(7), messageOctetsMax, isDry }, archive);
  const events: KeptEvent[] = [];
  for (;;) {
    const next = await keeping.next();
    if (next.done === true) return { events, totals: next.value };
    events.push(next.value);
  }
}

function letter(text: string, about: Partial<LetterAbout> = {}, number = 1): readonly Buffer[] {
  const octets = Buffer.from(text);
  return [tarHead(letterHead({ mailbox: 'INBOX', flags: [], internalDate: NOW, ...about }, { number, size: octets.length })), octets, tarPadding(octets.length)];
}

const HELLO = 'Subject: Hello\r\n\r\nIt works.\r\n';

test('an account comes back from its archive as it was: letters, flags, dates, mailboxes, special uses, subscriptions', async () => {
  const store = await open();
  await fillWithMany(store, 60);
  const bob = await person(store, 'bob@elm.test');
  await store.mailboxes.create(bob.id, 'Empty/Deep', NOW);
  await store.mailboxes.unsubscribe(bob.id, 'Junk');
  const before = await inventoryOf(store);
  const other = await open();
  const { totals } = await keep(other, giveArchive({ store, account: bob.id, address: bob.address }), { address: 'bob@elm.test' });
  const after = await inventoryOf(other);
  const told = (inventory: typeof before): unknown => inventory.mailboxes.filter(({ account }) => account === 'bob@elm.test')
    .map(({ name, specialUse, letters }) => ({ name, specialUse, letters: letters.map(({ flags, internalDate, octets, subject, sha256 }) => ({ flags, internalDate, octets, subject, sha256 })) }));
  expect(told(after)).toEqual(told(before));
  expect(totals).toMatchObject({ present: 0, refused: 0 });
  expect(totals.kept).toBeGreaterThan(30);
});

test('what is brought again is not kept twice, and twins stay twins', async () => {
  const store = await open();
  const archive = (): AsyncIterable<Buffer> => pieces(...letter(HELLO), ...letter(HELLO, {}, 2), ...letter(`${HELLO}More.\r\n`, {}, 3), TAR_END);
  expect((await keep(store, archive())).totals).toMatchObject({ kept: 3, present: 0 });
  expect((await keep(store, archive())).totals).toMatchObject({ kept: 0, present: 3 });
  expect((await keep(store, pieces(...letter(HELLO), ...letter(HELLO), ...letter(HELLO), TAR_END))).totals).toMatchObject({ kept: 1, present: 2 });
});

test('a letter that came over SMTP is known again when it is brought as its reader sees it', async () => {
  const store = await open();
  const eve = await person(store, 'eve@elm.test');
  await store.accept(await acceptance(store, 'one', { placements: [copyFor(eve)], cuts: [{ start: 0, end: 20 }] }));
  expect((await keep(store, giveArchive({ store, account: eve.id, address: eve.address }))).totals).toMatchObject({ kept: 0, present: 1 });
});

test('a dry run tells what would be kept and changes nothing', async () => {
  const store = await open();
  const before = await inventoryOf(store);
  const { events, totals } = await keep(store, pieces(...letter(HELLO, { mailbox: 'New' }), TAR_END), { isDry: true });
  expect(events).toEqual([{ event: 'would-keep', number: 1, mailbox: 'New', octets: HELLO.length, sha256: createHash('sha256').update(HELLO).digest('hex') }]);
  expect(totals.kept).toBe(1);
  expect((await inventoryOf(store)).mailboxes).toHaveLength(before.mailboxes.length + 6);
});

test('a letter that is not what its archive says is refused, and the others are kept', async () => {
  const store = await open();
  const { events } = await keep(store, pieces(...letter(HELLO, { sha256: 'of another' }), ...letter(`Large: ${'x'.repeat(2000)}\r\n\r\n`), ...letter(HELLO), TAR_END), { messageOctetsMax: 1000 });
  expect(events.map(({ event, number }) => `${number} ${event}`)).toEqual(['1 refused', '2 refused', '3 kept']);
  const eve = await person(store, 'eve@elm.test');
  expect(await store.messages.states(await inboxOf(store, eve))).toHaveLength(1);
});

test('letters of an archive that somebody else packed go by their folders', async () => {
  const store = await open();
  const octets = Buffer.from(HELLO);
  const { events } = await keep(store, pieces(tarHead({ path: './Work/Plans/7.eml', size: octets.length, modifiedAt: 1_700_000_000, records: {} }), octets, tarPadding(octets.length), TAR_END));
  expect(events).toMatchObject([{ event: 'kept', mailbox: 'Work/Plans' }]);
});
