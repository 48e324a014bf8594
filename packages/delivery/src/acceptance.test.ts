import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedDirectory } from '@posthorn/directory/listed-directory.ts';
import { createDirectory } from '@posthorn/directory/listed-directory.ts';
import { createOpenDirectory } from '@posthorn/directory/open-directory.ts';
import { createQuickHasher } from '@posthorn/directory/quick-hasher.ts';
import { parseAddress } from '@posthorn/mail/address.ts';
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import { Queue } from '@posthorn/queue/queue.ts';
import { spoolLetterFor } from '@posthorn/queue/letter.ts';
import { letterId } from '@posthorn/store/ids.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import type { AcceptAnswer } from '@posthorn/store/acceptance.ts';
import type { Store } from '@posthorn/store/store.ts';
import { silentLog } from '@posthorn/world/log.ts';
import { identifier } from '@posthorn/world/random.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { createCouriers } from './couriers.ts';
import { createLocalCourier } from './local-courier.ts';
import type { Plan } from './plan.ts';
import { createPlanner } from './planner.ts';
import { copyPrefix } from './trace.ts';

const LETTER = Buffer.from('Subject: Hello\r\n\r\nIt works.\r\n');
const clock = new SimClock();
const random = seededRandom(1);
let store: Store;
let directory: ListedDirectory;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:', clock, log: silentLog });
  directory = createDirectory({ store, domains: ['ash.test'], clock, random, hasher: createQuickHasher(), secret: Buffer.from('s') });
  await directory.addAccount('ann@ash.test');
  await directory.addAccount('bob@ash.test');
});
afterEach(async () => {
  await store.close();
});

function plan(...recipients: readonly string[]): Promise<Plan> {
  return createPlanner({ directory, clock }).plan(recipients.flatMap((text) => {
    const address = parseAddress(text);
    return address === undefined ? [] : [{ address, ...(text.startsWith('success') ? { notify: ['SUCCESS'] as const } : {}) }];
  }));
}

/** Accepts a letter as planned, as a session does at the final dot. */
async function accept(planned: Plan): Promise<AcceptAnswer> {
  const intake = store.contents.receive();
  await intake.write(LETTER);
  const content = await intake.finish();
  const parser = new StructureParser();
  parser.push(LETTER);
  const { structure, header } = parser.end();
  const trace = Buffer.from('Received: by mx.ash.test\r\n');
  const sender = 'eve@elm.test';
  const reversePath = parseAddress(sender) ?? null;
  return store.accept({
    letter: letterId(identifier(random, 12)), at: clock.now(), sender, content, cuts: [],
    summary: summarize({ prefix: trace, header, cuts: [], structure }),
    placements: planned.placements.map(({ account, mailbox, recipient, deliveredTo }) => ({
      account, mailbox, recipient, prefix: copyPrefix({ reversePath: sender, deliveredTo, trace }), flags: [], internalDate: clock.now(),
    })),
    ...(planned.onward.length === 0 ? {} : {
      spool: spoolLetterFor({
        envelope: { reversePath, recipients: [], body: '7BIT', isSmtpUtf8: false, isTlsRequired: false },
        recipients: planned.onward, prefix: trace, now: clock.now(), expire: 1e9,
      }),
    }),
    ledger: [],
    beliefs: planned.beliefs,
  });
}

