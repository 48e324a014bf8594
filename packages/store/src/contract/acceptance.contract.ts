/**
 * Contract: a letter is accepted whole or not at all, and comes back octet for octet.
 */
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountId } from '../ids.ts';
import { StoreFault, type Store, type StoreChange } from '../store.ts';
import {
  acceptance, addAccount, deliver, keyOf, mailboxOf, NOW, octetsOf, only, type OpenStore, PREFIX, recipient, spool, stage, TEXT, uids,
} from './fixture.ts';

const LARGE_OCTETS = 700_000;

export function acceptanceContract(open: OpenStore): void {
  describe('acceptance', () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it('places a letter and gives it back after our prefix', async () => {
      const eve = await addAccount(store);
      const key = await keyOf(store, eve);
      expect(await deliver(store, [eve])).toEqual({ kind: 'accepted', placed: [{ ...key, uid: 1 }] });
      const row = await only(store, key);
      expect(row.octets).toBe(PREFIX.length + TEXT.length);
      expect(row.flags).toEqual([]);
      expect((await octetsOf(store.messages.read(row))).toString()).toBe(PREFIX.toString() + TEXT);
      expect(row.summary.envelope.subject).toBe('The plan');
    });

    it('places one letter for several people, each with a prefix of their own', async () => {
      const eve = await addAccount(store);
      const bob = await addAccount(store, 'bob@elm.test');
      const placements = [eve, bob].map(({ id, address }) => ({
        account: id, mailbox: 'INBOX', prefix: Buffer.from(`Delivered-To: ${address}\r\n`), flags: [], internalDate: NOW, recipient: address,
      }));
      await deliver(store, [eve, bob], { placements });
      const rows = [await only(store, await keyOf(store, eve)), await only(store, await keyOf(store, bob))];
      expect(rows.map(({ prefix }) => prefix.toString())).toEqual(['Delivered-To: eve@elm.test\r\n', 'Delivered-To: bob@elm.test\r\n']);
      expect(rows[0]?.content).toBe(rows[1]?.content);
    });

    it('keeps a letter without a prefix of ours', async () => {
      const eve = await addAccount(store);
      await deliver(store, [eve], {
        placements: [{ account: eve.id, mailbox: 'INBOX', prefix: Buffer.alloc(0), flags: [], internalDate: NOW, recipient: eve.address }],
      });
      const row = await only(store, await keyOf(store, eve));
      expect(row.prefix).toHaveLength(0);
      expect((await octetsOf(store.messages.read(row))).toString()).toBe(TEXT);
    });

    it('gives INBOX what was meant for a mailbox that is not there', async () => {
      const eve = await addAccount(store);
      const placement = { account: eve.id, prefix: PREFIX, flags: ['\\Seen'], internalDate: NOW, recipient: eve.address };
      await deliver(store, [eve], { placements: [{ ...placement, mailbox: 'Junk' }, { ...placement, mailbox: 'Gone' }] });
      expect(await store.mailboxes.counts(eve.id, (await mailboxOf(store, eve, 'Junk')).id)).toMatchObject({ messages: 1, unseen: 0 });
      expect(await store.mailboxes.counts(eve.id, (await mailboxOf(store, eve)).id)).toMatchObject({ messages: 1, unseen: 0 });
    });

    it('leaves out what was cut', async () => {
      const eve = await addAccount(store);
      const from = 'From: ann@ash.test\r\n'.length;
      await deliver(store, [eve], { cuts: [{ start: 0, end: from }] });
      const row = await only(store, await keyOf(store, eve));
      const whole = PREFIX.toString() + TEXT.slice(from);
      expect(row.octets).toBe(whole.length);
      expect((await octetsOf(store.messages.read(row))).toString()).toBe(whole);
      expect((await octetsOf(store.messages.read(row, { start: 10, end: 45 }))).toString()).toBe(whole.slice(10, 45));
    });

    it('reads any part of a large letter', async () => {
      const eve = await addAccount(store);
      const octets = randomBytes(LARGE_OCTETS);
      const intake = store.contents.receive();
      for (let at = 0; at < octets.length; at += 50_000) await intake.write(octets.subarray(at, at + 50_000));
      const content = await intake.finish();
      expect(content.octets).toBe(LARGE_OCTETS);
      expect(content.sha256).toEqual(createHash('sha256').update(octets).digest());
      expect(await octetsOf(content.read({ start: 262_000, end: 262_400 }))).toEqual(octets.subarray(262_000, 262_400));
      expect((await octetsOf(content.read())).equals(octets)).toBe(true);
      await deliver(store, [eve], { content });
      const row = await only(store, await keyOf(store, eve));
      expect((await octetsOf(store.contents.read(row.content))).equals(octets)).toBe(true);
      for (const [start, end] of [[0, 10], [262_143, 262_145], [699_990, LARGE_OCTETS], [100, 600_000]] as const) {
        expect((await octetsOf(store.contents.read(row.content, { start, end }))).equals(octets.subarray(start, end)), `${start}`).toBe(true);
      }
      expect(await octetsOf(store.contents.read(row.content, { start: LARGE_OCTETS, end: LARGE_OCTETS + 5 }))).toHaveLength(0);
    });

    it.each([0, 1, 65_535, 65_536, 65_537, 262_144, 524_288])('keeps a letter of %i octets', async (size) => {
      const eve = await addAccount(store);
      const octets = randomBytes(size);
      await deliver(store, [eve], { content: await stage(store, octets) });
      const row = await only(store, await keyOf(store, eve));
      expect(row.contentOctets).toBe(size);
      expect((await octetsOf(store.contents.read(row.content))).equals(octets)).toBe(true);
    });

    it('keeps octets in the order they came, also when nobody waits for the disk', async () => {
      const chunks = [60_000, 10_000, 1_000, 300_000, 5].map((size) => randomBytes(size));
      const intake = store.contents.receive();
      await Promise.all(chunks.map((chunk) => intake.write(chunk)));
      expect((await octetsOf((await intake.finish()).read())).equals(Buffer.concat(chunks))).toBe(true);
    });

    it('stores nothing when an account is not whose it was', async () => {
      const eve = await addAccount(store);
      const request = await acceptance(store, [eve]);
      await store.accounts.remove(eve.id);
      expect(await store.accept(request)).toEqual({ kind: 'changed', belief: { kind: 'account', address: eve.address, account: eve.id } });
      expect(await store.ledger.ofLetter(request.letter)).toEqual({ entries: [] });
    });

    it('stores nothing when an alias has changed, and the same content may be accepted after it', async () => {
      const eve = await addAccount(store);
      await store.aliases.set({ address: 'all@elm.test', targets: ['eve@elm.test'] });
      const belief = { kind: 'alias', address: 'all@elm.test', targets: ['eve@elm.test'] } as const;
      const request = await acceptance(store, [eve], { beliefs: [belief] });
      await store.aliases.set({ address: 'all@elm.test', targets: ['eve@elm.test', 'bob@elm.test'] });
      expect(await store.accept(request)).toEqual({ kind: 'changed', belief });
      expect(await store.messages.states(await keyOf(store, eve))).toEqual([]);
      expect(await octetsOf(request.content.read())).toEqual(Buffer.from(TEXT));
      expect(await store.accept({ ...request, beliefs: [] })).toMatchObject({ kind: 'accepted' });
    });

    it('refuses an impossible letter alone, not those that are committed with it', async () => {
      const eve = await addAccount(store);
      const onward = (await acceptance(store, [eve])).letter;
      const spooled = {
        reversePath: null, body: '7BIT', isSmtpUtf8: false, isTlsRequired: false, prefix: PREFIX, expiresAt: NOW, recipients: [recipient('zoe@oak.test')],
      } as const;
      const requests = [
        await acceptance(store, [eve], { letter: onward, spool: spooled }),
        await acceptance(store, [eve], { letter: onward, spool: spooled }),
        await acceptance(store, [eve]),
        await acceptance(store, [{ ...eve, id: accountId(999) }], { beliefs: [] }),
        await acceptance(store, [eve]),
      ];
      const outcomes = await Promise.allSettled(requests.map((request) => store.accept(request)));
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
      const key = await keyOf(store, eve);
      expect((await store.messages.states(key)).map(({ uid }) => uid)).toEqual([1, 2, 3]);
      expect(await store.mailboxes.counts(eve.id, key.mailbox)).toMatchObject({ messages: 3 });
      for (const row of await store.messages.rows(key, uids(1, 2, 3))) {
        expect((await octetsOf(store.contents.read(row.content))).toString()).toBe(TEXT);
      }
    });

    it('commits what is asked at once, each with a UID of its own', async () => {
      const eve = await addAccount(store);
      const requests = await Promise.all(Array.from({ length: 50 }, () => acceptance(store, [eve])));
      await Promise.all(requests.map((request) => store.accept(request)));
      expect((await store.messages.states(await keyOf(store, eve))).map(({ uid }) => uid)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });

    it('tells those who watch, after the commit, until they stop', async () => {
      const eve = await addAccount(store);
      const key = await keyOf(store, eve);
      const told: StoreChange[] = [];
      const stop = store.watch((change) => told.push(change));
      await deliver(store, [eve]);
      await spool(store, ['zoe@oak.test']);
      await store.mailboxes.create(eve.id, 'Plans', NOW);
      expect(told).toEqual([{ kind: 'mailbox', ...key }, { kind: 'spool' }, { kind: 'mailboxes', account: eve.id }]);
      stop();
      await deliver(store, [eve]);
      expect(told).toHaveLength(3);
    });

    it('goes on when a watcher stumbles', async () => {
      const eve = await addAccount(store);
      store.watch(() => {
        throw new Error('stumbled');
      });
      expect(await deliver(store, [eve])).toMatchObject({ kind: 'accepted' });
    });

    it('does not read a staged content that was discarded', async () => {
      const content = await stage(store);
      await content.discard();
      await content.discard();
      await expect(octetsOf(content.read())).rejects.toThrow('discarded');
      await expect(deliver(store, [], { content })).rejects.toThrow('discarded');
    });

    it('forgets an intake that was discarded, large or small', async () => {
      for (const octets of [100, LARGE_OCTETS]) {
        const intake = store.contents.receive();
        await intake.write(Buffer.alloc(octets));
        await intake.discard();
        await expect(intake.finish()).rejects.toThrow('over');
      }
    });

    it('faults when a content is gone', async () => {
      const eve = await addAccount(store);
      await deliver(store, [eve]);
      const key = await keyOf(store, eve);
      const row = await only(store, key);
      await expect(octetsOf(store.contents.read({ ...row, content: row.content }.content, { start: 0, end: 1 }))).resolves.toHaveLength(1);
      await store.accounts.remove(eve.id);
      await expect.poll(async () => {
        await store.check();
        return octetsOf(store.contents.read(row.content)).then(() => 'there', (fault: unknown) => fault instanceof StoreFault);
      }).toBe(true);
    });

    it('counts what it holds', async () => {
      const eve = await addAccount(store);
      await deliver(store, [eve]);
      expect(await store.counts()).toMatchObject({ accounts: 1, mailboxes: 6, messages: 1, octets: PREFIX.length + TEXT.length });
    });

    it('does nothing more once it is closed', async () => {
      const eve = await addAccount(store);
      const request = await acceptance(store, [eve]);
      await store.close();
      await expect(store.accept(request)).rejects.toBeInstanceOf(StoreFault);
    });
  });
}
