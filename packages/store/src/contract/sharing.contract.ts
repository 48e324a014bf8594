/**
 * Contract: rights granted in mailboxes, notes about them; both go when their mailbox or account goes.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import { accountId, mailboxId } from '../ids.ts';
import type { MailboxKey } from '../messages.ts';
import type { Store } from '../store.ts';
import { addAccount, deliver, keyOf, NOW, only, type OpenStore, uids } from './fixture.ts';

export function sharingContract(open: OpenStore): void {
  describe('sharing', () => {
    let store: Store;
    let bob: Account;
    let eve: Account;
    let work: MailboxKey;
    beforeEach(async () => {
      store = await open();
      bob = await addAccount(store, 'bob@elm.test');
      eve = await addAccount(store);
      await store.mailboxes.create(bob.id, 'Work', NOW);
      work = await keyOf(store, bob, 'Work');
    });
    afterEach(() => store.close());

    it('grants to an account and to anyone, anew in place of before', async () => {
      expect(await store.sharing.grant(work, eve.id, 'lrs')).toBe(true);
      expect(await store.sharing.grant(work, 'anyone', 'l')).toBe(true);
      expect(await store.sharing.grant(work, eve.id, 'lr')).toBe(true);
      expect(await store.sharing.grants(work)).toEqual([{ who: 'anyone', rights: 'l' }, { who: eve.id, rights: 'lr' }]);
      const [shared] = await store.sharing.sharedWith(eve.id);
      expect(shared).toMatchObject({ owner: bob.id, ownerAddress: 'bob@elm.test', mailbox: { name: 'Work' } });
      expect([...new Set(shared?.rights)].toSorted()).toEqual(['l', 'r']);
      expect(await store.sharing.sharedWith(bob.id)).toEqual([]);
      await store.sharing.grant(work, 'anyone', '');
      await store.sharing.grant(work, eve.id, '');
      expect(await store.sharing.sharedWith(eve.id)).toEqual([]);
    });

    it('grants nothing in a mailbox or to an account that is not there', async () => {
      expect(await store.sharing.grant({ ...work, mailbox: mailboxId(999) }, eve.id, 'l')).toBe(false);
      expect(await store.sharing.grant(work, accountId(999), 'l')).toBe(false);
    });

    it('forgets what was granted and noted when the mailbox goes, or whoever it was granted to', async () => {
      await store.sharing.grant(work, eve.id, 'lr');
      await store.annotations.set({ ...work, holder: eve.id }, [{ entry: '/comment', value: Buffer.from('x') }], 9);
      await store.accounts.remove(eve.id);
      expect(await store.sharing.grants(work)).toEqual([]);
      expect(await store.annotations.of({ ...work, holder: eve.id })).toEqual([]);
      await store.sharing.grant(work, 'anyone', 'lr');
      await store.mailboxes.remove(bob.id, 'Work', NOW);
      expect(await store.sharing.grants(work)).toEqual([]);
    });

    it('moves and copies letters to another account, counting for both, without what may not go along', async () => {
      await deliver(store, [eve]);
      await deliver(store, [eve]);
      const inbox = await keyOf(store, eve);
      await store.messages.setFlags({ ...inbox, uids: uids(1, 2), how: 'add', flags: ['\\Seen', '\\Deleted', 'Work'], at: NOW });
      const before = await store.quotas.usage(eve.address);
      const to = { target: work.mailbox, targetAccount: work.account, at: NOW };
      expect(await store.messages.move({ ...inbox, uids: uids(1), ...to, limits: { account: { messages: 0 }, domain: {} } })).toEqual({ kind: 'over-quota' });
      expect(await store.messages.move({ ...inbox, uids: uids(1), ...to, without: { seen: true, deleted: false, others: true } })).toMatchObject({ kind: 'done' });
      expect(await store.messages.copy({ ...inbox, uids: uids(2), ...to, without: { seen: false, deleted: true, others: false } })).toMatchObject({ kind: 'done' });
      expect((await only(store, work)).flags).toEqual(['\\Deleted']);
      expect((await only(store, work, 2)).flags).toEqual(['\\Seen', 'Work']);
      expect(await store.quotas.usage(bob.address)).toEqual(before);
      expect(await store.quotas.usage(eve.address)).toEqual({ messages: 1, octets: before.octets / 2 });
      expect((await store.mailboxes.byName(bob.id, 'Work'))?.highestModseq).toBeGreaterThan(0);
    });

    it('replaces flags but for kinds that are to stay', async () => {
      await deliver(store, [eve]);
      const inbox = await keyOf(store, eve);
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'add', flags: ['\\Seen', '\\Deleted', 'Work'], at: NOW });
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'replace', flags: ['\\Draft'], without: { seen: false, deleted: true, others: false }, at: NOW });
      expect((await only(store, inbox)).flags).toEqual(['\\Deleted', '\\Draft']);
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'replace', flags: ['\\Seen'], without: { seen: false, deleted: false, others: true }, at: NOW });
      expect((await only(store, inbox)).flags).toEqual(['\\Seen', '\\Draft']);
    });

    it('keeps notes of each holder apart, and only so many', async () => {
      const mine = { ...work, holder: bob.id };
      const all = { ...work, holder: null };
      const note = (entry: string, value: string | null) => ({ entry, value: value === null ? null : Buffer.from(value) });
      expect(await store.annotations.set(mine, [note('/comment', 'mine'), note('/b', 'x')], 2)).toBe('done');
      expect(await store.annotations.set(all, [note('/comment', 'ours')], 2)).toBe('done');
      expect(await store.annotations.set(mine, [note('/c', 'one more')], 2)).toBe('too-many');
      expect(await store.annotations.set(mine, [note('/b', null)], 2)).toBe('done');
      expect((await store.annotations.of(mine)).map(({ entry, value }) => `${entry} ${value.toString()}`)).toEqual(['/comment mine']);
      expect((await store.annotations.of(all)).map(({ value }) => value.toString())).toEqual(['ours']);
      expect(await store.annotations.set({ ...mine, mailbox: mailboxId(999) }, [note('/a', 'x')], 2)).toBe('no-mailbox');
      expect(await store.annotations.set({ account: bob.id, mailbox: null, holder: bob.id }, [note('/theme', 'dark')], 2)).toBe('done');
      expect(await store.annotations.of({ account: bob.id, mailbox: null, holder: bob.id })).toHaveLength(1);
    });
  });
}
