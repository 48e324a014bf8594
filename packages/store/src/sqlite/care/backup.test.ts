import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '@posthorn/world/log.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { CareRefused, type Progress } from '../../care.ts';
import { acceptance, copyFor, inboxOf, NOW, person } from '../../contract/letters.ts';
import { type Store, StoreLocked } from '../../store.ts';
import { openSqliteStore } from '../open.ts';
import { type Inventory, inventoryOf } from '../testing/inventory.ts';
import { layReleased } from '../testing/released.ts';
import { drill, examineFolder, mendFolder, restoreFolder } from './folder-care.ts';

const AT = Date.UTC(2026, 10, 24);
const quiet = { tell: (): void => {} };

/** So that each thread does not compile the same files again. */
const compiled = mkdtempSync(join(tmpdir(), 'posthorn-compiled-'));
process.env['NODE_COMPILE_CACHE'] = compiled;
afterAll(() => {
  rmSync(compiled, { recursive: true, force: true });
});

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'posthorn-backup-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function at(...names: readonly string[]): string {
  return join(root, ...names);
}

function open(folder: string): Promise<Store> {
  return openSqliteStore({ path: folder, clock: new SimClock(), log: silentLog });
}

async function openFull(): Promise<Store> {
  layReleased(1, at('data'));
  return open(at('data'));
}

/** What a restore changes by intent: every UIDVALIDITY, and what is under way waits. */
function asRestored({ mailboxes, spool, ...rest }: Inventory): unknown {
  return { ...rest, mailboxes: mailboxes.map((mailbox) => ({ ...mailbox, uidValidity: 'another' })), spool: spool.map((one) => one.replaceAll(/waiting|leased/g, 'held')) };
}

async function restored(folder = at('restored')): Promise<Inventory> {
  await restoreFolder(folder, { from: at('backup'), at: AT, isReplacing: false }, quiet);
  const store = await open(folder);
  const inventory = await inventoryOf(store);
  await store.close();
  return inventory;
}

test('a backup made while letters come in is restored with every letter that was there when it began, and no half one', async () => {
  const store = await openFull();
  const before = await inventoryOf(store);
  const ivy = await person(store, 'ivy@elm.test');
  const coming = (async () => {
    for (let number = 0; number < 60; number += 1) await store.accept(await acceptance(store, `late${number}`, { placements: [copyFor(ivy)] }, Buffer.alloc(number % 20 === 0 ? 200_000 : 2000, 'words ')));
  })();
  const report = await store.care.backUp(at('backup'), quiet);
  await coming;
  const late = await store.messages.states(await inboxOf(store, ivy));
  expect(late).toHaveLength(60);
  await store.close();
  const after = await restored();
  const others = (inventory: Inventory): Inventory => ({ ...inventory, accounts: [], subscriptions: [], mailboxes: inventory.mailboxes.filter(({ account }) => account !== 'ivy@elm.test') });
  expect(asRestored(others(after))).toEqual(asRestored(others(before)));
  const ivys = after.mailboxes.filter(({ account }) => account === 'ivy@elm.test').flatMap(({ letters }) => letters);
  expect(ivys.filter(({ sha256 }) => sha256.startsWith('unreadable'))).toEqual([]);
  expect(report.messages).toBe(after.mailboxes.flatMap(({ letters }) => letters).length);
  expect((await examineFolder(at('restored'), quiet)).damages).toEqual([]);
});

test('a second backup into the same folder copies only what is new, and lets go of what is not there any more', async () => {
  const store = await openFull();
  const first = await store.care.backUp(at('backup'), quiet);
  expect(first.newContents).toBe(first.contents);
  const eve = await person(store, 'eve@elm.test');
  await store.accept(await acceptance(store, 'new-small', { placements: [copyFor(eve)] }));
  await store.accept(await acceptance(store, 'new-large', { placements: [copyFor(eve)] }, Buffer.alloc(300_000, 'many words ')));
  const large = readdirSync(at('backup', 'contents')).length;
  const second = await store.care.backUp(at('backup'), quiet);
  expect(second).toMatchObject({ newContents: 2, contents: first.contents + 2 });
  expect(readdirSync(at('backup', 'contents'))).toHaveLength(large + 1);
  const before = await inventoryOf(store);
  await store.close();
  expect(asRestored(await restored())).toEqual(asRestored(before));
});

