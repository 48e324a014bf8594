/**
 * Contract: what was deleted is kept for a while, can be seen as it was, and comes back under
 * new UIDs.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import { letterId } from '../ids.ts';
import type { FormerMailbox, RestoreAct } from '../kept.ts';
import type { MailboxKey } from '../messages.ts';
import type { Store } from '../store.ts';
import { addAccount, deliver, keyOf, NOW, octetsOf, only, type OpenStore, TEXT, uids } from './fixture.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export function keptContract(open: OpenStore): void {
  describe('what was deleted', () => {
    let store: Store;
    let eve: Account;
    let inbox: MailboxKey;
    beforeEach(async () => {
      store = await open();
      eve = await addAccount(store);
      inbox = await keyOf(store, eve);
      for (const letter of ['one', 'two', 'three']) await deliver(store, [eve], { letter: letterId(letter), at: NOW });
    });
    afterEach(() => store.close());

    const expunge = async (at: number, ...numbers: readonly number[]): Promise<void> => {
      await store.messages.setFlags({ ...inbox, uids: uids(...numbers), how: 'add', flags: ['\\Deleted', '\\Seen', 'work'], at });
      await store.messages.expunge({ ...inbox, uids: uids(...numbers), at });
    };
    const restore = (act: Partial<RestoreAct> = {}) => store.kept.restore({ account: eve.id, since: NOW, at: NOW + DAY, ...act });
    const deleted = async (since = NOW, now = NOW + DAY): Promise<readonly string[]> => (
      (await store.kept.deleted({ account: eve.id, since, now, limit: 100 })).map(({ letter, mailbox }) => `${letter} in ${mailbox}`));
    const lettersIn = async (key: MailboxKey): Promise<readonly string[]> => (
      (await store.messages.rows(key, (await store.messages.states(key)).map(({ uid }) => uid))).map(({ uid, letter }) => `${uid} ${letter}`));
    const asOf = (at: number, more: { mailbox?: string; after?: number; limit?: number; now?: number } = {}): Promise<FormerMailbox> => (
      store.kept.asOf({ account: eve.id, mailbox: 'INBOX', at, now: NOW + DAY, after: 0, limit: 100, ...more }));
    const seenAt = async (at: number, mailbox = 'INBOX'): Promise<readonly string[]> => {
      const found = await asOf(at, { mailbox });
      return found.kind === 'mailbox' ? found.letters.map(({ uid, letter, fate }) => `${uid} ${letter} ${fate.kind}`) : [found.kind];
    };

    it('comes back under new UIDs, whole, with flags and date, and not \\Deleted', async () => {
      await expunge(NOW + 1, 1, 3);
      expect(await deleted()).toEqual(['one in INBOX', 'three in INBOX']);
      expect(await restore()).toEqual({ restored: [{ mailbox: 'INBOX', letters: 2 }], hasMore: false });
      expect(await lettersIn(inbox)).toEqual(['2 two', '4 one', '5 three']);
      const row = await only(store, inbox, 4);
      expect(row).toMatchObject({ flags: ['\\Seen', 'work'], internalDate: NOW, savedAt: NOW + DAY });
      expect((await octetsOf(store.messages.read(row))).toString()).toContain(TEXT);
      expect(await deleted()).toEqual([]);
      expect(await restore()).toEqual({ restored: [], hasMore: false });
    });

    it('comes back counted, and told to who watches', async () => {
      const before = await store.mailboxes.counts(eve.id, inbox.mailbox);
      const since = (await store.mailboxes.byName(eve.id, 'INBOX'))?.highestModseq;
      await expunge(NOW + 1, 1, 2, 3);
      const told: string[] = [];
      const unwatch = store.watch((change) => told.push(change.kind));
      await restore();
      unwatch();
      expect(await store.mailboxes.counts(eve.id, inbox.mailbox)).toMatchObject({ messages: 3, unseen: 0, deleted: 0, octets: before?.octets });
      expect(await store.quotas.usage(eve.address)).toMatchObject({ messages: 3, octets: before?.octets });
      expect(told).toContain('mailbox');
      const changes = since && await store.messages.changes(inbox, since);
      expect(changes && [changes.vanished, changes.changed.map(({ uid }) => uid)]).toEqual([[1, 2, 3], [4, 5, 6]]);
    });

    it('comes back since a moment, by letter, or from one mailbox', async () => {
      await expunge(NOW + 1, 1);
      await expunge(NOW + 5, 2, 3);
      expect(await deleted(NOW + 2)).toEqual(['two in INBOX', 'three in INBOX']);
      await restore({ since: NOW + 2, mailbox: 'Trash' });
      await restore({ since: NOW + 2, letters: [letterId('three'), letterId('nothing')] });
      expect(await lettersIn(inbox)).toEqual(['4 three']);
      await restore({ since: NOW + 2, mailbox: 'INBOX' });
      expect(await lettersIn(inbox)).toEqual(['4 three', '5 two']);
    });

    it('comes back into another mailbox if that is asked for', async () => {
      await expunge(NOW + 1, 1, 2);
      expect(await restore({ into: 'Found/again' })).toEqual({ restored: [{ mailbox: 'Found/again', letters: 2 }], hasMore: false });
      expect(await lettersIn(await keyOf(store, eve, 'Found/again'))).toEqual(['1 one', '2 two']);
    });

    it('stays while another session reads it', async () => {
      const row = await only(store, inbox, 1);
      await expunge(NOW + 1, 1);
      for (let round = 0; round < 5; round += 1) await store.check();
      expect((await octetsOf(store.messages.read(row))).toString()).toContain(TEXT);
    });

    it('is not what was moved away; that is where it went', async () => {
      await store.messages.move({ ...inbox, uids: uids(1), target: (await keyOf(store, eve, 'Trash')).mailbox, at: NOW + 1 });
      expect(await deleted()).toEqual([]);
      expect(await restore()).toEqual({ restored: [], hasMore: false });
    });

    it('is a removed mailbox too, with its letters, its special use and what was expunged in it', async () => {
      const junk = await keyOf(store, eve, 'Junk');
      await store.messages.move({ ...inbox, uids: uids(1, 2), target: junk.mailbox, at: NOW + 1 });
      await store.messages.setFlags({ ...junk, uids: uids(1), how: 'add', flags: ['\\Deleted'], at: NOW + 2 });
      await store.messages.expunge({ ...junk, uids: uids(1), at: NOW + 2 });
      await store.mailboxes.remove(eve.id, 'Junk', NOW + 3);
      expect(await store.letters.counts(eve.id)).toMatchObject({ letters: 1 });
      expect(await deleted()).toEqual(['two in Junk', 'one in Junk']);
      expect(await restore()).toEqual({ restored: [{ mailbox: 'Junk', letters: 2 }], hasMore: false });
      expect((await store.mailboxes.byName(eve.id, 'Junk'))?.specialUse).toBe('\\Junk');
      expect((await lettersIn(await keyOf(store, eve, 'Junk'))).toSorted()).toEqual(['1 one', '2 two']);
      expect(await store.quotas.usage(eve.address)).toMatchObject({ messages: 3 });
      expect(await deleted()).toEqual([]);
    });

    it('goes into a mailbox of the same name that was made meanwhile', async () => {
      await store.mailboxes.create(eve.id, 'Work', NOW);
      await store.messages.copy({ ...inbox, uids: uids(1), target: (await keyOf(store, eve, 'Work')).mailbox, at: NOW });
      await store.mailboxes.remove(eve.id, 'Work', NOW + 1);
      await store.mailboxes.create(eve.id, 'Work', NOW + 2);
      const work = await keyOf(store, eve, 'Work');
      await store.messages.copy({ ...inbox, uids: uids(2), target: work.mailbox, at: NOW + 2 });
      await restore();
      expect(await lettersIn(work)).toEqual(['1 two', '2 one']);
    });

    it('comes back a page at a time, however much there is', async () => {
      const many = Array.from({ length: 11 }, () => uids(1, 2, 3)).flat();
      const trash = await keyOf(store, eve, 'Trash');
      for (let round = 0; round < 350; round += 1) await store.messages.copy({ ...inbox, uids: many, target: trash.mailbox, at: NOW });
      await store.mailboxes.remove(eve.id, 'Trash', NOW + 1);
      expect(await restore()).toEqual({ restored: [{ mailbox: 'Trash', letters: 1000 }], hasMore: true });
      expect(await restore()).toEqual({ restored: [{ mailbox: 'Trash', letters: 50 }], hasMore: false });
      expect(await store.messages.states(await keyOf(store, eve, 'Trash'))).toHaveLength(1050);
    });

    it('is also what was in a mailbox for too long, by name or special use, and nothing else', async () => {
      const trash = await keyOf(store, eve, 'Trash');
      await store.messages.move({ ...inbox, uids: uids(1), target: trash.mailbox, at: NOW + 5 });
      await store.messages.move({ ...inbox, uids: uids(2), target: trash.mailbox, at: NOW + 10 });
      const expire = async (mailbox: string, before: number): Promise<number> => {
        let letters = 0;
        let answer = await store.kept.expire({ rules: [{ mailbox, before }], at: NOW + 20 });
        for (; answer.next !== undefined; answer = await store.kept.expire({ rules: [{ mailbox, before }], past: answer.next, at: NOW + 20 })) letters += answer.expired;
        return letters + answer.expired;
      };
      expect(await expire('Junk', NOW + 100)).toBe(0);
      expect(await expire('Trash', NOW + 5)).toBe(0);
      expect(await expire('\\Trash', NOW + 10)).toBe(1);
      expect(await lettersIn(trash)).toEqual(['2 two']);
      expect(await lettersIn(inbox)).toEqual(['3 three']);
      expect(await deleted()).toEqual(['one in Trash']);
      expect(await expire('Trash', NOW + 100)).toBe(1);
    });

    it('can be put back for fourteen days, and is gone then', async () => {
      await expunge(NOW + 1, 1);
      await store.mailboxes.remove(eve.id, 'Junk', NOW + 1);
      expect(await deleted(0, NOW + 14 * DAY)).toEqual(['one in INBOX']);
      expect(await deleted(0, NOW + 2 + 14 * DAY)).toEqual([]);
      expect(await restore({ since: 0, at: NOW + 2 + 14 * DAY })).toEqual({ restored: [], hasMore: false });
    });

    it('does not come back when its account was removed', async () => {
      await expunge(NOW + 1, 1);
      await store.mailboxes.remove(eve.id, 'Junk', NOW + 1);
      await store.accounts.remove(eve.id);
      expect(await deleted()).toEqual([]);
    });

    it('is in the ledger when it comes back, and the letter is followed to where it is', async () => {
      await expunge(NOW + 1, 1);
      await restore();
      await store.messages.setFlags({ ...inbox, uids: uids(4), how: 'remove', flags: ['\\Seen'], at: NOW + DAY });
      await store.messages.setFlags({ ...inbox, uids: uids(4), how: 'add', flags: ['\\Seen'], at: NOW + DAY });
      const { entries } = await store.ledger.ofLetter(letterId('one'));
      expect(entries.map(({ act }) => act)).toEqual(['accepted', 'seen', 'expunged', 'restored', 'seen']);
      expect(entries[3]?.detail).toMatchObject({ mailbox: 'INBOX', to: 'INBOX', uids: '1' });
    });

    it('is seen in its mailbox as that was at a moment, with what became of it', async () => {
      await store.messages.move({ ...inbox, uids: uids(2), target: (await keyOf(store, eve, 'Trash')).mailbox, at: NOW + 10 });
      await expunge(NOW + 20, 3);
      await deliver(store, [eve], { letter: letterId('four'), at: NOW + 30 });
      expect(await seenAt(NOW - 1)).toEqual([]);
      expect(await seenAt(NOW)).toEqual(['1 one here', '2 two moved', '3 three deleted']);
      expect(await seenAt(NOW + 10)).toEqual(['1 one here', '3 three deleted']);
      expect(await seenAt(NOW + 30)).toEqual(['1 one here', '4 four here']);
      expect(await seenAt(NOW + 30, 'Trash')).toEqual(['1 two here']);
      const found = await asOf(NOW);
      expect(found.kind === 'mailbox' && found.letters[1]?.fate).toEqual({ kind: 'moved', at: NOW + 10, to: 'Trash' });
      expect(found.kind === 'mailbox' && found.letters[2]).toMatchObject({ flags: ['\\Seen', '\\Deleted', 'work'], summary: { envelope: { subject: 'The plan' } } });
    });

    it('is seen also where the mailbox was removed', async () => {
      await store.mailboxes.create(eve.id, 'Work', NOW);
      await store.messages.copy({ ...inbox, uids: uids(1), target: (await keyOf(store, eve, 'Work')).mailbox, at: NOW });
      await store.mailboxes.remove(eve.id, 'Work', NOW + 10);
      expect(await seenAt(NOW + 5, 'Work')).toEqual(['1 one deleted']);
      expect(await seenAt(NOW + 10, 'Work')).toEqual(['no-mailbox']);
    });

    it('is paged by UID', async () => {
      const page = async (after: number): Promise<readonly number[]> => {
        const found = await asOf(NOW, { after, limit: 2 });
        return found.kind === 'mailbox' ? found.letters.map(({ uid }) => uid) : [];
      };
      await expunge(NOW + 1, 2);
      expect([await page(0), await page(2)]).toEqual([[1, 2], [3]]);
    });

    it('is not told of a time before which nothing is kept', async () => {
      expect(await asOf(NOW, { now: NOW + 15 * DAY })).toEqual({ kind: 'too-long-ago', since: NOW + DAY });
    });
  });
}
