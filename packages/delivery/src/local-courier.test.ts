import { beforeEach, describe, expect, it } from 'vitest';
import type { ListedDirectory } from '@posthorn/directory/listed-directory.ts';
import { createDirectory } from '@posthorn/directory/listed-directory.ts';
import { createQuickHasher } from '@posthorn/directory/quick-hasher.ts';
import { smallBooks } from '@posthorn/directory/testing/small-books.ts';
import type { CarryReport, Courier } from '@posthorn/queue/courier.ts';
import { routeOf } from '@posthorn/queue/route.ts';
import { contentId, letterId } from '@posthorn/store/ids.ts';
import type { Errand, SpooledRecipient } from '@posthorn/store/spool.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { createCouriers } from './couriers.ts';
import { createLocalCourier } from './local-courier.ts';

const clock = new SimClock();
let directory: ListedDirectory;
let courier: Courier;

beforeEach(async () => {
  directory = createDirectory({ store: smallBooks(), domains: ['ash.test'], clock, random: seededRandom(1), hasher: createQuickHasher(), secret: Buffer.from('s') });
  courier = createLocalCourier({ directory, clock, hostname: 'mx.ash.test' });
  await directory.addAccount('ann@ash.test');
  await directory.addAccount('bob@ash.test');
});

function errand(addresses: readonly string[], reversePath: string | null = 'eve@elm.test', asked: Partial<SpooledRecipient> = {}): Errand {
  const part = { type: 'text', subtype: 'plain', parameters: [], encoding: '7bit', header: { start: 0, end: 2 }, body: { start: 2, end: 2 }, lines: 0 };
  const envelope = { date: null, subject: null, from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [], inReplyTo: null, messageId: null };
  return {
    letter: {
      letter: letterId('abc'), acceptedAt: 1, reversePath, body: '7BIT', isSmtpUtf8: false, isTlsRequired: false,
      prefix: Buffer.from('Received: by mx.ash.test\r\n'), expiresAt: 1e15,
      content: contentId(1), contentOctets: 2, cuts: [], summary: { envelope, structure: part, sentAt: null },
    },
    route: routeOf(addresses[0] ?? ''),
    recipients: addresses.map((address, index) => ({ address, route: routeOf(address), index, state: 'leased', attempts: 0, nextAt: 0, isNotified: false, ...asked })),
    lease: 1,
    until: 1e15,
  };
}

function carry(...given: Parameters<typeof errand>): Promise<CarryReport> {
  return courier.carry(errand(...given), new AbortController().signal);
}

describe('delivering from the spool', () => {
  it('places a copy with its trace: Return-Path, Delivered-To, what was put in front at acceptance', async () => {
    const report = await carry(['Ann+x@ash.test']);
    expect(report.outcomes).toMatchObject([{ index: 0, kind: 'delivered', remark: { host: '' } }]);
    expect(report.placements).toHaveLength(1);
    expect(report.placements?.[0]).toMatchObject({ mailbox: 'INBOX', recipient: 'Ann+x@ash.test', internalDate: clock.now() });
    expect(report.placements?.[0]?.prefix.toString()).toBe('Return-Path: <eve@elm.test>\r\nDelivered-To: ann@ash.test\r\nReceived: by mx.ash.test\r\n');
    expect(report.beliefs).toMatchObject([{ kind: 'account', address: 'ann@ash.test' }]);
  });
  it('writes an empty Return-Path on a notice', async () => {
    const report = await carry(['ann@ash.test'], null);
    expect(report.placements?.[0]?.prefix.toString()).toMatch(/^Return-Path: <>\r\n/);
  });
  it('fails who is nobody with 5.1.1 and a circle of aliases with 5.4.6', async () => {
    await directory.setAlias('a@ash.test', ['a@ash.test']);
    const report = await carry(['gone@ash.test', 'a@ash.test', 'bob@ash.test']);
    expect(report.outcomes.map(({ index, kind, remark }) => `${index} ${kind} ${remark.status}`)).toEqual([
      '0 failed 5.1.1', '1 failed 5.4.6', '2 delivered 2.0.0',
    ]);
    expect(report.placements).toHaveLength(1);
  });
  it('sends on what an alias sends elsewhere, and leaves the notice of success to that host', async () => {
    await directory.setAlias('team@ash.test', ['carl@elm.test']);
    const report = await carry(['team@ash.test'], 'eve@elm.test', { notify: ['SUCCESS'] });
    expect(report.outcomes).toMatchObject([{ kind: 'delivered', remark: { host: 'mx.ash.test' } }]);
    expect(report.onward).toMatchObject([{ address: 'carl@elm.test', route: 'elm.test', notify: ['SUCCESS'], originalRecipient: 'rfc822;team@ash.test' }]);
    expect(report.placements).toEqual([]);
  });
  it('makes one copy for an account that two recipients lead to', async () => {
    await directory.setAlias('team@ash.test', ['ann@ash.test', 'bob@ash.test', 'carl@elm.test']);
    const report = await carry(['team@ash.test', 'ann@ash.test', 'team+x@ash.test']);
    expect(report.placements).toHaveLength(2);
    expect(report.onward).toHaveLength(1);
    expect(report.outcomes).toHaveLength(3);
  });
  it('knows postmaster without a domain', async () => {
    const report = await carry(['postmaster']);
    expect(report.placements?.[0]?.prefix.toString()).toContain('Delivered-To: ann@ash.test');
  });
});

it('hands our domains to one courier and all others to the other', async () => {
  const carried: string[] = [];
  const named = (name: string): Courier => ({ carry: ({ route }) => { carried.push(`${name} ${route}`); return Promise.resolve({ outcomes: [] }); } });
  const couriers = createCouriers({ isOurs: (domain) => domain === 'ash.test', local: named('local'), remote: named('remote') });
  for (const to of ['ann@ash.test', 'carl@elm.test', 'postmaster', 'x@[192.0.2.1]']) await couriers.carry(errand([to]), new AbortController().signal);
  expect(carried).toEqual(['local ash.test', 'remote elm.test', 'local ', 'remote [192.0.2.1]']);
});
