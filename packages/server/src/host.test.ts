import { afterEach, beforeEach, expect, test } from 'vitest';
import { Town } from './testing/town.ts';

const ASH = '192.0.2.1';
const ELM = '192.0.2.2';
const HOUR = 3_600_000;
const LETTER = [
  'From: ann@ash.test', 'To: eve@elm.test', 'Subject: The road', 'Date: Mon, 23 Nov 2026 12:34:56 +0100', 'Message-ID: <1@ash.test>', '', 'It works.', '..', 'From here on',
];

let town: Town;

beforeEach(() => {
  town = new Town();
});

afterEach(async () => {
  await town.close();
});

test('a letter submitted at ash is in the mailbox at elm, judged, byte for byte', async () => {
  await town.open('ash.test', ASH, ['ann']);
  const elm = await town.open('elm.test', ELM, ['eve']);
  expect(await town.submit(ASH, 'ann@ash.test', ['eve@elm.test'], LETTER)).toMatch(/^250 2\.0\.0 Ok: queued as/m);
  await town.clock.advance(1000);
  const [letter, ...others] = await town.inbox(elm, 'eve@elm.test');
  expect(others).toEqual([]);
  expect(letter?.endsWith([...LETTER.map((line) => (line === '..' ? '.' : line)), ''].join('\r\n'))).toBe(true);
  expect(letter).toMatch(/^Authentication-Results: mx\.elm\.test;/m);
  expect(letter).toMatch(/spf=pass/);
});

test('its journey is in both ledgers', async () => {
  const ash = await town.open('ash.test', ASH, ['ann']);
  const elm = await town.open('elm.test', ELM, ['eve']);
  await town.submit(ASH, 'ann@ash.test', ['eve@elm.test'], LETTER);
  await town.clock.advance(1000);
  const acts = async (host: typeof ash): Promise<readonly string[]> => {
    const [note] = await host.core.store.ledger.find({ address: 'eve@elm.test', limit: 10 });
    if (note === undefined) throw new Error('no note');
    return (await host.core.store.ledger.ofLetter(note.letter)).entries.map(({ act }) => act);
  };
  expect(await acts(ash)).toEqual(['accepted', 'queued', 'delivered']);
  expect(await acts(elm)).toEqual(['accepted', 'placed']);
});

test('a host that is down for six hours gets its letter when it is back', async () => {
  await town.open('ash.test', ASH, ['ann']);
  const outage = town.net.trouble({ to: ELM, kind: 'refuse' });
  const elm = await town.open('elm.test', ELM, ['eve']);
  await town.submit(ASH, 'ann@ash.test', ['eve@elm.test'], LETTER);
  await town.clock.advance(6 * HOUR);
  expect(await town.inbox(elm, 'eve@elm.test')).toEqual([]);
  outage.heal();
  await town.clock.advance(5 * HOUR);
  expect(await town.inbox(elm, 'eve@elm.test')).toHaveLength(1);
});

test('after five days in vain the sender is told late, then that it failed, and nothing is left under way', async () => {
  const ash = await town.open('ash.test', ASH, ['ann']);
  town.dns.set('elm.test', { mx: [{ preference: 10, exchange: 'mx.elm.test' }] });
  town.dns.set('mx.elm.test', { a: [ELM] });
  await town.submit(ASH, 'ann@ash.test', ['eve@gone.test', 'eve@elm.test'], LETTER);
  await town.clock.advance(6 * 24 * HOUR);
  const notices = await town.inbox(ash, 'ann@ash.test');
  expect(notices.map((notice) => /^Action: (\w+)/m.exec(notice)?.[1])).toEqual(expect.arrayContaining(['delayed', 'failed']));
  const told = notices.join('').matchAll(/^Final-Recipient: rfc822; ?(\S+)/gm);
  expect(new Set(Array.from(told, ([, who]) => who))).toEqual(new Set(['eve@gone.test', 'eve@elm.test']));
  expect(await ash.core.store.spool.counts()).toMatchObject({ letters: 0 });
});

