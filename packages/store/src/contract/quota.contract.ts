/**
 * Contract: quotas; what is held is counted exactly, and looked at inside the act.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import type { Limits, Usage } from '../quota.ts';
import type { Store } from '../store.ts';
import { addAccount, deliver, keyOf, newLetter, NOW, type OpenStore, PREFIX, spool, stage, SUMMARY, TEXT, uids } from './fixture.ts';

/** RFC822.SIZE of the fixture's letter in a mailbox. */
const COPY = PREFIX.length + TEXT.length;

export function quotaContract(open: OpenStore): void {
  describe('quotas', () => {
    let store: Store;
    let eve: Account;
    let bob: Account;
    beforeEach(async () => {
      store = await open();
      eve = await addAccount(store);
      bob = await addAccount(store, 'bob@elm.test');
    });
    afterEach(() => store.close());

    const held = async (): Promise<readonly Usage[]> => [await store.quotas.usage(eve.address), await store.quotas.usageOfDomain('elm.test')];
    const copies = (count: number): Usage => ({ messages: count, octets: count * COPY });
    const room = (account: Limits, domain: Limits = {}) => ({ beliefs: [{ kind: 'room' as const, account: eve.id, atMost: { account, domain } }] });
    const append = async (limits?: { account: Limits; domain: Limits }) => store.messages.append({
      ...await keyOf(store, eve), letter: newLetter(), content: await stage(store), summary: SUMMARY, flags: [], internalDate: NOW, at: NOW,
      ...(limits === undefined ? {} : { limits }),
    });

    it('count what is delivered, in the account and in its domain', async () => {
      await deliver(store, [eve, bob]);
      await deliver(store, [eve]);
      expect(await held()).toEqual([copies(2), copies(3)]);
      expect(await store.quotas.usage('nobody@elm.test')).toEqual(copies(0));
      expect(await store.quotas.usageOfDomain('oak.test')).toEqual(copies(0));
    });

    it('count what is appended and copied; what is moved stays one', async () => {
      await deliver(store, [eve]);
      await append();
      const inbox = await keyOf(store, eve);
      const trash = (await keyOf(store, eve, 'Trash')).mailbox;
      await store.messages.copy({ ...inbox, uids: uids(1), target: trash, at: NOW });
      await store.messages.move({ ...inbox, uids: uids(2), target: trash, at: NOW });
      const all = { messages: 3, octets: 2 * COPY + TEXT.length };
      expect(await held()).toEqual([all, all]);
    });

    it('count nothing that was expunged, nor what is in a mailbox that was removed', async () => {
      for (let letter = 0; letter < 3; letter += 1) await deliver(store, [eve]);
      const inbox = await keyOf(store, eve);
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'add', flags: ['\\Deleted'], at: NOW });
      await store.messages.expunge({ ...inbox, uids: uids(1), at: NOW });
      expect(await held()).toEqual([copies(2), copies(2)]);
      await store.messages.move({ ...inbox, uids: uids(2), target: (await keyOf(store, eve, 'Junk')).mailbox, at: NOW });
      await store.mailboxes.remove(eve.id, 'Junk', NOW);
      expect(await held()).toEqual([copies(1), copies(1)]);
    });

    it('count nothing of an account that was removed', async () => {
      await deliver(store, [eve, bob]);
      await store.accounts.remove(eve.id);
      expect(await held()).toEqual([copies(0), copies(1)]);
    });

    it('count what is delivered from the spool', async () => {
      const letter = await spool(store, ['eve@elm.test']);
      const [errand] = await store.spool.lease({ now: NOW, until: NOW + 1000, limit: 1, without: [] });
      await store.spool.settle({
        letter, lease: errand?.lease ?? 0, onward: [], beliefs: [], ledger: [],
        recipients: [{ index: 0, state: 'delivered', nextAt: NOW, remark: { code: 250, status: '2.0.0', text: 'Ok', host: '' }, isAttempt: true }],
        placements: [{ account: eve.id, mailbox: 'INBOX', prefix: PREFIX, flags: [], internalDate: NOW, recipient: 'eve@elm.test' }],
      });
      expect(await held()).toEqual([copies(1), copies(1)]);
    });

    it('are looked at inside the acceptance: an account that is over stores nothing', async () => {
      await deliver(store, [eve], room({ messages: 0 }));
      const answer = await deliver(store, [eve, bob], room({ messages: 0 }));
      expect(answer).toMatchObject({ kind: 'changed', belief: { kind: 'room', account: eve.id } });
      expect(await deliver(store, [eve], room({ octets: COPY - 1 }))).toMatchObject({ kind: 'changed' });
      expect(await deliver(store, [eve], room({ octets: COPY }))).toMatchObject({ kind: 'accepted' });
      expect(await held()).toEqual([copies(2), copies(2)]);
    });

    it('of a domain count all its accounts', async () => {
      await deliver(store, [bob]);
      expect(await deliver(store, [eve], room({}, { messages: 0 }))).toMatchObject({ kind: 'changed' });
      expect(await deliver(store, [eve], room({}, { octets: COPY - 1 }))).toMatchObject({ kind: 'changed' });
      expect(await deliver(store, [eve], room({}, { messages: 1, octets: COPY }))).toMatchObject({ kind: 'accepted' });
    });

    it.each([['account', { messages: 6 }, {}], ['domain', {}, { messages: 6 }]])('of an %s are kept to the letter when a hundred come at once', async (_, account, domain) => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => deliver(store, [eve], room(account, domain))));
      expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(7);
      expect(await held()).toEqual([copies(7), copies(7)]);
    });

    it('refuse an APPEND and a COPY that would go over them, whole', async () => {
      await deliver(store, [eve]);
      await deliver(store, [eve]);
      const inbox = await keyOf(store, eve);
      const copy = (messages: number) => store.messages.copy({
        ...inbox, uids: uids(1, 2), target: inbox.mailbox, at: NOW, limits: { account: {}, domain: { messages } },
      });
      expect(await append({ account: { octets: 2 * COPY + TEXT.length - 1 }, domain: {} })).toEqual({ kind: 'over-quota' });
      expect(await copy(3)).toEqual({ kind: 'over-quota' });
      expect(await held()).toEqual([copies(2), copies(2)]);
      expect(await copy(4)).toMatchObject({ kind: 'done' });
      expect(await append({ account: { octets: 4 * COPY + TEXT.length }, domain: {} })).toMatchObject({ kind: 'appended' });
    });

    it('that an account was given are kept with it', async () => {
      expect(await store.accounts.setOwnLimits(eve.id, { messages: 5, octets: 'unlimited' })).toBe(true);
      expect((await store.accounts.byAddress(eve.address))?.ownLimits).toEqual({ messages: 5, octets: 'unlimited' });
      await store.accounts.setOwnLimits(eve.id, { octets: 1000 });
      expect((await store.accounts.byId(eve.id))?.ownLimits).toEqual({ octets: 1000 });
      await store.accounts.setOwnLimits(eve.id, {});
      expect(await store.accounts.byId(eve.id)).toEqual(eve);
      await store.accounts.remove(eve.id);
      expect(await store.accounts.setOwnLimits(eve.id, { messages: 5 })).toBe(false);
    });
  });
}
