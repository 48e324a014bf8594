/**
 * Letters across mailboxes: each once, with its copies.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentId, letterId, uid } from '../ids.ts';
import type { LetterId } from '../ids.ts';
import type { Account } from '../accounts.ts';
import type { LetterRow } from '../letters.ts';
import type { Store } from '../store.ts';
import { addAccount, deliver, keyOf, mailboxOf, newLetter, NOW, octetsOf, PREFIX, spool, stage, SUMMARY, TEXT, type OpenStore } from './fixture.ts';

export function lettersContract(open: OpenStore): void {
  describe('letters across mailboxes', () => {
    let store: Store;
    let eve: Account;
    let bob: Account;
    beforeEach(async () => {
      store = await open();
      eve = await addAccount(store);
      bob = await addAccount(store, 'bob@elm.test');
    });
    afterEach(() => store.close());

    const send = async (...accounts: readonly Account[]): Promise<LetterId> => {
      const letter = newLetter();
      await deliver(store, accounts, { letter });
      return letter;
    };
    const newest = async (account?: Account): Promise<readonly LetterId[]> => (
      await store.letters.page({ from: 'newest', limit: 10, ...(account === undefined ? {} : { account: account.id }) })).map(({ letter }) => letter);
    const get = async (letter: LetterId): Promise<LetterRow> => {
      const row = await store.letters.get(letter);
      if (row === undefined) throw new Error('the letter is not there');
      return row;
    };

    test('a letter to two people is one letter with two copies', async () => {
      const letter = await send(eve, bob);
      expect(await store.letters.page({ from: 'newest', limit: 10 })).toMatchObject([{
        letter, octets: PREFIX.length + TEXT.length, internalDate: NOW, envelope: { sender: 'ann@ash.test', recipients: ['eve@elm.test', 'bob@elm.test'] },
        copies: [{ address: 'eve@elm.test', mailboxName: 'INBOX', uid: 1, flags: [] }, { address: 'bob@elm.test' }],
      }]);
    });
    test('it reads as its first reader sees it', async () => {
      expect((await octetsOf(store.messages.read(await get(await send(eve))))).toString()).toBe(`${PREFIX.toString()}${TEXT}`);
    });
    test('pages go from the newest or the oldest, of all or of one account', async () => {
      const [one, two, three] = [await send(eve), await send(bob), await send(eve)];
      expect(await newest()).toEqual([three, two, one]);
      expect(await newest(eve)).toEqual([three, one]);
      const [last, next] = await store.letters.page({ from: 'newest', limit: 2 });
      expect(next?.letter).toBe(two);
      expect((await store.letters.page({ from: 'newest', limit: 2, past: next?.content ?? contentId(0) })).map(({ letter }) => letter)).toEqual([one]);
      expect((await store.letters.page({ from: 'oldest', limit: 2 })).map(({ letter }) => letter)).toEqual([one, two]);
      expect((await store.letters.page({ from: 'oldest', limit: 2, account: eve.id, past: contentId(1) })).map(({ letter }) => letter)).toContain(last?.letter);
    });
    test('of another’s letter one account sees its own copy only, or nothing', async () => {
      const letter = await send(eve, bob);
      expect((await store.letters.get(letter, bob.id))?.copies).toMatchObject([{ address: 'bob@elm.test' }]);
      const other = await send(eve);
      expect(await store.letters.get(other, bob.id)).toBeUndefined();
    });
    test('a copy made over IMAP belongs to the same letter', async () => {
      const letter = await send(eve);
      await store.messages.copy({ ...await keyOf(store, eve), uids: [uid(1)], target: (await mailboxOf(store, eve, 'Archive')).id, at: NOW });
      expect((await get(letter)).copies.map(({ mailboxName }) => mailboxName)).toEqual(['INBOX', 'Archive']);
    });
    test('a letter put there over IMAP is one too, without an envelope', async () => {
      const letter = newLetter();
      await store.messages.append({ ...await keyOf(store, eve, 'Drafts'), letter, content: await stage(store), summary: SUMMARY, flags: ['\\Draft', 'later'], internalDate: 7, at: NOW });
      const row = await get(letter);
      expect(row).toMatchObject({ internalDate: 7, copies: [{ mailboxName: 'Drafts', flags: ['\\Draft', 'later'] }] });
      expect(row.envelope).toBeUndefined();
    });
    test('what is deleted, in a mailbox that is gone, or only under way, is not among them', async () => {
      const letter = await send(eve);
      await spool(store, ['ann@ash.test']);
      await store.mailboxes.create(eve.id, 'Work', NOW);
      await store.messages.move({ ...await keyOf(store, eve), uids: [uid(1)], target: (await mailboxOf(store, eve, 'Work')).id, at: NOW });
      expect(await newest()).toEqual([letter]);
      await store.mailboxes.remove(eve.id, 'Work', NOW);
      expect(await newest()).toEqual([]);
      expect(await store.letters.get(letter)).toBeUndefined();
      expect(await store.letters.get(letterId('nobody-sent-this'))).toBeUndefined();
    });
    test('counts each letter once, and as unread while anybody has not read it', async () => {
      expect(await store.letters.counts()).toEqual({ letters: 0, unseen: 0, octets: 0 });
      await send(eve, bob);
      await send(bob);
      await store.messages.setFlags({ ...await keyOf(store, eve), uids: [uid(1)], how: 'add', flags: ['\\Seen'], at: NOW });
      expect(await store.letters.counts()).toEqual({ letters: 2, unseen: 2, octets: 2 * (PREFIX.length + TEXT.length) });
      expect(await store.letters.counts(eve.id)).toMatchObject({ letters: 1, unseen: 0 });
    });
  });
}
