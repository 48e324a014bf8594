/**
 * Contract: the spool's crash states, and the ledger that is written with every act.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import { type LetterId, letterId } from '../ids.ts';
import type { Errand, Remark, Settlement } from '../spool.ts';
import type { Store } from '../store.ts';
import {
  acceptance, addAccount, deliver, keyOf, mailboxOf, newLetter, NOW, octetsOf, only, type OpenStore, PREFIX, recipient, spool, stage, SUMMARY, TEXT, uids,
} from './fixture.ts';

const OK: Remark = { code: 250, status: '2.0.0', text: 'taken', host: 'mx.oak.test' };
const UNTIL = NOW + 60_000;

export function spoolContract(open: OpenStore): void {
  describe('spool', () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const lease = (now = NOW, without: readonly string[] = [], limit = 10): Promise<readonly Errand[]> =>
      store.spool.lease({ now, until: now + 60_000, limit, without });

    const leaseOne = async (now = NOW): Promise<Errand> => {
      const [errand] = await lease(now);
      if (errand === undefined) throw new Error('nothing was due');
      return errand;
    };

    const settle = (errand: Errand, parts: Partial<Settlement> = {}): ReturnType<Store['spool']['settle']> => store.spool.settle({
      letter: errand.letter.letter, lease: errand.lease, placements: [], onward: [], beliefs: [], ledger: [],
      recipients: errand.recipients.map(({ index }) => ({ index, state: 'delivered', nextAt: NOW, remark: OK, isAttempt: true })),
      ...parts,
    });

    it('keeps all that the envelope said', async () => {
      const letter = newLetter();
      await deliver(store, [], {
        letter,
        cuts: [{ start: 0, end: 5 }],
        spool: {
          reversePath: null, body: '8BITMIME', isSmtpUtf8: true, isTlsRequired: true, envelopeId: 'id-1', ret: 'HDRS', prefix: PREFIX, expiresAt: NOW + 5,
          recipients: [{ ...recipient('zoe@oak.test'), notify: ['FAILURE', 'DELAY'], originalRecipient: 'rfc822;z@elm.test' }, { ...recipient('max@oak.test'), notify: [] }],
        },
      });
      const found = await store.spool.get(letter);
      expect(found).toMatchObject({
        letter, acceptedAt: NOW, reversePath: null, body: '8BITMIME', isSmtpUtf8: true, isTlsRequired: true, envelopeId: 'id-1', ret: 'HDRS',
        prefix: PREFIX, expiresAt: NOW + 5, contentOctets: TEXT.length, cuts: [{ start: 0, end: 5 }], summary: SUMMARY,
      });
      expect(found?.recipients).toEqual([
        {
          index: 0, address: 'zoe@oak.test', route: 'oak.test', state: 'waiting', attempts: 0, nextAt: NOW, isNotified: false,
          notify: ['FAILURE', 'DELAY'], originalRecipient: 'rfc822;z@elm.test',
        },
        { index: 1, address: 'max@oak.test', route: 'oak.test', state: 'waiting', attempts: 0, nextAt: NOW, isNotified: false, notify: [] },
      ]);
      if (found !== undefined) expect(await octetsOf(store.contents.read(found.content))).toEqual(Buffer.from(TEXT));
    });

    it('leases what is due, by letter and route, and nothing twice', async () => {
      const letter = await spool(store, ['zoe@oak.test', 'ann@ash.test', 'max@oak.test']);
      expect(await store.spool.nextDue()).toBe(NOW);
      expect(await lease(NOW - 1)).toEqual([]);
      const errands = await lease();
      expect(errands.map(({ route, recipients }) => [route, recipients.map(({ index }) => index)])).toEqual([['oak.test', [0, 2]], ['ash.test', [1]]]);
      expect(errands[0]).toMatchObject({ letter: { letter }, until: UNTIL, recipients: [{ state: 'leased', nextAt: UNTIL }, { state: 'leased' }] });
      expect(await lease()).toEqual([]);
      expect(await store.spool.nextDue()).toBe(UNTIL);
      expect(await store.spool.counts()).toEqual({ letters: 1, recipients: 3, waiting: 0, held: 0 });
    });

    it('leases no route that is full, and no more than asked', async () => {
      await spool(store, ['zoe@oak.test', 'ann@ash.test', 'bob@elm.test']);
      expect((await lease(NOW, ['oak.test'], 1)).map(({ route }) => route)).toEqual(['ash.test']);
      expect((await lease()).map(({ route }) => route)).toEqual(['oak.test', 'elm.test']);
    });

    it('leases again what a crash left leased, and does not settle the old lease', async () => {
      await spool(store, ['zoe@oak.test']);
      const old = await leaseOne();
      const again = await leaseOne(UNTIL);
      expect(again.lease).not.toBe(old.lease);
      expect(await settle(old)).toEqual({ kind: 'lease-lost' });
      expect(await settle(again)).toEqual({ kind: 'settled', isFinal: true });
      expect(await settle(again)).toEqual({ kind: 'lease-lost' });
    });

    it('settles a lease that ran out but that nobody else took', async () => {
      await spool(store, ['zoe@oak.test']);
      expect(await settle(await leaseOne())).toEqual({ kind: 'settled', isFinal: true });
    });

    it('writes what came of each recipient', async () => {
      const letter = await spool(store, ['zoe@oak.test', 'max@oak.test', 'kim@oak.test']);
      const later: Remark = { code: 450, status: '4.2.0', text: 'later', host: 'mx.oak.test' };
      expect(await settle(await leaseOne(), {
        recipients: [
          { index: 0, state: 'delivered', nextAt: NOW, remark: OK, isAttempt: true },
          { index: 1, state: 'waiting', nextAt: NOW + 300_000, remark: later, isAttempt: true },
          { index: 2, state: 'waiting', nextAt: NOW, remark: later, isAttempt: false },
        ],
        ledger: [{ at: NOW, letter, recipient: 'zoe@oak.test', act: 'delivered', detail: { code: 250 } }],
      })).toEqual({ kind: 'settled', isFinal: false });
      expect((await store.spool.get(letter))?.recipients).toMatchObject([
        { state: 'delivered', attempts: 1, remark: OK }, { state: 'waiting', attempts: 1, nextAt: NOW + 300_000, remark: later },
        { state: 'waiting', attempts: 0 },
      ]);
      expect((await store.ledger.ofLetter(letter)).entries.map(({ act }) => act)).toEqual(['accepted', 'delivered']);
    });

    it('delivers into a mailbox from the spool, and sends on to where an alias leads', async () => {
      const eve = await addAccount(store);
      const letter = await spool(store, ['list@elm.test']);
      const first = await leaseOne();
      const placement = { account: eve.id, mailbox: 'INBOX', prefix: Buffer.from('Delivered-To: eve@elm.test\r\n'), flags: [], internalDate: NOW, recipient: eve.address };
      expect(await settle(first, { placements: [placement], onward: [recipient('zoe@oak.test')] })).toEqual({ kind: 'settled', isFinal: false });
      const row = await only(store, await keyOf(store, eve));
      expect((await octetsOf(store.messages.read(row))).toString()).toBe(`Delivered-To: eve@elm.test\r\n${TEXT}`);
      expect((await store.spool.get(letter))?.recipients.map(({ address, state }) => [address, state])).toEqual([['list@elm.test', 'delivered'], ['zoe@oak.test', 'waiting']]);
      expect(await settle(await leaseOne(), { placements: [placement] })).toEqual({ kind: 'settled', isFinal: true });
      expect(await store.spool.conclude(letter, [])).toBe(true);
      expect((await octetsOf(store.messages.read(await only(store, await keyOf(store, eve), 2)))).toString()).toBe(`Delivered-To: eve@elm.test\r\n${TEXT}`);
    });

    it('settles nothing when a belief broke', async () => {
      const eve = await addAccount(store);
      const letter = await spool(store, [eve.address]);
      const errand = await leaseOne();
      await store.accounts.remove(eve.id);
      const belief = { kind: 'account', address: eve.address, account: eve.id } as const;
      expect(await settle(errand, { beliefs: [belief] })).toEqual({ kind: 'changed', belief });
      expect((await store.spool.get(letter))?.recipients).toMatchObject([{ state: 'leased', attempts: 0 }]);
    });

    it('keeps a finished letter until it is concluded', async () => {
      const letter = await spool(store, ['zoe@oak.test']);
      expect(await store.spool.conclude(letter, [])).toBe(false);
      await settle(await leaseOne());
      expect(await store.spool.nextDue()).toBeUndefined();
      expect((await store.spool.finished(10)).map((one) => one.letter)).toEqual([letter]);
      expect(await store.spool.conclude(letter, [{ at: NOW, letter, act: 'notified', detail: {} }])).toBe(true);
      expect(await store.spool.conclude(letter, [])).toBe(false);
      expect(await store.spool.get(letter)).toBeUndefined();
      expect((await store.ledger.ofLetter(letter)).entries.at(-1)?.act).toBe('notified');
    });

    it('concludes a letter with its notice, in one act, and only once', async () => {
      const letter = await spool(store, ['zoe@oak.test']);
      await expect(spool(store, ['ann@ash.test'], { concludes: letter })).rejects.toThrow('not finished');
      await settle(await leaseOne());
      const notice = await spool(store, ['ann@ash.test'], { concludes: letter });
      expect(await store.spool.get(letter)).toBeUndefined();
      expect((await store.spool.list({ limit: 10 })).map((one) => one.letter)).toEqual([notice]);
      await expect(spool(store, ['ann@ash.test'], { concludes: letter })).rejects.toThrow('not finished');
      expect(await store.spool.list({ limit: 10 })).toHaveLength(1);
    });

    it('remembers that a delay was told, until the end, which is another thing to tell', async () => {
      const letter = await spool(store, ['zoe@oak.test']);
      const late = { index: 0, state: 'waiting', nextAt: NOW, remark: OK, isAttempt: true } as const;
      await settle(await leaseOne(), { recipients: [late] });
      await store.spool.markNotified(letter, [0]);
      await settle(await leaseOne(), { recipients: [late] });
      expect((await store.spool.get(letter))?.recipients).toMatchObject([{ isNotified: true, attempts: 2 }]);
      await settle(await leaseOne(), { recipients: [{ ...late, state: 'failed' }] });
      expect((await store.spool.get(letter))?.recipients).toMatchObject([{ isNotified: false, state: 'failed' }]);
    });

    it('fails what is cancelled while it is carried only if it comes back undelivered', async () => {
      const letter = await spool(store, ['zoe@oak.test', 'sue@fir.test']);
      const errands = await lease();
      const cancel = (): Promise<readonly LetterId[]> => store.spool.command({ what: 'cancel', at: NOW + 5 });
      expect([await cancel(), await cancel()]).toEqual([[letter], []]);
      expect(await store.spool.finished(10)).toEqual([]);
      const [oak, fir] = errands;
      if (oak === undefined || fir === undefined) throw new Error('two routes, two errands');
      const later: Remark = { code: 450, status: '4.2.0', text: 'later', host: 'mx.oak.test' };
      const recipients = [{ index: 0, state: 'waiting', nextAt: NOW + 60_000, remark: later, isAttempt: true }] as const;
      expect(await settle(oak, { recipients })).toEqual({ kind: 'settled', isFinal: false });
      expect(await settle(fir)).toEqual({ kind: 'settled', isFinal: true });
      expect((await store.spool.get(letter))?.recipients).toMatchObject([{ state: 'failed', remark: { text: 'cancelled by the operator' } }, { state: 'delivered' }]);
      expect((await store.spool.finished(10)).map((one) => one.letter)).toEqual([letter]);
    });

    it('holds, releases, retries and cancels, and writes it down', async () => {
      const letter = await spool(store, ['zoe@oak.test']);
      const other = await spool(store, ['ann@ash.test']);
      const command = (what: 'retry' | 'hold' | 'release' | 'cancel', letters?: readonly LetterId[]): Promise<readonly LetterId[]> =>
        store.spool.command({ what, at: NOW + 5, ...(letters === undefined ? {} : { letters }) });
      expect(await command('hold', [letter, letterId('unknown')])).toEqual([letter]);
      expect(await command('hold', [letter])).toEqual([]);
      expect((await lease()).map((errand) => errand.letter.letter)).toEqual([other]);
      expect(await store.spool.counts()).toEqual({ letters: 2, recipients: 2, waiting: 0, held: 1 });
      expect(await command('retry', [letter])).toEqual([]);
      expect(await command('release')).toEqual([letter]);
      expect(await command('retry', [letter])).toEqual([letter]);
      expect(await command('cancel')).toEqual([letter, other]);
      expect((await store.spool.get(letter))?.recipients).toMatchObject([{ state: 'failed', remark: { text: 'cancelled by the operator' } }]);
      // The other one is being carried: it fails when it comes back.
      expect((await store.spool.finished(10)).map((one) => one.letter)).toEqual([letter]);
      expect((await store.ledger.ofLetter(letter)).entries.map(({ act }) => act)).toEqual(['accepted', 'held', 'released', 'retried', 'cancelled']);
    });

    it('holds what comes back from a courier when its letter was held meanwhile', async () => {
      const letter = await spool(store, ['zoe@oak.test']);
      const errand = await leaseOne();
      await store.spool.command({ what: 'hold', letters: [letter], at: NOW });
      await settle(errand, { recipients: [{ index: 0, state: 'waiting', nextAt: NOW, remark: OK, isAttempt: true }] });
      expect((await store.spool.get(letter))?.recipients).toMatchObject([{ state: 'held' }]);
    });

    it('lists in pages, in the order of acceptance, even past a letter that has left', async () => {
      const letters: LetterId[] = [];
      for (let index = 0; index < 3; index += 1) letters.push(await spool(store, [`zoe${index}@oak.test`]));
      const [first, second, third] = letters;
      expect((await store.spool.list({ limit: 2 })).map(({ letter }) => letter)).toEqual([first, second]);
      await settle(await leaseOne());
      if (first === undefined) throw new Error('there are three');
      await store.spool.conclude(first, []);
      expect((await store.spool.list({ after: first, limit: 5 })).map(({ letter }) => letter)).toEqual([second, third]);
    });
  });
}

export function ledgerContract(open: OpenStore): void {
  describe('ledger', () => {
    let store: Store;
    let eve: Account;
    beforeEach(async () => {
      store = await open();
      eve = await addAccount(store);
    });
    afterEach(() => store.close());

    it('notes each letter, and finds it by sender, recipient and Message-ID, newest first', async () => {
      const first = newLetter();
      await deliver(store, [eve], { letter: first });
      const second = await spool(store, ['Zoe@Oak.test']);
      const { note } = await store.ledger.ofLetter(first);
      expect(note).toEqual({
        letter: first, at: NOW, sender: 'ann@ash.test', recipients: ['eve@elm.test'], messageId: '<plan@ash.test>', subject: 'The plan', octets: TEXT.length,
      });
      const find = async (query: { readonly address?: string; readonly messageId?: string }): Promise<readonly LetterId[]> =>
        (await store.ledger.find({ ...query, limit: 10 })).map(({ letter }) => letter);
      expect(await find({ address: 'ANN@ash.test' })).toEqual([second, first]);
      expect(await find({ address: 'eve@elm.test' })).toEqual([first]);
      expect(await find({ address: 'zoe@oak.test' })).toEqual([second]);
      expect(await find({ messageId: '<plan@ash.test>' })).toEqual([second, first]);
      expect(await find({ messageId: '<plan@ash.test>', address: 'zoe@oak.test' })).toEqual([second]);
      expect(await find({ address: 'nobody@elm.test' })).toEqual([]);
      expect(await store.ledger.find({ limit: 1 })).toHaveLength(1);
    });

    it('writes down what changes nothing else', async () => {
      const letter = newLetter();
      await deliver(store, [eve], { letter });
      const entry = { at: NOW + 1, letter, act: 'collapsed', detail: { client: '192.0.2.1' } } as const;
      await store.ledger.write(entry);
      expect((await store.ledger.ofLetter(letter)).entries.at(-1)).toEqual(entry);
    });

    it('tells letters apart whose Message-IDs differ only after hundreds of characters', async () => {
      const [one, two] = [newLetter(), newLetter()];
      const idOf = (end: string): string => `<${'long'.repeat(100)}${end}@ash.test>`;
      const summary = (end: string): typeof SUMMARY => ({ ...SUMMARY, envelope: { ...SUMMARY.envelope, messageId: idOf(end) } });
      await deliver(store, [eve], { letter: one, summary: summary('1') });
      await deliver(store, [eve], { letter: two, summary: summary('2') });
      const find = async (end: string): Promise<readonly LetterId[]> => (await store.ledger.find({ messageId: idOf(end), limit: 10 })).map(({ letter }) => letter);
      expect([await find('1'), await find('2'), await find('3')]).toEqual([[one], [two], []]);
    });

    it('follows what people did to a letter, wherever they took it', async () => {
      const letter = newLetter();
      await deliver(store, [eve]);
      await deliver(store, [eve], { letter });
      const inbox = await keyOf(store, eve);
      const trash = await keyOf(store, eve, 'Trash');
      await store.messages.setFlags({ ...inbox, uids: uids(1, 2), how: 'add', flags: ['\\Seen'], at: NOW + 1 });
      await store.messages.copy({ ...inbox, uids: uids(1), target: (await mailboxOf(store, eve, 'Archive')).id, at: NOW + 2 });
      await store.messages.move({ ...inbox, uids: uids(2), target: trash.mailbox, at: NOW + 3 });
      await store.messages.setFlags({ ...trash, uids: uids(1), how: 'add', flags: ['\\Deleted'], at: NOW + 4 });
      await store.messages.expunge({ ...trash, uids: uids(1), at: NOW + 5 });
      const { entries } = await store.ledger.ofLetter(letter);
      expect(entries.map(({ act, at }) => [act, at - NOW])).toEqual([['accepted', 0], ['seen', 1], ['moved', 3], ['expunged', 5]]);
      expect(entries[1]).toMatchObject({ account: eve.id, detail: { mailbox: 'INBOX', uids: '1:2' } });
      expect(entries[2]?.detail).toMatchObject({ mailbox: 'INBOX', to: 'Trash', uids: '2' });
    });

    it('tells of a letter that its owner appended', async () => {
      const letter = newLetter();
      const drafts = await keyOf(store, eve, 'Drafts');
      await store.messages.append({ ...drafts, letter, content: await stage(store), summary: SUMMARY, flags: [], internalDate: NOW, at: NOW });
      await store.messages.setFlags({ ...drafts, uids: uids(1), how: 'add', flags: ['\\Seen'], at: NOW });
      expect((await store.ledger.ofLetter(letter)).entries.map(({ act }) => act)).toEqual(['appended', 'seen']);
    });

    it('keeps what an acceptance says of another letter with that letter', async () => {
      const about = newLetter();
      await deliver(store, [eve], { letter: about });
      const notice = newLetter();
      const request = await acceptance(store, [eve], { letter: notice });
      await store.accept({ ...request, ledger: [...request.ledger, { at: NOW, letter: about, act: 'notified', detail: { notice } }] });
      expect((await store.ledger.ofLetter(about)).entries.map(({ act }) => act)).toEqual(['accepted', 'notified']);
      expect((await store.ledger.ofLetter(notice)).entries.map(({ act }) => act)).toEqual(['accepted']);
    });
  });
}
