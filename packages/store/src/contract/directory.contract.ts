/**
 * Contract: accounts, aliases, signing keys, and mailboxes as such.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import type { DkimKey } from '../keys.ts';
import type { Store } from '../store.ts';
import { addAccount, deliver, keyOf, mailboxOf, NOW, type OpenStore, uids } from './fixture.ts';

const CREDENTIALS = { argon2id: '$argon2id$x', scramSha256: { salt: 's', iterations: 100_000, storedKey: 'k', serverKey: 'v' } };
const KEY: DkimKey = { domain: 'elm.test', selector: 'one', algorithm: 'ed25519-sha256', privateKey: 'PEM', createdAt: NOW };

export function directoryContract(open: OpenStore): void {
  describe('directory', () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it('finds an account by address and by id, and adds none twice', async () => {
      const added = await store.accounts.add({ address: 'eve@elm.test', at: NOW, credentials: CREDENTIALS });
      expect(added).toMatchObject({ kind: 'added', account: { address: 'eve@elm.test', createdAt: NOW, credentials: CREDENTIALS } });
      expect(await store.accounts.add({ address: 'eve@elm.test', at: NOW + 1 })).toEqual({ kind: 'exists', account: added.account });
      expect(await store.accounts.byAddress('eve@elm.test')).toEqual(added.account);
      expect(await store.accounts.byId(added.account.id)).toEqual(added.account);
      expect(await store.accounts.byAddress('bob@elm.test')).toBeUndefined();
      await addAccount(store, 'bob@elm.test');
      expect((await store.accounts.list()).map(({ address }) => address)).toEqual(['eve@elm.test', 'bob@elm.test']);
    });

    it('changes credentials', async () => {
      const eve = await addAccount(store);
      expect(eve.credentials).toBeUndefined();
      expect(await store.accounts.setCredentials(eve.id, { argon2id: 'new' })).toBe(true);
      expect((await store.accounts.byId(eve.id))?.credentials).toEqual({ argon2id: 'new' });
      await store.accounts.remove(eve.id);
      expect(await store.accounts.setCredentials(eve.id, { argon2id: 'new' })).toBe(false);
    });

    it('removes an account with its mail, and gives its id to nobody', async () => {
      const eve = await addAccount(store);
      await deliver(store, [eve]);
      expect(await store.accounts.remove(eve.id)).toBe(true);
      expect(await store.accounts.remove(eve.id)).toBe(false);
      expect(await store.mailboxes.list(eve.id)).toEqual([]);
      expect(await store.mailboxes.subscriptions(eve.id)).toEqual([]);
      expect((await store.counts()).messages).toBe(0);
      expect((await addAccount(store)).id).toBeGreaterThan(eve.id);
    });

    it('keeps aliases in the order of their targets', async () => {
      await store.aliases.set({ address: 'team@elm.test', targets: ['zoe@elm.test', 'ann@ash.test'] });
      await store.aliases.set({ address: '@elm.test', targets: ['eve@elm.test'] });
      expect(await store.aliases.byAddress('team@elm.test')).toEqual({ address: 'team@elm.test', targets: ['zoe@elm.test', 'ann@ash.test'] });
      await store.aliases.set({ address: 'team@elm.test', targets: ['eve@elm.test'] });
      expect((await store.aliases.list()).map(({ targets }) => targets)).toEqual([['eve@elm.test'], ['eve@elm.test']]);
      expect(await store.aliases.remove('team@elm.test')).toBe(true);
      expect(await store.aliases.remove('team@elm.test')).toBe(false);
      expect(await store.aliases.byAddress('team@elm.test')).toBeUndefined();
    });

    it('keeps signing keys by domain and selector', async () => {
      expect(await store.keys.add(KEY)).toBe(true);
      expect(await store.keys.add({ ...KEY, privateKey: 'other' })).toBe(false);
      expect(await store.keys.ofDomain('elm.test')).toEqual([KEY]);
      expect(await store.keys.ofDomain('ash.test')).toEqual([]);
      expect(await store.keys.remove('elm.test', 'one')).toBe(true);
      expect(await store.keys.remove('elm.test', 'one')).toBe(false);
    });
  });

  describe('mailboxes', () => {
    let store: Store;
    let eve: Account;
    beforeEach(async () => {
      store = await open();
      eve = await addAccount(store);
    });
    afterEach(() => store.close());

    const names = async (): Promise<readonly string[]> => (await store.mailboxes.list(eve.id)).map(({ name }) => name);

    it('come with an account, INBOX first, with their use, subscribed, each with a UIDVALIDITY of its own', async () => {
      const list = await store.mailboxes.list(eve.id);
      expect(list.map(({ name, specialUse }) => [name, specialUse])).toEqual([
        ['INBOX', undefined], ['Archive', '\\Archive'], ['Drafts', '\\Drafts'], ['Junk', '\\Junk'], ['Sent', '\\Sent'], ['Trash', '\\Trash'],
      ]);
      expect(new Set(list.map(({ uidValidity }) => uidValidity)).size).toBe(6);
      expect(await store.mailboxes.subscriptions(eve.id)).toHaveLength(6);
    });

    it('are made with the levels above them', async () => {
      const made = await store.mailboxes.create(eve.id, 'Work/2026/Plans', NOW);
      expect(made).toMatchObject({ kind: 'created', mailbox: { name: 'Work/2026/Plans', uidNext: 1 } });
      expect(await names()).toEqual(expect.arrayContaining(['Work', 'Work/2026', 'Work/2026/Plans']));
      expect(await store.mailboxes.create(eve.id, 'Work', NOW)).toEqual({ kind: 'exists' });
    });

    it('are renamed with those below them, and keep letters, id and UIDVALIDITY', async () => {
      await store.mailboxes.create(eve.id, 'Work/Plans', NOW);
      await store.mailboxes.create(eve.id, 'Workshop', NOW);
      const before = await mailboxOf(store, eve, 'Work/Plans');
      expect(await store.mailboxes.rename(eve.id, 'Work', 'Old/Work', NOW)).toEqual({ kind: 'done' });
      expect(await names()).toEqual(['INBOX', 'Archive', 'Drafts', 'Junk', 'Old', 'Old/Work', 'Old/Work/Plans', 'Sent', 'Trash', 'Workshop']);
      const after = await mailboxOf(store, eve, 'Old/Work/Plans');
      expect([after.id, after.uidValidity]).toEqual([before.id, before.uidValidity]);
    });

    it('are renamed to the level above, even where those below bear the same name', async () => {
      await store.mailboxes.create(eve.id, 'Work/Old/Old/Old', NOW);
      await store.mailboxes.remove(eve.id, 'Work', NOW);
      const ids = async (names: readonly string[]): Promise<readonly number[]> => Promise.all(names.map(async (name) => (await mailboxOf(store, eve, name)).id));
      const before = await ids(['Work/Old', 'Work/Old/Old', 'Work/Old/Old/Old']);
      expect(await store.mailboxes.rename(eve.id, 'Work/Old', 'Work', NOW)).toEqual({ kind: 'done' });
      expect(await ids(['Work', 'Work/Old', 'Work/Old/Old'])).toEqual(before);
      expect(await store.mailboxes.byName(eve.id, 'Work/Old/Old/Old')).toBeUndefined();
    });

    it('are not renamed onto one that stands where one of those below would go', async () => {
      await store.mailboxes.create(eve.id, 'Work/Plans', NOW);
      await store.mailboxes.create(eve.id, 'Done/Plans', NOW);
      await store.mailboxes.remove(eve.id, 'Done', NOW);
      expect(await store.mailboxes.rename(eve.id, 'Work', 'Done', NOW)).toEqual({ kind: 'exists' });
      expect(await names()).toEqual(expect.arrayContaining(['Work', 'Work/Plans', 'Done/Plans']));
    });

    it('are not renamed onto or into one another', async () => {
      await store.mailboxes.create(eve.id, 'Work', NOW);
      expect(await store.mailboxes.rename(eve.id, 'Gone', 'New', NOW)).toEqual({ kind: 'no-mailbox' });
      expect(await store.mailboxes.rename(eve.id, 'Work', 'Sent', NOW)).toEqual({ kind: 'exists' });
      expect(await store.mailboxes.rename(eve.id, 'Work', 'Work/Below', NOW)).toEqual({ kind: 'within-itself' });
    });

    it('leave INBOX where it is when it is renamed, and move its letters', async () => {
      await deliver(store, [eve]);
      await deliver(store, [eve]);
      const inbox = await keyOf(store, eve);
      expect(await store.mailboxes.rename(eve.id, 'INBOX', 'Old/Mail', NOW)).toEqual({ kind: 'done' });
      expect(await store.messages.states(inbox)).toEqual([]);
      expect((await store.messages.states(await keyOf(store, eve, 'Old/Mail'))).map(({ uid }) => uid)).toEqual([1, 2]);
      expect((await mailboxOf(store, eve)).uidNext).toBe(3);
    });

    it('leave those below when they are removed, and come back with another UIDVALIDITY', async () => {
      await store.mailboxes.create(eve.id, 'Work/Plans', NOW);
      const before = await mailboxOf(store, eve, 'Work');
      expect(await store.mailboxes.remove(eve.id, 'Work', NOW)).toEqual({ kind: 'done' });
      expect(await store.mailboxes.byName(eve.id, 'Work')).toBeUndefined();
      expect(await store.mailboxes.byName(eve.id, 'Work/Plans')).toBeDefined();
      expect(await store.mailboxes.counts(eve.id, before.id)).toBeUndefined();
      await store.mailboxes.create(eve.id, 'Work', NOW);
      expect((await mailboxOf(store, eve, 'Work')).uidValidity).not.toBe(before.uidValidity);
      expect(await store.mailboxes.remove(eve.id, 'INBOX', NOW)).toEqual({ kind: 'is-inbox' });
      expect(await store.mailboxes.remove(eve.id, 'Gone', NOW)).toEqual({ kind: 'no-mailbox' });
    });

    it('are subscribed to by name, there or not', async () => {
      await store.mailboxes.subscribe(eve.id, 'Not yet');
      await store.mailboxes.subscribe(eve.id, 'Not yet');
      await store.mailboxes.unsubscribe(eve.id, 'Junk');
      expect(await store.mailboxes.subscriptions(eve.id)).toEqual(['Archive', 'Drafts', 'INBOX', 'Not yet', 'Sent', 'Trash']);
    });

    it('are recent to the first who asks', async () => {
      await deliver(store, [eve]);
      const { id } = await mailboxOf(store, eve);
      expect(await store.mailboxes.counts(eve.id, id)).toMatchObject({ messages: 1, recent: 1 });
      expect(await store.mailboxes.claimRecent(eve.id, id)).toBe(1);
      expect(await store.mailboxes.claimRecent(eve.id, id)).toBe(2);
      await deliver(store, [eve]);
      expect(await store.mailboxes.counts(eve.id, id)).toMatchObject({ recent: 1 });
      expect(await store.mailboxes.claimRecent(eve.id, id)).toBe(2);
    });

    it('count their letters through all that is done to them', async () => {
      for (let letter = 0; letter < 3; letter += 1) await deliver(store, [eve]);
      const key = await keyOf(store, eve);
      await store.messages.setFlags({ ...key, uids: uids(1), how: 'add', flags: ['\\Seen', '\\Deleted'], at: NOW });
      expect(await store.mailboxes.counts(eve.id, key.mailbox)).toMatchObject({ messages: 3, unseen: 2, deleted: 1 });
      await store.messages.setFlags({ ...key, uids: uids(1), how: 'remove', flags: ['\\Seen'], at: NOW });
      await store.messages.expunge({ ...key, uids: uids(1, 2, 3), at: NOW });
      const trash = await keyOf(store, eve, 'Trash');
      await store.messages.move({ ...key, uids: uids(2), target: trash.mailbox, at: NOW });
      const one = await store.mailboxes.counts(eve.id, key.mailbox);
      expect(one).toMatchObject({ messages: 1, unseen: 1, deleted: 0 });
      expect(await store.mailboxes.counts(eve.id, trash.mailbox)).toMatchObject({ messages: 1, unseen: 1, octets: one?.octets });
    });
  });
}