test('nothing that a backup has seen is swept away before it is copied', async () => {
  const store = await openFull();
  const eve = await person(store, 'eve@elm.test');
  const inbox = await inboxOf(store, eve);
  const uids = (await store.messages.states(inbox)).map(({ uid }) => uid);
  let told = false;
  const expunge = async (): Promise<void> => {
    await store.messages.setFlags({ ...inbox, uids, how: 'add', flags: ['\\Deleted'], at: NOW });
    await store.messages.expunge({ ...inbox, uids, at: NOW });
  };
  const gone: Promise<void>[] = [];
  await store.care.backUp(at('backup'), {
    tell: ({ task }) => {
      if (told || task !== 'copying letters') return;
      told = true;
      gone.push(expunge());
    },
  });
  await Promise.all(gone);
  expect(await store.messages.states(inbox)).toEqual([]);
  await store.close();
  const inventory = await restored();
  expect(inventory.mailboxes.flatMap(({ letters }) => letters).filter(({ sha256 }) => sha256.startsWith('unreadable'))).toEqual([]);
  expect(inventory.mailboxes.find(({ account, name }) => account === 'eve@elm.test' && name === 'INBOX')?.letters).toHaveLength(uids.length);
});

test('after a restore every mailbox has another UIDVALIDITY, and letters under way wait for a word', async () => {
  const store = await openFull();
  const before = await inventoryOf(store);
  await store.care.backUp(at('backup'), quiet);
  await store.close();
  const report = await restoreFolder(at('restored'), { from: at('backup'), at: AT, isReplacing: false }, quiet);
  const again = await open(at('restored'));
  const after = await inventoryOf(again);
  const old = new Set(before.mailboxes.map(({ uidValidity }) => uidValidity));
  expect(after.mailboxes.filter(({ uidValidity }) => old.has(uidValidity))).toEqual([]);
  expect(new Set(after.mailboxes.map(({ uidValidity }) => uidValidity)).size).toBe(after.mailboxes.length);
  expect(report.held).toBe(before.spool.length);
  expect(await again.spool.nextDue()).toBeUndefined();
  const letters = (await again.spool.list({ limit: 1000 })).map(({ letter }) => letter);
  expect(await again.spool.command({ what: 'release', letters, at: AT })).toHaveLength(letters.length);
  await again.close();
});

test('a letter that came after a restore is not taken for one that an interrupted backup left behind', async () => {
  const store = await openFull();
  await store.care.backUp(at('backup'), quiet);
  const eve = await person(store, 'eve@elm.test');
  cpSync(at('backup', 'books.db'), at('old-books.db'));
  cpSync(at('backup', 'backup.json'), at('old-backup.json'));
  await store.accept(await acceptance(store, 'left', { placements: [copyFor(eve)] }, Buffer.from('Subject: left\r\n\r\nold octets\r\n')));
  await store.care.backUp(at('backup'), quiet);
  await store.close();
  // As if the second one had been killed before its books were whole.
  cpSync(at('old-books.db'), at('backup', 'books.db'));
  cpSync(at('old-backup.json'), at('backup', 'backup.json'));
  await restored();
  const again = await open(at('restored'));
  await again.accept(await acceptance(again, 'fresh', { placements: [copyFor(await person(again, 'eve@elm.test'))] }, Buffer.from('Subject: fresh\r\n\r\nnew octets\r\n')));
  await again.care.backUp(at('backup'), quiet);
  const now = await inventoryOf(again);
  await again.close();
  expect(asRestored(await restored(at('twice')))).toEqual(asRestored(now));
});

