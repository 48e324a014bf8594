/**
 * Contract: what is looked for is found, whether the index knows the letter yet or not.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import { letterId, uid } from '../ids.ts';
import type { MailboxKey } from '../messages.ts';
import type { Wanted } from '../search.ts';
import type { Store } from '../store.ts';
import { acceptance, copyFor, inboxOf, NOW, onward, person } from './letters.ts';

const PLAIN = 'From: Ann Ash <ann@ash.test>\r\nTo: Eve <eve@elm.test>\r\nSubject: The plan\r\nX-Tag: blue\r\n\r\nWe meet at nine, at the OLD oak.\r\n';
const LATIN = [
  'From: =?utf-8?q?J=C3=BCrgen?= <juergen@oak.test>', 'Cc: boss@cay.test', 'Subject: =?iso-8859-1?q?Gr=FC=DFe?= aus =?utf-8?b?S8O2bG4=?=',
  'Content-Type: text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding: quoted-printable', '', 'viele sch=F6ne Gr=FC=DFe aus der Stadt am Rhein, zer=', 'schnitten', '',
].join('\r\n');
const CHINESE = [
  'From: li@fir.test', 'Subject: =?utf-8?b?5Lya6K6u?=', 'Content-Type: text/plain; charset=gb2312', 'Content-Transfer-Encoding: base64', '',
  Buffer.from('c3f7ccecced2c3c7d4dab1b1bea9bcfbc3e6a1a3', 'hex').toString('base64'), '',
].join('\r\n');
const PARCEL = [
  'From: ann@ash.test', 'Subject: parcel', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: text/html; charset=utf-8', '', '<p>the <b>bill</b></p>',
  '--b', 'Content-Type: application/pdf; name="x.pdf"', "Content-Disposition: attachment; filename*=utf-8''Rechnung%20M%C3%A4rz.pdf", 'Content-Transfer-Encoding: base64', '', 'aGlkZGVuIHdvcmRz',
  '--b', 'Content-Type: message/rfc822', '', 'Subject: within', '', 'inner words', '--b--', '',
].join('\r\n');

/** What is wanted, and the numbers of the letters that hold it. */
const FOUND: readonly (readonly [wanted: Wanted | readonly Wanted[], numbers: readonly number[]])[] = [
  [{ in: 'body', text: 'old oak' }, [1]], [{ in: 'body', text: 'at nine' }, [1]], [{ in: 'body', text: 'eet at nin' }, [1]], [{ in: 'body', text: 'plan' }, []],
  [{ in: 'body', text: 'at  nine' }, []], [{ in: 'body', text: 'nine, at' }, [1]], [{ in: 'body', text: 'nine; at' }, []],
  [{ in: 'body', text: 'ni' }, [1, 2]], [{ in: 'body', text: 'k' }, [1]], [{ in: 'body', text: '' }, [1, 2, 3, 4]],
  [{ in: 'body', text: 'SCHÖNE GRÜSSE' }, []], [{ in: 'body', text: 'SCHÖNE GRÜßE' }, [2]], [{ in: 'body', text: 'zerschnitten' }, [2]], [{ in: 'body', text: 'üß' }, [2]],
  [{ in: 'body', text: '北京' }, [3]], [{ in: 'body', text: '京' }, [3]], [{ in: 'body', text: '在北京见面' }, [3]], [{ in: 'body', text: '面。' }, [3]], [{ in: 'body', text: '会议' }, []],
  [{ in: 'body', text: 'bill' }, [4]], [{ in: 'body', text: 'hidden' }, []], [{ in: 'body', text: 'rechnung märz' }, [4]], [{ in: 'body', text: 'subject: within' }, [4]], [{ in: 'body', text: 'inner words' }, [4]],
  [{ in: 'subject', text: 'plan' }, [1]], [{ in: 'subject', text: 'grüße aus köln' }, [2]], [{ in: 'subject', text: '会议' }, [3]], [{ in: 'subject', text: 'oak' }, []], [{ in: 'subject', text: '' }, [1, 2, 3, 4]],
  [{ in: 'from', text: 'ANN ASH <ANN@' }, [1]], [{ in: 'from', text: 'ann@ash' }, [1, 4]], [{ in: 'from', text: 'jürgen <ju' }, [2]], [{ in: 'from', text: 'eve' }, []],
  [{ in: 'to', text: 'eve' }, [1]], [{ in: 'cc', text: 'boss' }, [2]], [{ in: 'bcc', text: 'boss' }, []], [{ in: 'to', text: 'boss' }, []], [{ in: 'to', text: '' }, [1]],
  [{ in: 'field', field: 'x-tag', text: 'BLUE' }, [1]], [{ in: 'field', field: 'X-Tag', text: '' }, [1]], [{ in: 'field', field: 'subject', text: 'köln' }, [2]], [{ in: 'field', field: 'X-Tag', text: 'x-tag' }, []],
  [{ in: 'text', text: 'köln' }, [2]], [{ in: 'text', text: 'x-tag: blue' }, [1]], [{ in: 'text', text: 'bill' }, [4]], [{ in: 'text', text: 'delivered-to: eve@elm' }, [1, 2, 3, 4]], [{ in: 'text', text: '北京' }, [3]],
  [[{ in: 'from', text: 'ann@' }, { in: 'body', text: 'words' }], [4]], [[{ in: 'body', text: 'meet' }, { in: 'body', text: 'oak' }, { in: 'text', text: 'plan' }], [1]], [[{ in: 'from', text: 'ann@' }, { in: 'body', text: '京' }], []], [[], [1, 2, 3, 4]],
];