/** The letters in somebody's INBOX, as read there. */
async function inbox(address: string): Promise<readonly string[]> {
  const account = await store.accounts.byAddress(address);
  const mailbox = account === undefined ? undefined : await store.mailboxes.byName(account.id, 'INBOX');
  if (account === undefined || mailbox === undefined) throw new Error(`${address} has no INBOX`);
  const key = { account: account.id, mailbox: mailbox.id };
  const states = await store.messages.states(key);
  const rows = await store.messages.rows(key, states.map((state) => state.uid));
  return Promise.all(rows.map(async (row) => {
    const chunks: Buffer[] = [];
    for await (const chunk of store.messages.read(row)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }));
}

async function runQueue(): Promise<void> {
  const remote = { carry: () => Promise.reject(new Error('nothing goes out in this test')) };
  const local = createLocalCourier({ directory, clock, hostname: 'mx.ash.test' });
  const courier = createCouriers({ isOurs: (domain) => directory.isOurDomain(domain), local, remote });
  const queue = new Queue({ store, clock, random, courier, hostname: 'mx.ash.test', retry: [1000], expire: 1e9, log: silentLog });
  queue.start();
  await queue.idle();
  await queue.stop();
}

describe('a plan, accepted', () => {
  it('puts a letter into each mailbox behind an alias, byte for byte after its trace', async () => {
    await directory.setAlias('team@ash.test', ['ann@ash.test', 'bob@ash.test']);
    expect((await accept(await plan('team@ash.test'))).kind).toBe('accepted');
    for (const name of ['ann', 'bob']) {
      expect(await inbox(`${name}@ash.test`)).toEqual([`Return-Path: <eve@elm.test>\r\nDelivered-To: ${name}@ash.test\r\nReceived: by mx.ash.test\r\n${LETTER.toString()}`]);
    }
  });
  it('comes to nothing when an alias vanished meanwhile', async () => {
    await directory.setAlias('team@ash.test', ['ann@ash.test', 'bob@ash.test']);
    const planned = await plan('team@ash.test', 'ann@ash.test');
    await directory.removeAlias('team@ash.test');
    expect(await accept(planned)).toMatchObject({ kind: 'changed', belief: { kind: 'alias', address: 'team@ash.test' } });
    expect(await inbox('ann@ash.test')).toEqual([]);
  });
  it('comes to nothing when an account was removed, or made anew, meanwhile', async () => {
    const planned = await plan('ann@ash.test', 'bob@ash.test');
    await directory.removeAccount('ann@ash.test');
    expect((await accept(planned)).kind).toBe('changed');
    await directory.addAccount('ann@ash.test');
    expect((await accept(planned)).kind).toBe('changed');
    expect(await inbox('bob@ash.test')).toEqual([]);
    expect((await accept(await plan('ann@ash.test', 'bob@ash.test'))).kind).toBe('accepted');
  });
  it('delivers from the spool to who wants to hear of success, who then hears of it', async () => {
    await directory.addAccount('success@ash.test');
    await directory.addAccount('eve@ash.test');
    const planned = await plan('success@ash.test', 'ann@ash.test');
    expect((await accept(planned)).kind).toBe('accepted');
    expect(await inbox('ann@ash.test')).toHaveLength(1);
    expect(await inbox('success@ash.test')).toEqual([]);
    directory.setListing({ domains: ['ash.test', 'elm.test'] });
    await directory.addAccount('eve@elm.test');
    await runQueue();
    expect(await inbox('success@ash.test')).toEqual([`Return-Path: <eve@elm.test>\r\nDelivered-To: success@ash.test\r\nReceived: by mx.ash.test\r\n${LETTER.toString()}`]);
    const [notice, ...others] = await inbox('eve@elm.test');
    expect(others).toEqual([]);
    expect(notice).toMatch(/^Return-Path: <>\r\nDelivered-To: eve@elm\.test\r\n/);
    expect(notice).toContain('Action: delivered');
    expect(await store.spool.list({ limit: 10 })).toEqual([]);
  });
  it('is made and kept for accounts that the open directory makes as it goes', async () => {
    const open = createOpenDirectory({ store, clock });
    const address = parseAddress('new+x@x.test');
    if (address === undefined) throw new Error('no address');
    const planned = await createPlanner({ directory: open, clock }).plan([{ address }]);
    expect((await accept(planned)).kind).toBe('accepted');
    expect(await inbox('new+x@x.test')).toHaveLength(1);
    await open.removeAccount('new+x@x.test');
    expect((await accept(await createPlanner({ directory: open, clock }).plan([{ address }]))).kind).toBe('accepted');
    expect(await inbox('new+x@x.test')).toHaveLength(1);
  });
});
