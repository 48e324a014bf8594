import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import type { Notify } from '@posthorn/mail/envelope.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { busy, HOUR } from './testing/letters.ts';
import { Post, RETRY } from './testing/post.ts';

const MINUTE = 60_000;
const chance = seededRandom(1);
/** Identifiers by chance, pauses without. */
const steady = { bytes: (count: number) => chance.bytes(count), fraction: () => 0 };
const isSpoolEmpty = async (post: Post): Promise<boolean> => (await post.store.spool.list({ limit: 1 })).length === 0;

/** The fields for programs of a notice, as a foreign reader finds them: one text a group. */
async function statusOf(text: string): Promise<readonly string[]> {
  const { attachments } = await simpleParser(text, { keepDeliveryStatus: true });
  const status = attachments.find(({ contentType }) => contentType === 'message/delivery-status')?.content.toString() ?? '';
  return status.trim().split('\r\n\r\n').slice(1);
}

describe('The queue', () => {
  it('carries a letter as soon as it is accepted, and forgets it when it is delivered', async () => {
    await using post = await Post.open();
    post.queue.start();
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.queue.idle();
    expect(post.courier.carried).toMatchObject([{ letter, route: 'elm.test', recipients: ['eve@elm.test'] }]);
    expect(await isSpoolEmpty(post)).toBe(true);
    expect((await post.store.ledger.ofLetter(letter)).entries).toMatchObject([{ act: 'delivered', recipient: 'eve@elm.test', detail: { host: 'mx.elm.test', code: 250, attempt: 1 } }]);
  });

  it('carries what was there before it started', async () => {
    await using post = await Post.open();
    await post.post({ to: ['eve@elm.test'] });
    expect(post.courier.carried).toEqual([]);
    post.queue.start();
    await post.queue.idle();
    expect(post.courier.carried).toHaveLength(1);
  });

  it('gives recipients of one domain together, of several apart', async () => {
    await using post = await Post.open();
    post.queue.start();
    await post.post({ to: ['eve@elm.test', 'bob@fir.test', 'cid@ELM.test'] });
    await post.queue.idle();
    expect(post.courier.carried.map(({ recipients }) => recipients.join()).toSorted()).toEqual(['bob@fir.test', 'eve@elm.test,cid@ELM.test']);
  });

  it('waits for what is not due yet', async () => {
    await using post = await Post.open();
    post.queue.start();
    await post.post({ to: [{ address: 'eve@elm.test', nextAt: post.clock.now() + HOUR }] });
    await post.clock.advance(HOUR - 1);
    expect(post.courier.carried).toEqual([]);
    await post.clock.advance(1);
    expect(post.courier.carried).toHaveLength(1);
  });

  it('puts copies into mailboxes and goes on to other addresses, as a local courier says', async () => {
    await using post = await Post.open();
    const added = await post.store.accounts.add({ address: 'bob@ash.test', at: 0 });
    post.courier.more = (recipients) => (recipients.includes('all@ash.test') ? {
      placements: [{ account: added.account.id, mailbox: 'INBOX', prefix: Buffer.alloc(0), flags: [], internalDate: 0, recipient: 'all@ash.test' }],
      onward: [{ address: 'eve@elm.test', route: 'elm.test', nextAt: post.clock.now() }],
    } : {});
    post.queue.start();
    await post.post({ to: ['all@ash.test'] });
    await post.queue.idle();
    expect(post.courier.carried.map(({ recipients }) => recipients.join())).toEqual(['all@ash.test', 'eve@elm.test']);
    const inbox = await post.store.mailboxes.byName(added.account.id, 'INBOX');
    expect(inbox?.uidNext).toBe(2);
    expect(await isSpoolEmpty(post)).toBe(true);
  });

  it('delivers again when an alias changed meanwhile, and nothing was stored', async () => {
    await using post = await Post.open();
    post.courier.more = () => (post.courier.carried.length === 1 ? { beliefs: [{ kind: 'alias', address: 'all@ash.test', targets: ['gone@ash.test'] }] } : {});
    post.queue.start();
    const letter = await post.post({ to: ['all@ash.test'] });
    await post.clock.advance(MINUTE);
    expect(post.courier.carried).toHaveLength(2);
    expect((await post.store.ledger.ofLetter(letter)).entries.map(({ act }) => act)).toEqual(['delivered']);
  });
});

