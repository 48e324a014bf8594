import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Limits } from '@posthorn/store/quota.ts';
import type { Host } from './host.ts';
import { Town } from './testing/town.ts';

const ASH = '192.0.2.1';
const ELM = '192.0.2.2';
const LETTER = ['From: ann@ash.test', 'Subject: x', 'Date: Mon, 23 Nov 2026 12:34:56 +0100', 'Message-ID: <1@ash.test>', '', 'x'.repeat(70), '.'].join('\r\n');
const HUGE = LETTER.replace(/x+\r\n\.$/, `${`${'y'.repeat(70)}\r\n`.repeat(100)}.`);

let town: Town;

beforeEach(() => {
  town = new Town();
});

afterEach(async () => {
  await town.close();
});

/** Elm, whose accounts, and which as a whole, may hold so much. */
function elm(account: Limits, total: Limits = {}): Promise<Host> {
  return town.open('elm.test', ELM, ['eve', 'bob'], { quotas: { account, domains: new Map([['elm.test', { account: {}, total }]]) } });
}

/** What is said to RCPTs and the dot. */
async function sends(to: readonly string[], { letter = LETTER, port = 25, parameters = '' } = {}): Promise<readonly string[]> {
  const said = await town.talk(ASH, { host: ELM, port }, [
    port === 24 ? 'LHLO ash.test' : 'EHLO ash.test', `MAIL FROM:<ann@ash.test>${parameters}`, ...to.map((name) => `RCPT TO:<${name}@elm.test>`), 'DATA', letter, 'QUIT',
  ]);
  // The greeting's lines and the answer to MAIL are the same each time.
  return said.split('\r\n').filter((line) => /^[245]/.test(line) && !/^(220|221|250-|250 STARTTLS|250 2\.1\.0)/.test(line)).map((line) => line.replace(/ as \S+$/, ''));
}

const RCPT_OK = '250 2.1.5 Ok';
const TAKEN = '250 2.0.0 Ok: delivered';
const FULL = '452 4.2.2 The mailbox is full, try again later';
const NEVER = '552 5.2.2 The letter is larger than the whole mailbox may be';

async function lettersOf(host: Host, name: string): Promise<number> {
  return (await town.inbox(host, `${name}@elm.test`)).length;
}

test('a full mailbox is said at RCPT to be full for now, and the letter goes to the others', async () => {
  const host = await elm({ messages: 1 });
  await sends(['eve']);
  expect(await sends(['eve', 'bob'])).toEqual([FULL, RCPT_OK, TAKEN]);
  expect([await lettersOf(host, 'eve'), await lettersOf(host, 'bob')]).toEqual([1, 1]);
});

test('a letter announced larger than the room left is put off, and larger than all of it refused for good', async () => {
  await elm({ octets: 2000 });
  await sends(['eve'], { letter: `${HUGE.slice(0, 1200)}\r\n.` });
  expect((await sends(['eve'], { parameters: ' SIZE=1000' }))[0]).toBe(FULL);
  expect((await sends(['eve'], { parameters: ' SIZE=2001' }))[0]).toBe(NEVER);
  expect((await sends(['eve'], { parameters: ' SIZE=100' }))[0]).toBe(RCPT_OK);
});

test('a letter that was not announced may go over the limit by itself; the next hears at RCPT that there is no room', async () => {
  const host = await elm({ octets: 1000 });
  expect(await sends(['eve'], { letter: HUGE })).toEqual([RCPT_OK, TAKEN]);
  expect((await sends(['eve']))[0]).toBe(FULL);
  expect(await lettersOf(host, 'eve')).toBe(1);
});

test('letters that race for the last place get it once; the others are put off at their dot', async () => {
  const host = await elm({ messages: 3 });
  const said = await Promise.all(Array.from({ length: 8 }, () => sends(['eve'])));
  expect(said.map((lines) => lines.at(-1)).toSorted()).toEqual([...Array.from({ length: 3 }, () => TAKEN), ...Array.from({ length: 5 }, () => FULL)]);
  expect(await lettersOf(host, 'eve')).toBe(3);
});

test('a letter for several is not refused at its dot because one of them is full by then', async () => {
  const host = await elm({ messages: 1 });
  const said = await Promise.all([sends(['eve', 'bob']), sends(['eve', 'bob'])]);
  expect(said).toEqual([[RCPT_OK, RCPT_OK, TAKEN], [RCPT_OK, RCPT_OK, TAKEN]]);
  expect([await lettersOf(host, 'eve'), await lettersOf(host, 'bob')]).toEqual([2, 2]);
});

test('LMTP answers for each: who is full by the dot is left out, the others have the letter', async () => {
  const host = await elm({ messages: 1 });
  const said = await Promise.all([sends(['eve'], { port: 24 }), sends(['eve', 'eve', 'bob'], { port: 24 })]);
  expect(said.map((lines) => lines.filter((line) => line !== RCPT_OK)).toSorted((a, b) => a.length - b.length)).toEqual([[TAKEN], [FULL, FULL, TAKEN]]);
  expect([await lettersOf(host, 'eve'), await lettersOf(host, 'bob')]).toEqual([1, 1]);
});

test('LMTP takes no letter over the limit, announced or not', async () => {
  const host = await elm({ octets: 1000 });
  expect(await sends(['eve', 'bob'], { port: 24, letter: HUGE })).toEqual([RCPT_OK, RCPT_OK, FULL, FULL]);
  expect(await lettersOf(host, 'eve')).toBe(0);
});

test('a domain has one quota for all its people', async () => {
  const host = await elm({}, { messages: 2 });
  await sends(['eve']);
  expect(await sends(['bob', 'eve'], { port: 24 })).toEqual([RCPT_OK, RCPT_OK, TAKEN, FULL]);
  expect((await sends(['bob']))[0]).toBe(FULL);
  expect(await lettersOf(host, 'bob')).toBe(1);
});

test('an account may have a quota of its own, above or below what is configured', async () => {
  const host = await elm({ messages: 1 });
  await host.core.directory.setQuota('eve@elm.test', { messages: 'unlimited' });
  await host.core.directory.setQuota('bob@elm.test', { octets: 10 });
  for (let letter = 0; letter < 3; letter += 1) expect(await sends(['eve'])).toEqual([RCPT_OK, TAKEN]);
  expect((await sends(['bob'], { parameters: ' SIZE=20' }))[0]).toBe(NEVER);
});

test('an alias is full only when everybody behind it is', async () => {
  const host = await elm({ messages: 1 });
  await host.core.directory.setAlias('team@elm.test', ['eve@elm.test', 'bob@elm.test']);
  await sends(['eve']);
  expect(await sends(['team'])).toEqual([RCPT_OK, TAKEN]);
  expect((await sends(['team']))[0]).toBe(FULL);
});

test('a notice for a full mailbox waits until there is room', async () => {
  const host = await town.open('ash.test', ASH, ['ann'], { quotas: { account: { messages: 1 }, domains: new Map() } });
  await town.submit(ASH, 'ann@ash.test', ['ann@ash.test'], ['Subject: in the way', '']);
  await town.submit(ASH, 'ann@ash.test', ['eve@gone.test'], ['Subject: to nobody', '']);
  await town.clock.advance(60_000);
  expect(await town.inbox(host, 'ann@ash.test')).toHaveLength(1);
  await host.core.directory.setQuota('ann@ash.test', { messages: 2 });
  await town.clock.advance(2 * 3_600_000);
  expect((await town.inbox(host, 'ann@ash.test'))[1]).toMatch(/^Content-Type: multipart\/report/m);
});