test('a letter damaged on its disk is not backed up as if it were whole', async () => {
  await (await openFull()).close();
  const [name = ''] = readdirSync(at('data', 'contents'));
  const octets = readFileSync(at('data', 'contents', name));
  octets[octets.length - 5] = (octets[octets.length - 5] ?? 0) ^ 1;
  writeFileSync(at('data', 'contents', name), octets);
  const store = await open(at('data'));
  await expect(store.care.backUp(at('backup'), quiet)).rejects.toThrow('1 letters could not be backed up as they were received');
  expect(existsSync(at('backup', 'backup.json'))).toBe(false);
  await expect(restoreFolder(at('restored'), { from: at('backup'), at: AT, isReplacing: false }, quiet)).rejects.toThrow('there is no whole backup in');
  await store.close();
});

test('a drill restores, opens and reads everything, and leaves nothing behind', async () => {
  const store = await openFull();
  const { messages } = await store.care.backUp(at('backup'), quiet);
  await store.close();
  const told: Progress[] = [];
  const scratch = at('scratch');
  mkdirSync(scratch);
  const report = await drill(at('backup'), { at: AT, parent: scratch }, { tell: (progress) => told.push(progress) });
  expect(report).toMatchObject({ messages, examination: { messages, damages: [] } });
  expect(readdirSync(scratch)).toEqual([]);
  expect(new Set(told.map(({ task }) => task))).toEqual(new Set(['copying books', 'copying letters', 'checking structure', 'reading letters', 'reading messages']));
  // As a disk would, in the middle of what is kept of a letter.
  const letters = new Sqlite(at('backup', 'letters.db'));
  const { id, octets } = letters.prepare<[], { id: number; octets: Buffer }>("SELECT id, octets FROM content WHERE letter = 'm71'").get() ?? { id: 0, octets: Buffer.alloc(1) };
  const middle = Math.floor(octets.length / 2);
  octets[middle] = (octets[middle] ?? 0) ^ 4;
  letters.prepare('UPDATE content SET octets = ? WHERE id = ?').run(octets, id);
  letters.close();
  expect((await drill(at('backup'), { at: AT, parent: scratch }, quiet)).examination.damages).toMatchObject([{ what: 'message', letter: 'm71', why: expect.stringContaining('its octets') }]);
});

test('books that are there are not overwritten by a restore; told to, it moves them aside whole', async () => {
  const store = await openFull();
  await store.care.backUp(at('backup'), quiet);
  await store.close();
  await expect(restoreFolder(at('data'), { from: at('backup'), at: AT, isReplacing: false }, quiet)).rejects.toThrow('there are books in');
  await restoreFolder(at('data'), { from: at('backup'), at: AT, isReplacing: true }, quiet);
  const aside = readdirSync(at('data')).find((name) => name.startsWith('replaced-')) ?? '';
  expect(statSync(at('data', aside, 'books.db')).size).toBeGreaterThan(100_000);
  await (await open(at('data'))).close();
});

test('what is no backup folder, or in use, is refused in a sentence', async () => {
  const store = await openFull();
  await expect(store.care.backUp(at('data'), quiet)).rejects.toThrow('is a data folder; a backup goes elsewhere');
  mkdirSync(at('photos'));
  writeFileSync(at('photos', 'cat.jpg'), '');
  await expect(store.care.backUp(at('photos'), quiet)).rejects.toThrow(`${at('photos')} is not empty and no backup: it holds cat.jpg`);
  await expect(examineFolder(at('data'), quiet)).rejects.toThrow(StoreLocked);
  await expect(examineFolder(at('photos'), quiet)).rejects.toThrow(CareRefused);
  await store.close();
  const memory = await openSqliteStore({ path: ':memory:', clock: new SimClock(), log: silentLog });
  await expect(memory.care.examine(quiet)).rejects.toThrow('kept in memory only');
  await memory.close();
});