describe('A deferred letter', () => {
  it('is tried for five days, then its sender is told', async () => {
    await using post = await Post.open({ say: ({ address }) => (address.endsWith('@elm.test') ? 'deferred' : 'delivered'), random: steady });
    post.queue.start();
    const start = post.clock.now();
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.clock.advance(121 * HOUR);
    const tries = post.courier.carried.filter(({ route }) => route === 'elm.test').map(({ at }) => (at - start) / MINUTE);
    // RFC 5321 §4.5.4.1; the one after 240 minutes goes with the notice of delay.
    expect(tries.slice(0, 8)).toEqual([0, 5, 15, 45, 105, 225, 240, 480]);
    expect(tries.at(-1)).toBe(120 * 60);
    expect(tries).toHaveLength(7 + 30 - 1);
    expect(await isSpoolEmpty(post)).toBe(true);
    const { entries } = await post.store.ledger.ofLetter(letter);
    expect(entries.filter(({ act }) => act === 'notified').map(({ detail }) => detail['action'])).toEqual(['delayed', 'failed']);
    expect(entries.at(-2)).toMatchObject({ act: 'failed', detail: { isExpired: true } });
  });

  it('is tried at times that chance spreads by up to a tenth', async () => {
    await using post = await Post.open({ say: () => 'deferred', random: { ...steady, fraction: () => 0.999 } });
    post.queue.start();
    const start = post.clock.now();
    await post.post({ to: ['eve@elm.test'] });
    await post.clock.advance(6 * MINUTE);
    expect(post.courier.carried.map(({ at }) => at - start)).toEqual([0, Math.round((RETRY[0] ?? 0) * 1.0999)]);
  });

  it('says to its sender, once, that it is late', async () => {
    await using post = await Post.open({ say: ({ address }) => (address.endsWith('@elm.test') ? 'deferred' : 'delivered') });
    post.queue.start();
    await post.post({ to: ['eve@elm.test', { address: 'dan@elm.test', notify: ['FAILURE'] }] });
    await post.clock.advance(3.9 * HOUR);
    expect(post.courier.carried.filter(({ route }) => route === 'ash.test')).toEqual([]);
    await post.clock.advance(40 * HOUR);
    expect(post.courier.carried.filter(({ route }) => route === 'ash.test')).toHaveLength(1);
  });
});