test('a recipient who does not exist is refused at RCPT, and the sender is told by his own host', async () => {
  const ash = await town.open('ash.test', ASH, ['ann']);
  const elm = await town.open('elm.test', ELM, ['eve']);
  await town.submit(ASH, 'ann@ash.test', ['nobody@elm.test', 'eve@elm.test'], LETTER);
  await town.clock.advance(1000);
  const [notice] = await town.inbox(ash, 'ann@ash.test');
  expect(notice).toMatch(/^Final-Recipient: rfc822; ?nobody@elm\.test/m);
  expect(notice).toMatch(/^Status: 5\.1\.1/m);
  expect(notice).not.toMatch(/^Final-Recipient: rfc822; ?eve@elm\.test/m);
  expect(await town.inbox(elm, 'eve@elm.test')).toHaveLength(1);
});

test('an alias at elm leads back to ash, and one that names itself is refused', async () => {
  const ash = await town.open('ash.test', ASH, ['ann', 'bob']);
  const elm = await town.open('elm.test', ELM, ['eve']);
  await elm.core.directory.setAlias('team@elm.test', ['eve@elm.test', 'bob@ash.test']);
  await elm.core.directory.setAlias('loop@elm.test', ['loop@elm.test']);
  const answer = await town.talk(ASH, { host: ELM, port: 25 }, ['EHLO mx.ash.test', 'MAIL FROM:<ann@ash.test>', 'RCPT TO:<loop@elm.test>', 'QUIT']);
  expect(answer).toMatch(/^550 5\.1\.1/m);
  await town.submit(ASH, 'ann@ash.test', ['team@elm.test'], LETTER);
  await town.clock.advance(60_000);
  expect(await town.inbox(elm, 'eve@elm.test')).toHaveLength(1);
  expect(await town.inbox(ash, 'bob@ash.test')).toHaveLength(1);
});

test('no host is an open relay', async () => {
  await town.open('elm.test', ELM, ['eve']);
  for (const recipient of ['ann@ash.test', 'ann%ash.test@elm.test', '"ann@ash.test"@elm.test', '@elm.test:ann@ash.test', 'ann@ash.test@elm.test', 'elm.test!ann']) {
    const answer = await town.talk(ASH, { host: ELM, port: 25 }, ['EHLO mx.ash.test', 'MAIL FROM:<ann@ash.test>', `RCPT TO:<${recipient}>`, 'QUIT']);
    expect(answer.split('\r\n').find((line) => /^[45]\d\d /.test(line)), recipient).toMatch(/^(550|501|553) 5\./);
  }
});

test('eve reads her letter over IMAP, once there is TLS; without it a password is not taken', async () => {
  await town.open('elm.test', ELM, ['eve']);
  const said = await town.talk(ASH, { host: ELM, port: 143 }, ['a LOGIN eve@elm.test "a long secret"', 'b LOGOUT']);
  expect(said).toMatch(/^a NO \[PRIVACYREQUIRED\]/m);
});

test('a host that crashes with a letter under way carries it on when it is up again', async () => {
  await town.open('ash.test', ASH, ['ann']);
  const elm = await town.open('elm.test', ELM, ['eve']);
  const outage = town.net.trouble({ to: ELM, kind: 'refuse' });
  expect(await town.submit(ASH, 'ann@ash.test', ['eve@elm.test'], LETTER)).toMatch(/^250 2\.0\.0 Ok: queued as/m);
  town.crash(ASH);
  outage.heal();
  await town.clock.advance(HOUR);
  expect(await town.inbox(elm, 'eve@elm.test')).toEqual([]);
  const ash = await town.restart(ASH);
  await town.clock.advance(HOUR);
  expect(await town.inbox(elm, 'eve@elm.test')).toHaveLength(1);
  expect(await ash.core.store.spool.counts()).toMatchObject({ letters: 0 });
});

test('a host that loses its power has what it accepted when it is back, and is brought what came meanwhile', async () => {
  const ash = await town.open('ash.test', ASH, ['ann']);
  await town.open('elm.test', ELM, ['eve']);
  await town.submit(ASH, 'ann@ash.test', ['eve@elm.test'], LETTER);
  await town.clock.advance(1000);
  town.crash(ELM, 'power-cut');
  await town.submit(ASH, 'ann@ash.test', ['eve@elm.test'], LETTER);
  await town.clock.advance(HOUR);
  const elm = await town.restart(ELM);
  await town.clock.advance(5 * HOUR);
  expect(await town.inbox(elm, 'eve@elm.test')).toHaveLength(2);
  expect(await ash.core.store.spool.counts()).toMatchObject({ letters: 0 });
});