test('mending lays aside what is damaged, tells IMAP clients that it is gone, and keeps the rest', async () => {
  const store = await openFull();
  const before = await inventoryOf(store);
  await store.close();
  const [name = ''] = readdirSync(at('data', 'contents'));
  writeFileSync(at('data', 'contents', name), readFileSync(at('data', 'contents', name)).subarray(0, 40));
  const hit = before.mailboxes.flatMap(({ account, name: mailbox, letters }) => letters.filter(({ letter }) => letter === name).map(({ uid }) => ({ account, mailbox, uid })));
  const mending = await mendFolder(at('data'), AT, quiet);
  expect(mending.damages).toHaveLength(hit.length);
  expect(readdirSync(mending.quarantine)).toEqual(expect.arrayContaining(['books.db', 'damages.json']));
  const again = await open(at('data'));
  const after = await inventoryOf(again);
  const isHit = (account: string, mailbox: string, uid: number): boolean => hit.some((one) => one.account === account && one.mailbox === mailbox && one.uid === uid);
  expect(after.mailboxes.map(({ letters }) => letters)).toEqual(before.mailboxes.map(({ account, name: mailbox, letters }) => letters.filter(({ uid }) => !isHit(account, mailbox, uid))));
  const [first] = hit;
  const owner = await again.accounts.byAddress(first?.account ?? '');
  const mailbox = owner && await again.mailboxes.byName(owner.id, first?.mailbox ?? '');
  const changes = owner && mailbox && await again.messages.changes({ account: owner.id, mailbox: mailbox.id }, mailbox.highestModseq - 1 as typeof mailbox.highestModseq);
  expect(changes?.vanished).toContain(first?.uid);
  await again.close();
  expect((await examineFolder(at('data'), quiet)).damages).toEqual([]);
});

/** Eve deletes a letter, moves one, and removes a mailbox with one in it. */
async function deleteSome(store: Store): Promise<Awaited<ReturnType<typeof person>>> {
  const ivy = await person(store, 'ivy@elm.test');
  for (const name of ['gone', 'moved', 'junked']) await store.accept(await acceptance(store, name, { placements: [copyFor(ivy)] }));
  const inbox = await inboxOf(store, ivy);
  const [gone, moved, junked] = (await store.messages.states(inbox)).map(({ uid }) => uid);
  const [trash, junk] = await Promise.all([store.mailboxes.byName(ivy.id, 'Trash'), store.mailboxes.byName(ivy.id, 'Junk')]);
  if (gone === undefined || moved === undefined || junked === undefined || trash === undefined || junk === undefined) throw new Error('three letters and two mailboxes');
  await store.messages.setFlags({ ...inbox, uids: [gone], how: 'add', flags: ['\\Deleted'], at: NOW });
  await store.messages.expunge({ ...inbox, uids: [gone], at: NOW });
  await store.messages.move({ ...inbox, uids: [moved], target: trash.id, at: NOW });
  await store.messages.move({ ...inbox, uids: [junked], target: junk.id, at: NOW });
  await store.mailboxes.remove(ivy.id, 'Junk', NOW);
  return ivy;
}

test('what was deleted and can be put back is no damage, is examined, and comes over when books are mended', async () => {
  const store = await openFull();
  const ivy = await deleteSome(store);
  await store.close();
  expect((await examineFolder(at('data'), quiet)).damages).toEqual([]);
  const db = new Sqlite(at('data', 'books.db'));
  db.exec(`UPDATE gone SET internal_date = internal_date + 1 WHERE content = (SELECT id FROM content WHERE letter = 'gone')`);
  db.close();
  expect((await examineFolder(at('data'), quiet)).damages).toMatchObject([{ what: 'deleted letter', account: 'ivy@elm.test', mailbox: 'INBOX', letter: 'gone' }]);
  await mendFolder(at('data'), AT, quiet);
  const mended = await open(at('data'));
  const deleted = await mended.kept.deleted({ account: ivy.id, since: 0, now: NOW, limit: 10 });
  expect(deleted.map(({ letter, mailbox }) => `${letter} in ${mailbox}`)).toEqual(['junked in Junk']);
  expect(await mended.kept.restore({ account: ivy.id, since: 0, at: NOW })).toEqual({ restored: [{ mailbox: 'Junk', letters: 1 }], hasMore: false });
  await mended.close();
  expect((await examineFolder(at('data'), quiet)).damages).toEqual([]);
});
