/**
 * Contract: messages in mailboxes; UIDs only ascend, modseqs tell what happened, flags stay.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import { mailboxId, type Modseq, modseq, uid } from '../ids.ts';
import type { AppendedLetter, MailboxKey } from '../messages.ts';
import type { Store } from '../store.ts';
import { addAccount, deliver, keyOf, mailboxOf, newLetter, NOW, octetsOf, only, type OpenStore, stage, SUMMARY, TEXT, uids } from './fixture.ts';

export function messagesContract(open: OpenStore): void {
  describe('messages', () => {
    let store: Store;
    let eve: Account;
    let inbox: MailboxKey;
    beforeEach(async () => {
      store = await open();
      eve = await addAccount(store);
      inbox = await keyOf(store, eve);
      for (let letter = 0; letter < 3; letter += 1) await deliver(store, [eve]);
    });
    afterEach(() => store.close());

    const flagsOf = async (number: number): Promise<readonly string[]> => (await only(store, inbox, number)).flags;
    const highest = async (): Promise<Modseq> => (await mailboxOf(store, eve)).highestModseq;

    it('have ascending UIDs and modseqs', async () => {
      const states = await store.messages.states(inbox);
      expect(states.map((state) => state.uid)).toEqual([1, 2, 3]);
      expect(states[2]?.modseq).toBe(await highest());
      expect((await mailboxOf(store, eve)).uidNext).toBe(4);
    });

    it('are read by UID, those that are there', async () => {
      expect((await store.messages.rows(inbox, uids(3, 1, 9, 3))).map((row) => row.uid)).toEqual([1, 3]);
      expect(await store.messages.rows(inbox, [])).toEqual([]);
      await expect(store.messages.rows(inbox, Array.from({ length: 1001 }, (_, index) => uid(index + 1)))).rejects.toThrow(RangeError);
    });

    it('take flags, lose them, have them replaced', async () => {
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'add', flags: ['\\Seen', 'Work'], at: NOW });
      expect(await flagsOf(1)).toEqual(['\\Seen', 'Work']);
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'add', flags: ['\\FLAGGED', 'urgent'], at: NOW });
      expect(await flagsOf(1)).toEqual(['\\Seen', '\\Flagged', 'Work', 'urgent']);
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'remove', flags: ['WORK', '\\Seen'], at: NOW });
      expect(await flagsOf(1)).toEqual(['\\Flagged', 'urgent']);
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'replace', flags: ['\\Draft', 'Urgent', '\\Recent'], at: NOW });
      expect(await flagsOf(1)).toEqual(['\\Draft', 'urgent']);
    });

    it('keep their modseq when nothing changes', async () => {
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'add', flags: ['\\Seen', 'Work'], at: NOW });
      const before = await highest();
      const { states } = await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'add', flags: ['\\Seen', 'work'], at: NOW });
      expect(states).toHaveLength(1);
      await store.messages.setFlags({ ...inbox, uids: uids(1), how: 'replace', flags: ['WORK', '\\Seen'], at: NOW });
      expect(await highest()).toBe(before);
    });

    it('are left alone when they changed since', async () => {
      const since = await highest();
      await store.messages.setFlags({ ...inbox, uids: uids(2), how: 'add', flags: ['\\Seen'], at: NOW });
      const answer = await store.messages.setFlags({ ...inbox, uids: uids(1, 2, 3), how: 'add', flags: ['\\Flagged'], unchangedSince: since, at: NOW });
      expect(answer.modified).toEqual([2]);
      expect(answer.states.map((state) => [state.uid, state.flags])).toEqual([[1, ['\\Flagged']], [3, ['\\Flagged']]]);
      expect(await flagsOf(2)).toEqual(['\\Seen']);
    });

    it('are expunged when they carry \\Deleted, and their UIDs never come back', async () => {
      await store.messages.setFlags({ ...inbox, uids: uids(2, 3), how: 'add', flags: ['\\Deleted'], at: NOW });
      expect(await store.messages.expunge({ ...inbox, uids: uids(1, 3), at: NOW })).toEqual([3]);
      expect((await store.messages.states(inbox)).map((state) => state.uid)).toEqual([1, 2]);
      await deliver(store, [eve]);
      expect((await store.messages.states(inbox)).map((state) => state.uid)).toEqual([1, 2, 4]);
    });

    it('tell what changed and what vanished since', async () => {
      const since = await highest();
      expect(await store.messages.changes(inbox, since)).toEqual({ highestModseq: since, uidNext: 4, changed: [], vanished: [] });
      await store.messages.setFlags({ ...inbox, uids: uids(1, 3), how: 'add', flags: ['\\Deleted'], at: NOW });
      const between = await highest();
      await store.messages.expunge({ ...inbox, uids: uids(1, 3), at: NOW });
      await deliver(store, [eve]);
      const changes = await store.messages.changes(inbox, since);
      expect(changes?.changed.map((state) => state.uid)).toEqual([4]);
      expect(changes?.vanished).toEqual([1, 3]);
      expect(changes?.highestModseq).toBe(await highest());
      expect((await store.messages.changes(inbox, between))?.vanished).toEqual([1, 3]);
      expect((await store.messages.changes(inbox, await highest()))?.vanished).toEqual([]);
    });

    it('have no changes in a mailbox that is gone', async () => {
      expect(await store.messages.changes({ ...inbox, mailbox: mailboxId(999) }, modseq(0))).toBeUndefined();
    });

    it('are appended as their owner gives them', async () => {
      const answer = await store.messages.append({
        ...await keyOf(store, eve, 'Sent'), letter: newLetter(), content: await stage(store), summary: SUMMARY,
        flags: ['\\Seen', 'mine'], internalDate: NOW - 5000, at: NOW,
      });
      expect(answer).toEqual({ kind: 'appended', uidValidity: (await mailboxOf(store, eve, 'Sent')).uidValidity, uid: 1 });
      const row = await only(store, await keyOf(store, eve, 'Sent'));
      expect(row).toMatchObject({ flags: ['\\Seen', 'mine'], internalDate: NOW - 5000, savedAt: NOW, octets: TEXT.length, prefix: Buffer.alloc(0) });
      expect((await octetsOf(store.messages.read(row))).toString()).toBe(TEXT);
      expect(await store.messages.append({
        ...inbox, mailbox: mailboxId(999), letter: newLetter(), content: await stage(store), summary: SUMMARY, flags: [], internalDate: NOW, at: NOW,
      })).toEqual({ kind: 'no-mailbox' });
    });

    it('are appended several at once, all or none, in the place of another', async () => {
      const sent = await keyOf(store, eve, 'Sent');
      const two = async (): Promise<readonly AppendedLetter[]> => [
        { letter: newLetter(), content: await stage(store), summary: SUMMARY, flags: ['\\Seen'], internalDate: NOW },
        { letter: newLetter(), content: await stage(store), summary: SUMMARY, flags: [], internalDate: NOW - 1 },
      ];
      const since = await highest();
      expect(await store.messages.appendMany({ ...sent, letters: await two(), at: NOW, replaces: { ...inbox, uid: uid(2) } })).toEqual({
        kind: 'appended', uidValidity: (await mailboxOf(store, eve, 'Sent')).uidValidity, uids: [1, 2],
      });
      expect((await store.messages.changes(inbox, since))?.vanished).toEqual([2]);
      expect((await store.messages.states(sent)).map(({ flags }) => flags)).toEqual([['\\Seen'], []]);
      expect(await store.messages.appendMany({ ...sent, letters: await two(), at: NOW, replaces: { ...inbox, uid: uid(2) } })).toEqual({ kind: 'no-message' });
      expect(await store.messages.appendMany({ ...sent, mailbox: mailboxId(999), letters: await two(), at: NOW })).toEqual({ kind: 'no-mailbox' });
      expect(await store.messages.states(sent)).toHaveLength(2);
      await store.check();
    });

    it('are copied with flags and date, and live when the first is expunged', async () => {
      await store.messages.setFlags({ ...inbox, uids: uids(2), how: 'add', flags: ['\\Flagged', 'Work', '\\Deleted'], at: NOW });
      const archive = await mailboxOf(store, eve, 'Archive');
      expect(await store.messages.copy({ ...inbox, uids: uids(2, 3, 77), target: archive.id, at: NOW + 9 })).toEqual({
        kind: 'done', uidValidity: archive.uidValidity, pairs: [{ source: 2, target: 1 }, { source: 3, target: 2 }],
      });
      await store.messages.expunge({ ...inbox, uids: uids(2), at: NOW });
      await store.check();
      const row = await only(store, { ...inbox, mailbox: archive.id });
      expect(row).toMatchObject({ flags: ['\\Flagged', '\\Deleted', 'Work'], internalDate: NOW, savedAt: NOW + 9 });
      expect((await octetsOf(store.messages.read(row))).toString()).toContain(TEXT);
    });

    it('are moved: here no more, there with flags and date', async () => {
      const since = await highest();
      const trash = await keyOf(store, eve, 'Trash');
      expect(await store.messages.move({ ...inbox, uids: uids(3, 1), target: trash.mailbox, at: NOW })).toMatchObject({
        kind: 'done', pairs: [{ source: 1, target: 1 }, { source: 3, target: 2 }],
      });
      expect(await store.messages.changes(inbox, since)).toMatchObject({ changed: [], vanished: [1, 3] });
      expect(await store.messages.states(trash)).toHaveLength(2);
      expect(await store.messages.move({ ...inbox, uids: uids(2), target: mailboxId(999), at: NOW })).toEqual({ kind: 'no-mailbox' });
      expect(await store.messages.move({ ...inbox, uids: uids(77), target: trash.mailbox, at: NOW })).toMatchObject({ kind: 'done', pairs: [] });
    });

    it('are copied in one act, however many', async () => {
      const many = Array.from({ length: 1200 }, (_, index) => uid(index + 1));
      const archive = await keyOf(store, eve, 'Archive');
      const answer = await store.messages.copy({ ...inbox, uids: many, target: archive.mailbox, at: NOW });
      expect(answer.kind === 'done' && answer.pairs).toHaveLength(3);
      await expect(store.messages.expunge({ ...inbox, uids: many, at: NOW })).rejects.toThrow(RangeError);
    });
  });
}
