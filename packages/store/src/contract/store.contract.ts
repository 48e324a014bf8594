/**
 * What every implementation of the store must do; run on each of them.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { letterId, modseq } from '../ids.ts';
import type { Uid } from '../ids.ts';
import type { Store } from '../store.ts';
import { acceptanceContract } from './acceptance.contract.ts';
import { directoryContract } from './directory.contract.ts';
import { keptContract } from './kept.contract.ts';
import { LETTER, NOW, PREFIX, acceptance, collect, copyFor, inboxOf, onward, person } from './letters.ts';
import { lettersContract } from './letters.contract.ts';
import { messagesContract } from './messages.contract.ts';
import { quotaContract } from './quota.contract.ts';
import { sharingContract } from './sharing.contract.ts';
import { retriesContract } from './retries.contract.ts';
import { searchContract } from './search.contract.ts';
import { ledgerContract, spoolContract } from './spool.contract.ts';

export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
    });

    afterEach(async () => {
      await store.close();
    });

    const delivered = async (id: string, address = 'eve@elm.test'): ReturnType<typeof inboxOf> => {
      const account = await person(store, address);
      await store.accept(await acceptance(store, id, { placements: [copyFor(account)] }));
      return inboxOf(store, account);
    };
    const uidsIn = async (key: Awaited<ReturnType<typeof inboxOf>>): Promise<readonly Uid[]> => (await store.messages.states(key)).map(({ uid }) => uid);

    describe('an acceptance', () => {
      test('puts the letter into every mailbox, and it reads as it came, behind our prefix', async () => {
        const [eve, bob] = [await person(store, 'eve@elm.test'), await person(store, 'bob@elm.test')];
        const answer = await store.accept(await acceptance(store, 'one', { placements: [copyFor(eve), copyFor(bob, Buffer.from('Delivered-To: bob@elm.test\r\n'))] }));
        expect(answer).toMatchObject({ kind: 'accepted', placed: [{ account: eve.id }, { account: bob.id }] });
        for (const [account, prefix] of [[eve, PREFIX], [bob, Buffer.from('Delivered-To: bob@elm.test\r\n')]] as const) {
          const key = await inboxOf(store, account);
          const [row] = await store.messages.rows(key, await uidsIn(key));
          if (row === undefined) throw new Error('no row');
          expect((await collect(store.messages.read(row))).equals(Buffer.concat([prefix, LETTER]))).toBe(true);
          expect(row.octets).toBe(prefix.length + LETTER.length);
          expect(row.summary.envelope.subject).toBe('Hello');
        }
      });

      test('leaves out what was cut', async () => {
        const eve = await person(store, 'eve@elm.test');
        const end = LETTER.indexOf('To: ');
        await store.accept(await acceptance(store, 'one', { placements: [copyFor(eve)], cuts: [{ start: 0, end }] }));
        const key = await inboxOf(store, eve);
        const [row] = await store.messages.rows(key, await uidsIn(key));
        if (row === undefined) throw new Error('no row');
        expect((await collect(store.messages.read(row))).equals(Buffer.concat([PREFIX, LETTER.subarray(end)]))).toBe(true);
        expect((await collect(store.messages.read(row, { start: PREFIX.length, end: PREFIX.length + 3 }))).toString()).toBe('To:');
      });

      test('whose belief no longer holds stores nothing at all', async () => {
        const eve = await person(store, 'eve@elm.test');
        await store.aliases.set({ address: 'team@elm.test', targets: ['eve@elm.test'] });
        const belief = { kind: 'alias', address: 'team@elm.test', targets: ['bob@elm.test'] } as const;
        const answer = await store.accept(await acceptance(store, 'one', { placements: [copyFor(eve)], spool: onward(['a@b.test', 'b.test']), beliefs: [belief] }));
        expect(answer).toEqual({ kind: 'changed', belief });
        expect(await uidsIn(await inboxOf(store, eve))).toEqual([]);
        expect(await store.spool.counts()).toMatchObject({ letters: 0 });
        expect((await store.ledger.ofLetter(letterId('one'))).entries).toEqual([]);
      });

      test('to an account that was removed meanwhile stores nothing', async () => {
        const eve = await person(store, 'eve@elm.test');
        const prepared = await acceptance(store, 'one', { placements: [copyFor(eve)], beliefs: [{ kind: 'account', address: 'eve@elm.test', account: eve.id }] });
        await store.accounts.remove(eve.id);
        expect(await store.accept(prepared)).toMatchObject({ kind: 'changed' });
      });

      test('many at once are all there, each with a UID of its own, ascending', async () => {
        const eve = await person(store, 'eve@elm.test');
        await Promise.all(Array.from({ length: 100 }, async (_, index) => store.accept(await acceptance(store, `letter${index}`, { placements: [copyFor(eve)] }))));
        const uids = await uidsIn(await inboxOf(store, eve));
        expect(uids).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      });

      test('is in the ledger, and found by its people and its Message-ID', async () => {
        await delivered('one');
        for (const query of [{ address: 'eve@elm.test' }, { address: 'ann@ash.test' }, { messageId: '<1@ash.test>' }]) {
          expect((await store.ledger.find({ ...query, limit: 10 })).map(({ letter, subject }) => [letter, subject])).toEqual([['one', 'Hello']]);
        }
      });

      test('tells who watches that mailbox to look again', async () => {
        const eve = await person(store, 'eve@elm.test');
        const told = new Promise<unknown>((resolve) => {
          store.watch((change) => {
            if (change.kind === 'mailbox') resolve(change);
          });
        });
        await store.accept(await acceptance(store, 'one', { placements: [copyFor(eve)] }));
        expect(await told).toEqual({ kind: 'mailbox', ...await inboxOf(store, eve) });
      });
    });

    describe('messages', () => {
      test('a flag set is a change since; setting it again is none', async () => {
        const key = await delivered('one');
        const before = (await store.messages.changes(key, modseq(0)))?.highestModseq ?? modseq(0);
        const act = { ...key, uids: await uidsIn(key), how: 'add', flags: ['\\Seen', '$Work'], at: NOW } as const;
        const { states } = await store.messages.setFlags(act);
        expect(states.map(({ flags }) => flags.toSorted())).toEqual([['$Work', '\\Seen']]);
        const after = await store.messages.changes(key, before);
        expect(after?.changed).toHaveLength(1);
        await store.messages.setFlags(act);
        expect((await store.messages.changes(key, after?.highestModseq ?? modseq(0)))?.changed).toEqual([]);
      });

      test('a change with UNCHANGEDSINCE leaves newer ones alone and names them', async () => {
        const key = await delivered('one');
        const [state] = await store.messages.states(key);
        if (state === undefined) throw new Error('no message');
        await store.messages.setFlags({ ...key, uids: [state.uid], how: 'add', flags: ['\\Seen'], at: NOW });
        expect(await store.messages.setFlags({ ...key, uids: [state.uid], how: 'add', flags: ['\\Flagged'], unchangedSince: state.modseq, at: NOW })).toMatchObject({ modified: [state.uid] });
        expect((await store.messages.states(key))[0]?.flags).toEqual(['\\Seen']);
      });

      test('EXPUNGE takes only what is \\Deleted, tells it as vanished, and its UID never comes back', async () => {
        const key = await delivered('one');
        await store.accept(await acceptance(store, 'two', { placements: [copyFor(await person(store, 'eve@elm.test'))] }));
        const uids = await uidsIn(key);
        const [, last] = uids;
        if (last === undefined) throw new Error('no second message');
        await store.messages.setFlags({ ...key, uids: [last], how: 'add', flags: ['\\Deleted'], at: NOW });
        expect(await store.messages.expunge({ ...key, uids, at: NOW })).toEqual([last]);
        expect((await store.messages.changes(key, modseq(0)))?.vanished).toContain(last);
        await store.accept(await acceptance(store, 'three', { placements: [copyFor(await person(store, 'eve@elm.test'))] }));
        expect((await uidsIn(key)).at(-1)).toBeGreaterThan(last);
      });

      test('MOVE takes flags and octets along, and leaves nothing behind', async () => {
        const key = await delivered('one');
        const archive = await store.mailboxes.byName(key.account, 'Archive');
        if (archive === undefined) throw new Error('no Archive');
        await store.messages.setFlags({ ...key, uids: await uidsIn(key), how: 'add', flags: ['\\Flagged'], at: NOW });
        expect(await store.messages.move({ ...key, uids: await uidsIn(key), target: archive.id, at: NOW })).toMatchObject({ kind: 'done', uidValidity: archive.uidValidity });
        expect(await uidsIn(key)).toEqual([]);
        const there = { account: key.account, mailbox: archive.id };
        const [row] = await store.messages.rows(there, await uidsIn(there));
        expect(row?.flags).toEqual(['\\Flagged']);
        if (row !== undefined) expect((await collect(store.messages.read(row))).equals(Buffer.concat([PREFIX, LETTER]))).toBe(true);
      });

      test('the octets stay while one copy is left', async () => {
        const key = await delivered('one');
        const archive = await store.mailboxes.byName(key.account, 'Archive');
        if (archive === undefined) throw new Error('no Archive');
        await store.messages.copy({ ...key, uids: await uidsIn(key), target: archive.id, at: NOW });
        await store.messages.setFlags({ ...key, uids: await uidsIn(key), how: 'add', flags: ['\\Deleted'], at: NOW });
        await store.messages.expunge({ ...key, uids: await uidsIn(key), at: NOW });
        const there = { account: key.account, mailbox: archive.id };
        const [row] = await store.messages.rows(there, await uidsIn(there));
        if (row === undefined) throw new Error('no copy');
        expect((await collect(store.messages.read(row))).equals(Buffer.concat([PREFIX, LETTER]))).toBe(true);
      });

      test('a large letter is read in parts, each right', async () => {
        const letter = Buffer.concat([LETTER, Buffer.from(Array.from({ length: 40_000 }, (_, index) => `line ${index}\r\n`).join(''))]);
        const eve = await person(store, 'eve@elm.test');
        await store.accept(await acceptance(store, 'big', { placements: [copyFor(eve)] }, letter));
        const key = await inboxOf(store, eve);
        const [row] = await store.messages.rows(key, await uidsIn(key));
        if (row === undefined) throw new Error('no row');
        expect((await collect(store.contents.read(row.content))).equals(letter)).toBe(true);
        for (const start of [0, 65_535, 262_143, 300_000, letter.length - 10]) {
          const end = Math.min(start + 1000, letter.length);
          expect((await collect(store.contents.read(row.content, { start, end }))).equals(letter.subarray(start, end)), String(start)).toBe(true);
        }
      });
    });

    describe('mailboxes', () => {
      test('a new account has the usual ones, with their special uses', async () => {
        const eve = await person(store, 'eve@elm.test');
        expect((await store.mailboxes.list(eve.id)).map(({ name, specialUse }) => `${name} ${specialUse ?? ''}`.trim()).toSorted()).toEqual([
          'Archive \\Archive', 'Drafts \\Drafts', 'INBOX', 'Junk \\Junk', 'Sent \\Sent', 'Trash \\Trash',
        ]);
      });

      test('RENAME takes those below along; DELETE leaves them; a name used again has another UIDVALIDITY', async () => {
        const { id } = await person(store, 'eve@elm.test');
        await store.mailboxes.create(id, 'Work/Deep', NOW);
        expect(await store.mailboxes.rename(id, 'Work', 'Done', NOW)).toEqual({ kind: 'done' });
        const first = await store.mailboxes.byName(id, 'Done/Deep');
        expect(await store.mailboxes.remove(id, 'Done', NOW)).toEqual({ kind: 'done' });
        expect(await store.mailboxes.byName(id, 'Done/Deep')).toBeDefined();
        await store.mailboxes.remove(id, 'Done/Deep', NOW);
        await store.mailboxes.create(id, 'Done/Deep', NOW);
        expect((await store.mailboxes.byName(id, 'Done/Deep'))?.uidValidity).not.toBe(first?.uidValidity);
        expect(await store.mailboxes.remove(id, 'INBOX', NOW)).toEqual({ kind: 'is-inbox' });
      });

      test('a special use is of one mailbox at a time, and free again when that one goes', async () => {
        const { id } = await person(store, 'eve@elm.test');
        expect(await store.mailboxes.create(id, 'Old/Letters', NOW, '\\Archive')).toEqual({ kind: 'use-taken' });
        expect(await store.mailboxes.byName(id, 'Old')).toBeUndefined();
        await store.mailboxes.remove(id, 'Archive', NOW);
        expect(await store.mailboxes.create(id, 'Old/Letters', NOW, '\\Archive')).toMatchObject({ kind: 'created', mailbox: { specialUse: '\\Archive' } });
        expect((await store.mailboxes.byName(id, 'Old/Letters'))?.specialUse).toBe('\\Archive');
        expect((await store.mailboxes.byName(id, 'Old'))?.specialUse).toBeUndefined();
      });

      test('what is recent is recent to the first session that asks', async () => {
        const key = await delivered('one');
        expect(await store.mailboxes.claimRecent(key.account, key.mailbox)).toBe(1);
        expect(await store.mailboxes.claimRecent(key.account, key.mailbox)).toBe(2);
      });
    });

    describe('the spool', () => {
      const lease = (now = NOW): ReturnType<Store['spool']['lease']> => store.spool.lease({ now, until: now + 1000, limit: 10, without: [] });
      const remark = { code: 250, status: '2.0.0', text: 'Ok', host: 'mx.b.test' };

      test('recipients of one route travel together, others apart, and nobody twice', async () => {
        await store.accept(await acceptance(store, 'one', { spool: onward(['a@b.test', 'b.test'], ['c@d.test', 'd.test'], ['e@b.test', 'b.test']) }));
        const errands = await lease();
        expect(errands.map(({ recipients }) => recipients.map(({ address }) => address)).toSorted()).toEqual([['a@b.test', 'e@b.test'], ['c@d.test']]);
        expect(await lease()).toEqual([]);
      });

      test('a lease that ran out is given again, and the old one settles nothing', async () => {
        await store.accept(await acceptance(store, 'one', { spool: onward(['a@b.test', 'b.test']) }));
        const [old] = await lease();
        const [again] = await lease(NOW + 2000);
        if (old === undefined || again === undefined) throw new Error('no errand');
        const settlement = (at: number): Parameters<Store['spool']['settle']>[0] => ({
          letter: old.letter.letter, lease: at, placements: [], onward: [], beliefs: [], ledger: [],
          recipients: [{ index: 0, state: 'delivered', nextAt: 0, remark, isAttempt: true }],
        });
        expect(await store.spool.settle(settlement(old.lease))).toEqual({ kind: 'lease-lost' });
        expect(await store.spool.settle(settlement(again.lease))).toEqual({ kind: 'settled', isFinal: true });
        expect(await store.spool.conclude(old.letter.letter, [])).toBe(true);
        expect(await store.spool.counts()).toMatchObject({ letters: 0 });
      });

      test('what is held is not given until released; what is cancelled has failed', async () => {
        await store.accept(await acceptance(store, 'one', { spool: onward(['a@b.test', 'b.test']) }));
        await store.spool.command({ what: 'hold', at: NOW });
        expect(await lease()).toEqual([]);
        await store.spool.command({ what: 'release', at: NOW });
        await store.spool.command({ what: 'cancel', letters: [letterId('one')], at: NOW });
        expect(await lease()).toEqual([]);
        expect((await store.spool.finished(10)).map(({ letter }) => letter)).toEqual(['one']);
      });

      test('a notice concludes its letter in the same transaction', async () => {
        await store.accept(await acceptance(store, 'one', { spool: onward(['a@b.test', 'b.test']) }));
        await store.spool.command({ what: 'cancel', at: NOW });
        await store.accept(await acceptance(store, 'notice', { sender: '', spool: { ...onward(['ann@ash.test', 'ash.test']), reversePath: null }, concludes: letterId('one') }));
        expect((await store.spool.list({ limit: 10 })).map(({ letter }) => letter)).toEqual(['notice']);
      });
    });

    test('accounts, aliases and keys are kept, found and removed', async () => {
      const eve = await person(store, 'eve@elm.test');
      expect(await store.accounts.add({ address: 'eve@elm.test', at: NOW })).toMatchObject({ kind: 'exists', account: { id: eve.id } });
      await store.aliases.set({ address: '@elm.test', targets: ['eve@elm.test'] });
      expect(await store.aliases.byAddress('@elm.test')).toEqual({ address: '@elm.test', targets: ['eve@elm.test'] });
      const key = { domain: 'elm.test', selector: 's', algorithm: 'ed25519-sha256', privateKey: 'pem', createdAt: NOW } as const;
      expect([await store.keys.add(key), await store.keys.add(key)]).toEqual([true, false]);
      expect(await store.keys.ofDomain('elm.test')).toEqual([key]);
      expect([await store.accounts.remove(eve.id), await store.accounts.remove(eve.id)]).toEqual([true, false]);
      expect(await store.accounts.byAddress('eve@elm.test')).toBeUndefined();
    });
  });
  describe(`${name}, in detail`, () => {
    acceptanceContract(open);
    directoryContract(open);
    messagesContract(open);
    lettersContract(open);
    quotaContract(open);
    keptContract(open);
    sharingContract(open);
    retriesContract(open);
    searchContract(open);
    spoolContract(open);
    ledgerContract(open);
  });
}
