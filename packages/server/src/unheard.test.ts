import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Host } from './host.ts';
import { Town } from './testing/town.ts';

const ASH = '192.0.2.1';
const ELM = '192.0.2.2';
const HOUR = 3_600_000;

let town: Town;
let elm: Host;

beforeEach(async () => {
  town = new Town();
  elm = await town.open('elm.test', ELM, ['eve'], { isRetryCollapsed: true });
});

afterEach(async () => {
  await town.close();
});

function named(name: string): string {
  return ['From: ann@ash.test', 'Date: Mon, 23 Nov 2026 12:34:56 +0100', `Message-ID: <${name}@ash.test>`, '', 'hi', '.'].join('\r\n');
}

/** A session that sends letters, and whatever else; gives the answers to the dots. */
async function session(lines: readonly string[], port = 25): Promise<readonly string[]> {
  const commands = lines.flatMap((line) => (line.endsWith('\r\n.') ? ['MAIL FROM:<ann@ash.test>', 'RCPT TO:<eve@elm.test>', 'DATA', line] : [line]));
  const said = await town.talk(ASH, { host: ELM, port }, [port === 24 ? 'LHLO ash.test' : 'EHLO ash.test', ...commands]);
  return said.split('\r\n').filter((line) => line.startsWith('250 2.0.0 Ok'));
}

async function lettersOfEve(): Promise<number> {
  return (await town.inbox(elm, 'eve@elm.test')).length;
}

/** The power goes in the middle of whatever it does, and comes back. */
async function crash(): Promise<void> {
  town.crash(ELM, 'killed');
  elm = await town.restart(ELM);
}

async function restart(): Promise<void> {
  const closing = elm.close();
  await town.clock.advance(10_000);
  await closing;
  town.crash(ELM);
  elm = await town.restart(ELM);
}

test('a letter whose 250 was lost with the server is stored once, and its sender told of the same id', async () => {
  const first = await session([named('one')]);
  await crash();
  expect(await session([named('one')])).toEqual(first);
  expect(await lettersOfEve()).toBe(1);
  const [note] = await elm.core.store.ledger.find({ address: 'eve@elm.test', limit: 1 });
  if (note === undefined) throw new Error('no note');
  expect((await elm.core.store.ledger.ofLetter(note.letter)).entries.map(({ act }) => act)).toEqual(['accepted', 'placed', 'collapsed']);
});

test('so it is by LMTP, and after two crashes', async () => {
  const first = await session([named('one')], 24);
  await crash();
  await crash();
  expect(await session([named('one')], 24)).toEqual(first);
  expect(await lettersOfEve()).toBe(1);
});

test('a letter whose session went on to another was heard of, and that is in the books', async () => {
  const [first] = await session([named('one'), named('two')]);
  await crash();
  const [again] = await session([named('one')]);
  expect(again).not.toBe(first);
  expect(await lettersOfEve()).toBe(3);
});

test('after an hour it is another letter', async () => {
  await session([named('one')]);
  await crash();
  await town.clock.advance(HOUR);
  await session([named('one')]);
  expect(await lettersOfEve()).toBe(2);
});

test('who said QUIT had heard: an orderly restart remembers that, and who had not', async () => {
  await session([named('heard'), 'QUIT']);
  const [lost] = await session([named('lost')]);
  await restart();
  expect(await session([named('lost')])).toEqual([lost]);
  await session([named('heard'), 'QUIT']);
  expect(await lettersOfEve()).toBe(3);
});

test('what QUIT said is lost in a crash: then the letter counts as unheard, and is stored once', async () => {
  const first = await session([named('one'), 'QUIT']);
  await crash();
  expect(await session([named('one')])).toEqual(first);
  expect(await lettersOfEve()).toBe(1);
});

test('without the switch nothing is collapsed', async () => {
  const oak = await town.open('oak.test', '192.0.2.3', ['zoe']);
  const send = () => town.talk(ASH, { host: '192.0.2.3', port: 25 }, ['EHLO ash.test', 'MAIL FROM:<ann@ash.test>', 'RCPT TO:<zoe@oak.test>', 'DATA', named('one')]);
  await send();
  await send();
  expect(await town.inbox(oak, 'zoe@oak.test')).toHaveLength(2);
});