export function searchContract(open: () => Promise<Store>): void {
  describe('searching', () => {
    let store: Store;
    let eve: Account;
    let inbox: MailboxKey;
    let letters = 0;

    beforeEach(async () => {
      store = await open();
      eve = await person(store, 'eve@elm.test');
      inbox = await inboxOf(store, eve);
    });
    afterEach(() => store.close());

    const put = async (letter: string, more: Parameters<typeof acceptance>[2] = {}): Promise<void> => {
      letters += 1;
      const placements = [copyFor(eve, Buffer.from('Delivered-To: eve@elm.test\r\n'))];
      await store.accept(await acceptance(store, `sought${letters}`, { placements, ...more }, Buffer.from(letter)));
    };
    const fill = async (): Promise<void> => {
      for (const letter of [PLAIN, LATIN, CHINESE, PARCEL]) await put(letter);
    };
    const find = async (text: string, key = inbox): Promise<readonly number[]> => store.search.find(key, [{ in: 'text', text }]);
    const answers = async (): Promise<unknown> => {
      const all: unknown[] = [];
      for (const [wanted] of FOUND) all.push([wanted, await store.search.find(inbox, Array.isArray(wanted) ? wanted : [wanted])]);
      return all;
    };

    it('finds strings within strings in every place, in any charset, before a letter is indexed', async () => {
      await fill();
      expect(await answers()).toEqual(FOUND);
    });

    it('finds the same with the index', async () => {
      await fill();
      await store.search.catchUp();
      expect(await answers()).toEqual(FOUND);
    });

    it('finds the same with an index made anew, and tells how far that is', async () => {
      await fill();
      await store.search.catchUp();
      const told: (readonly [number, number])[] = [];
      await store.search.rebuild((done, total) => told.push([done, total]));
      expect(told.at(-1)).toEqual([4, 4]);
      expect(await answers()).toEqual(FOUND);
    });

    it('finds letters of before and after the index was kept up', async () => {
      await put(PLAIN);
      await store.search.catchUp();
      await put(PLAIN);
      expect(await find('old oak')).toEqual([1, 2]);
      await store.search.catchUp();
      expect(await find('old oak')).toEqual([1, 2]);
    });

    it('finds a letter where it is now, not where it was', async () => {
      await fill();
      await store.search.catchUp();
      const archive = await store.mailboxes.byName(eve.id, 'Archive');
      if (archive === undefined) throw new Error('no Archive');
      await store.messages.move({ ...inbox, uids: [uid(1)], target: archive.id, at: NOW });
      await store.messages.copy({ ...inbox, uids: [uid(4)], target: archive.id, at: NOW });
      const there = { ...inbox, mailbox: archive.id };
      expect([await find('old oak'), await find('old oak', there)]).toEqual([[], [1]]);
      expect([await find('inner words'), await find('inner words', there)]).toEqual([[4], [2]]);
    });

    it('does not find what was expunged', async () => {
      await fill();
      await store.search.catchUp();
      await store.messages.setFlags({ ...inbox, uids: [uid(1)], how: 'add', flags: ['\\Deleted'], at: NOW });
      await store.messages.expunge({ ...inbox, uids: [uid(1)], at: NOW });
      expect(await find('old oak')).toEqual([]);
      await store.search.catchUp();
      expect([await find('old oak'), await find('ni')]).toEqual([[], [2]]);
    });

    it('finds a letter that was expunged before it was indexed, and put back after', async () => {
      await fill();
      await store.messages.setFlags({ ...inbox, uids: [uid(1)], how: 'add', flags: ['\\Deleted'], at: NOW });
      await store.messages.expunge({ ...inbox, uids: [uid(1)], at: NOW });
      await store.search.catchUp();
      await store.kept.restore({ account: eve.id, since: NOW, at: NOW + 1 });
      expect(await find('old oak')).toEqual([5]);
      await store.search.catchUp();
      expect(await find('old oak')).toEqual([5]);
    });

    it('does not find what we cut out of a header, nor the letters of others', async () => {
      await put(PLAIN, { cuts: [{ start: PLAIN.indexOf('X-Tag'), end: PLAIN.indexOf('\r\n\r\n') + 2 }] });
      await store.search.catchUp();
      expect([await find('blue'), await find('the plan')]).toEqual([[], [1]]);
      expect(await find('the plan', await inboxOf(store, await person(store, 'bob@elm.test')))).toEqual([]);
    });

    it('finds what was appended', async () => {
      const { content, summary } = await acceptance(store, 'draft', {}, Buffer.from(LATIN));
      await store.messages.append({ ...inbox, letter: letterId('draft'), content, summary, flags: [], internalDate: NOW, at: NOW });
      expect(await find('am rhein')).toEqual([1]);
      await store.search.catchUp();
      expect(await find('am rhein')).toEqual([1]);
    });

    it('finds a letter that came to its reader by way of the spool, by what we put in front', async () => {
      await store.accept(await acceptance(store, 'later', { spool: onward(['eve@elm.test', 'elm.test']) }, Buffer.from(PLAIN)));
      await store.search.catchUp();
      const [errand] = await store.spool.lease({ now: NOW, until: NOW + 1000, limit: 1, without: [] });
      if (errand === undefined) throw new Error('nothing was due');
      await store.spool.settle({
        letter: errand.letter.letter, lease: errand.lease, onward: [], beliefs: [], ledger: [],
        placements: [copyFor(eve, Buffer.from('Delivered-To: eve@elm.test\r\n'))],
        recipients: [{ index: 0, state: 'delivered', nextAt: 0, remark: { code: 250, status: '2.0.0', text: 'Ok', host: '' }, isAttempt: true }],
      });
      expect([await find('delivered-to'), await find('old oak')]).toEqual([[1], [1]]);
      await store.search.catchUp();
      expect([await find('delivered-to'), await find('old oak')]).toEqual([[1], [1]]);
    });

    it('looks only among those it is told, in any order', async () => {
      for (let letter = 0; letter < 60; letter += 1) await put(PLAIN);
      await store.search.catchUp();
      const among = Array.from({ length: 30 }, (_, index) => uid(61 - index * 2));
      const wanted: readonly Wanted[] = [{ in: 'body', text: 'old oak' }];
      const expected = among.filter((one) => one <= 60).toSorted((a, b) => a - b);
      expect(await store.search.find(inbox, wanted, { among })).toEqual(expected);
      expect(await store.search.find(inbox, [{ in: 'body', text: 'k' }], { among })).toEqual(expected);
      expect(await store.search.find(inbox, wanted, { among: [uid(7), uid(3)] })).toEqual([3, 7]);
      expect(await store.search.find(inbox, wanted, { among: [] })).toEqual([]);
    });

    it('says what it finds quickly: three characters, or two of a script with many', () => {
      const isQuick = (text: string): boolean => store.search.isQuick({ in: 'text', text });
      expect(['oak', 'ni', 'k', '', '北京', '京', 'üß', '  a  ', '...', 'a\ud800b'].map(isQuick)).toEqual([true, false, false, false, true, false, true, true, false, false]);
    });

    it('ends when nobody waits for the answer any more', async () => {
      await fill();
      const reason = new Error('the client is gone');
      await expect(store.search.find(inbox, [{ in: 'body', text: 'k' }], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const controller = new AbortController();
      const asked = store.search.find(inbox, [{ in: 'body', text: 'k' }], { signal: controller.signal });
      controller.abort(reason);
      await expect(asked).rejects.toBe(reason);
      expect(await find('old oak')).toEqual([1]);
    });

    it('answers many who ask at once', async () => {
      await fill();
      const texts = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'old oak' : 'ni'));
      expect(await Promise.all(texts.map((text) => find(text)))).toEqual(texts.map((text) => (text === 'ni' ? [1, 2] : [1])));
    });
  });
}