describe('The sender of a letter that failed', () => {
  it('is told of all failed recipients in one notice', async () => {
    await using post = await Post.open({ say: ({ address }) => (address.startsWith('no') ? 'failed' : 'delivered') });
    post.queue.start();
    const letter = await post.post({
      to: [{ address: 'no1@elm.test', originalRecipient: 'rfc822;one@oak.test' }, 'eve@elm.test', 'no2@fir.test', { address: 'no3@fir.test', notify: [] }],
      letter: { envelopeId: 'order 66' },
    });
    post.courier.until = async (route, signal) => {
      // Holds the notice back, so that it can be read here.
      if (route === 'ash.test') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    await post.clock.advance(0);
    const [notice, ...others] = await post.notices();
    expect(others).toEqual([]);
    expect(notice?.to).toBe('ann@ash.test');
    const mail = await simpleParser(notice?.text ?? '');
    expect(mail.from?.value[0]?.address).toBe('mailer-daemon@mx.ash.test');
    expect(notice?.text).toContain('Original-Envelope-Id: order 66\r\n');
    const groups = await statusOf(notice?.text ?? '');
    expect(groups.map((group) => /Final-Recipient: rfc822; (\S+)/.exec(group)?.[1])).toEqual(['no1@elm.test', 'no2@fir.test']);
    expect(groups[0]).toContain('Original-Recipient: rfc822; one@oak.test');
    expect(groups[0]).toContain('Diagnostic-Code: smtp; 550 5.1.1 No such user');
    expect(notice?.text).toContain('Subject: Hello\r\nFrom: ann@ash.test\r\n\r\nText\r\n');
    expect(await post.store.spool.get(letter)).toBeUndefined();
    expect((await post.store.ledger.ofLetter(letter)).entries.filter(({ act }) => act === 'notified')).toHaveLength(2);
  });

  it('is told nothing if there is none: no notice about a notice', async () => {
    await using post = await Post.open({ say: () => 'failed' });
    post.queue.start();
    await post.post({ from: null, to: ['eve@elm.test'] });
    await post.clock.advance(0);
    expect(post.courier.carried).toHaveLength(1);
    expect(await isSpoolEmpty(post)).toBe(true);
  });

  it('is told once, and a notice that fails itself is the end of it', async () => {
    await using post = await Post.open({ say: () => 'failed' });
    post.queue.start();
    await post.post({ to: ['eve@elm.test'] });
    await post.clock.advance(HOUR);
    expect(post.courier.carried.map(({ recipients }) => recipients.join())).toEqual(['eve@elm.test', 'ann@ash.test']);
    expect(await isSpoolEmpty(post)).toBe(true);
  });

  it('is told when the last recipient is final, not before', async () => {
    await using post = await Post.open({ say: ({ address, attempts }) => (address.startsWith('no') ? 'failed' : attempts < 2 && address.endsWith('elm.test') ? 'deferred' : 'delivered') });
    post.queue.start();
    await post.post({ to: ['no@fir.test', 'eve@elm.test'] });
    await post.clock.advance(14 * MINUTE);
    expect(post.courier.carried.some(({ route }) => route === 'ash.test')).toBe(false);
    await post.clock.advance(5 * MINUTE);
    expect(post.courier.carried.some(({ route }) => route === 'ash.test')).toBe(true);
  });

  it.each<[notify: Notify | undefined, kind: 'failed' | 'delivered' | 'relayed-without-dsn', notices: number]>([
    [undefined, 'failed', 1], [['FAILURE'], 'failed', 1], [[], 'failed', 0], [['SUCCESS'], 'failed', 0],
    [undefined, 'delivered', 0], [['SUCCESS'], 'delivered', 0], [['SUCCESS'], 'relayed-without-dsn', 1], [undefined, 'relayed-without-dsn', 0],
  ])('with NOTIFY %j, %s, gets %d notices', async (notify, kind, notices) => {
    await using post = await Post.open({ say: ({ address }) => (address.endsWith('@elm.test') ? kind : 'delivered') });
    post.queue.start();
    await post.post({ to: [{ address: 'eve@elm.test', ...(notify === undefined ? {} : { notify }) }] });
    await post.clock.advance(MINUTE);
    expect(post.courier.carried.filter(({ route }) => route === 'ash.test')).toHaveLength(notices);
  });
});

describe('The queue is bounded', () => {
  it('in errands at once', async () => {
    await using post = await Post.open({ limits: { errands: 5 } });
    post.courier.until = () => post.clock.advance(0);
    for (let at = 0; at < 20; at += 1) await post.post({ to: [`eve@elm${at}.test`] });
    post.queue.start();
    await post.queue.idle();
    expect(post.courier.activeMax).toBe(5);
    expect(post.courier.carried).toHaveLength(20);
  });

  it('in errands of one route, and a slow one keeps no other waiting', async () => {
    await using post = await Post.open({ limits: { errandsPerRoute: 2 } });
    const open: (() => void)[] = [];
    post.courier.until = async (route) => {
      if (route === 'slow.test') await new Promise<void>((resolve) => open.push(resolve));
    };
    for (let at = 0; at < 6; at += 1) await post.post({ to: ['eve@slow.test', 'eve@elm.test'] });
    post.queue.start();
    await post.clock.advance(10 * MINUTE);
    expect(post.courier.carried.filter(({ route }) => route === 'slow.test')).toHaveLength(2);
    expect(post.courier.carried.filter(({ route }) => route === 'elm.test')).toHaveLength(6);
    for (let round = 0; round < 6; round += 1) {
      for (const go of open.splice(0)) go();
      await post.clock.advance(MINUTE);
    }
    expect(post.courier.carried.filter(({ route }) => route === 'slow.test')).toHaveLength(6);
    expect(await isSpoolEmpty(post)).toBe(true);
  });
});

describe('A lease', () => {
  it('that runs out while we carry is renewed: nothing is carried twice', async () => {
    await using post = await Post.open();
    post.queue.start();
    let finish = (): void => {};
    post.courier.until = () => new Promise((resolve) => {
      finish = resolve;
    });
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.clock.advance(90 * MINUTE);
    expect(post.courier.carried).toHaveLength(1);
    expect(post.log.of('lease renewed').length).toBeGreaterThan(100);
    finish();
    await post.clock.advance(0);
    expect((await post.store.ledger.ofLetter(letter)).entries.map(({ act }) => act)).toEqual(['delivered']);
    expect(await isSpoolEmpty(post)).toBe(true);
  });

  it('of a process that crashed runs out, and the letter is tried again', async () => {
    await using post = await Post.open();
    const now = post.clock.now();
    await post.post({ to: ['eve@elm.test'] });
    await post.store.spool.lease({ now, until: now + 30_000, limit: 1, without: [] });
    post.queue.start();
    await post.clock.advance(29_000);
    expect(post.courier.carried).toEqual([]);
    await post.clock.advance(2_000);
    expect(post.courier.carried).toHaveLength(1);
  });

  it('of a recipient that came up later is another errand', async () => {
    await using post = await Post.open();
    post.queue.start();
    const start = post.clock.now();
    post.courier.until = async () => {
      // The first takes so long that its lease runs out together with the second's time.
      if (post.courier.carried.length === 1) await new Promise<void>((resolve) => post.clock.after(45_000, resolve));
    };
    await post.post({ to: ['eve@elm.test', { address: 'bob@elm.test', nextAt: start + 10_000 }, { address: 'cid@elm.test', nextAt: start + 30_000 }] });
    await post.clock.advance(HOUR);
    expect(post.courier.carried.map(({ recipients }) => recipients.join())).toEqual(['eve@elm.test', 'bob@elm.test', 'cid@elm.test']);
    expect(await isSpoolEmpty(post)).toBe(true);
  });
});

describe('After a crash', () => {
  it('between the last recipient and the notice, the notice is sent', async () => {
    await using post = await Post.open();
    const now = post.clock.now();
    const letter = await post.post({ to: ['eve@elm.test'] });
    const [errand] = await post.store.spool.lease({ now, until: now + 30_000, limit: 1, without: [] });
    await post.store.spool.settle({
      letter, lease: errand?.lease ?? 0, placements: [], onward: [], beliefs: [], ledger: [],
      recipients: [{ index: 0, state: 'failed', nextAt: now, remark: { ...busy, status: '5.4.7' }, isAttempt: true }],
    });
    post.queue.start();
    await post.queue.idle();
    expect(post.courier.carried.map(({ recipients }) => recipients.join())).toEqual(['ann@ash.test']);
    expect(await isSpoolEmpty(post)).toBe(true);
  });

  it('in the middle of anything, each recipient is final exactly once in the end', async () => {
    const random = seededRandom(77);
    await using post = await Post.open({ say: () => (random.fraction() < 0.3 ? 'deferred' : random.fraction() < 0.5 ? 'failed' : 'delivered') });
    const letters = [];
    for (let at = 0; at < 10; at += 1) letters.push(await post.post({ to: ['eve@elm.test', 'bob@fir.test', 'cid@fir.test'] }));
    for (let crash = 0; crash < 5; crash += 1) {
      const queue = post.newQueue();
      post.courier.until = async () => {
        // Never answers: the process is gone before.
        if (random.fraction() < 0.5) await new Promise(() => {});
      };
      queue.start();
      await post.clock.advance(20 * MINUTE);
      // What a crash leaves: no more looks, no more timers, the leases where they are.
      void queue.stop();
    }
    post.courier.until = async () => {};
    post.queue.start();
    await post.clock.advance(130 * HOUR);
    expect(await isSpoolEmpty(post)).toBe(true);
    for (const letter of letters) {
      const ends = (await post.store.ledger.ofLetter(letter)).entries.filter(({ act }) => act === 'delivered' || act === 'failed');
      expect(ends.map(({ recipient }) => recipient ?? '').toSorted()).toEqual(['bob@fir.test', 'cid@fir.test', 'eve@elm.test']);
    }
  });
});

describe('When the books cannot be written', () => {
  it('what a host said is not forgotten, and the host is not asked twice', async () => {
    await using post = await Post.open();
    let faults = 3;
    const queue = post.newQueue({ store: post.storeWith({
      settle: (settlement) => {
        faults -= 1;
        return faults >= 0 ? Promise.reject(new StoreFault('disk full')) : post.store.spool.settle(settlement);
      },
    }) });
    queue.start();
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.clock.advance(10 * MINUTE);
    expect(post.courier.carried).toHaveLength(1);
    expect(post.log.of('books cannot settle')).toHaveLength(3);
    expect((await post.store.ledger.ofLetter(letter)).entries.map(({ act }) => act)).toEqual(['delivered']);
    await queue.stop();
  });

  it('nor read, the queue looks again later', async () => {
    await using post = await Post.open();
    let faults = 2;
    const queue = post.newQueue({ store: post.storeWith({
      nextDue: () => {
        faults -= 1;
        return faults >= 0 ? Promise.reject(new StoreFault('I/O error')) : post.store.spool.nextDue();
      },
    }) });
    queue.start();
    await post.clock.advance(1_000);
    await post.post({ to: ['eve@elm.test'] });
    await post.clock.advance(MINUTE);
    expect(post.courier.carried).toHaveLength(1);
    await queue.stop();
  });

  it('a courier that breaks makes letters wait, not the queue stop', async () => {
    await using post = await Post.open({ random: steady });
    post.queue.start();
    post.courier.until = () => (post.courier.carried.length === 1 ? Promise.reject(new Error('a bug')) : Promise.resolve());
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.clock.advance(5 * MINUTE);
    expect((await post.store.ledger.ofLetter(letter)).entries).toMatchObject([{ act: 'deferred', detail: { status: '4.3.0' } }, { act: 'delivered' }]);
  });
});

describe('An operator', () => {
  it('holds a letter, and releases it', async () => {
    await using post = await Post.open({ say: ({ attempts }) => (attempts === 0 ? 'deferred' : 'delivered') });
    post.queue.start();
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.queue.idle();
    expect(await post.queue.command({ what: 'hold', letters: [letter] })).toEqual([letter]);
    await post.clock.advance(20 * HOUR);
    expect(post.courier.carried).toHaveLength(1);
    expect(await post.queue.command({ what: 'release' })).toEqual([letter]);
    await post.queue.idle();
    expect(post.courier.carried).toHaveLength(2);
  });

  it('tries a letter again now', async () => {
    await using post = await Post.open({ say: ({ attempts }) => (attempts === 0 ? 'deferred' : 'delivered') });
    post.queue.start();
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.queue.idle();
    await post.queue.command({ what: 'retry', letters: [letter] });
    await post.queue.idle();
    expect(post.courier.carried).toHaveLength(2);
  });

  it('cancels a letter, and its sender is told', async () => {
    await using post = await Post.open({ say: ({ address }) => (address.endsWith('elm.test') ? 'deferred' : 'delivered') });
    post.queue.start();
    const letter = await post.post({ to: ['eve@elm.test'] });
    await post.queue.idle();
    expect(await post.queue.command({ what: 'cancel', letters: [letter] })).toEqual([letter]);
    await post.queue.idle();
    expect(post.courier.carried.at(-1)?.recipients).toEqual(['ann@ash.test']);
    expect(await isSpoolEmpty(post)).toBe(true);
  });

  it.each([['delivered', 0], ['deferred', 1]] as const)('cancels a letter that is just being carried: once it is %s, notices of failure: %i', async (outcome, notices) => {
    await using post = await Post.open({ say: ({ address }) => (address.endsWith('elm.test') ? outcome : 'delivered') });
    let finish = (): void => {};
    post.courier.until = (route) => (route === 'elm.test' ? new Promise((resolve) => {
      finish = resolve;
    }) : Promise.resolve());
    const letter = await post.post({ to: ['eve@elm.test'] });
    post.queue.start();
    await post.clock.advance(0);
    expect(await post.queue.command({ what: 'cancel', letters: [letter] })).toEqual([letter]);
    finish();
    await post.clock.advance(MINUTE);
    expect(post.courier.carried.filter(({ recipients }) => recipients.includes('ann@ash.test'))).toHaveLength(notices);
    expect(await isSpoolEmpty(post)).toBe(true);
  });

  it('holds what was leased and had no place yet', async () => {
    await using post = await Post.open({ limits: { errandsPerRoute: 1 } });
    let finish = (): void => {};
    post.courier.until = () => new Promise((resolve) => {
      finish = resolve;
    });
    const first = await post.post({ to: ['eve@elm.test'] });
    const second = await post.post({ to: ['eve@elm.test'] });
    post.queue.start();
    await post.clock.advance(0);
    expect(await post.queue.command({ what: 'hold', letters: [second] })).toEqual([second]);
    finish();
    await post.clock.advance(MINUTE);
    expect(post.courier.carried.map(({ letter }) => letter)).toEqual([first]);
  });
});

describe('Stopping', () => {
  it('calls the courier back; what was not tried is due at the next start', async () => {
    await using post = await Post.open({ limits: { errandsPerRoute: 1 } });
    post.courier.until = (_, signal) => new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
    await post.post({ to: ['eve@elm.test'] });
    await post.post({ to: ['eve@elm.test'] });
    const queue = post.newQueue();
    queue.start();
    await post.clock.advance(0);
    await queue.stop();
    const letters = await post.store.spool.list({ limit: 10 });
    expect(letters.map(({ recipients }) => recipients.map(({ state, attempts }) => `${state} ${attempts}`).join())).toEqual(['waiting 0', 'waiting 0']);
    expect(await post.store.spool.nextDue()).toBe(post.clock.now());
    expect(post.clock.waiting).toBe(0);
    post.courier.until = async () => {};
    post.queue.start();
    await post.queue.idle();
    expect(await isSpoolEmpty(post)).toBe(true);
  });
});
