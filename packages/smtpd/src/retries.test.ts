import { expect, test } from 'vitest';
import { StoreFault } from '@posthorn/store/store.ts';
import type { FaultRules } from '@posthorn/world/fault.ts';
import { settle, SimClock } from '@posthorn/world/sim/clock.ts';
import { asWritten, type Peer } from './testing/peer.ts';
import { openPostRoom, type PostRoom, type PostRoomOptions } from './testing/post-room.ts';
import { openRetryRoom, type RetryRoom } from './testing/retry-books.ts';

const NAMED = 'Message-ID: <1@app.test>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n';
const LETTER = `From: eve@elm.test\r\n${NAMED}\r\nhi\r\n.`;
const HOUR = 60 * 60_000;
const COLLAPSED = 'letter sent again: its 250 was not heard, it is stored once';

interface Place {
  readonly room: PostRoom;
  readonly clock: SimClock;
  readonly kept: RetryRoom;
}

async function open({ isCollapsing = true, ...more }: Partial<PostRoomOptions> & { readonly isCollapsing?: boolean } = {}): Promise<Place> {
  const clock = new SimClock();
  const kept = openRetryRoom(clock);
  const room = await openPostRoom({
    kind: 'submission',
    policy: { isTrusted: () => true, addsMissing: false },
    ...more,
    ...(isCollapsing ? { retries: kept.retries } : {}),
  });
  return { room, clock, kept };
}

interface Letter {
  readonly from?: string;
  readonly to?: readonly string[];
  readonly letter?: string;
  readonly ip?: string;
  readonly user?: string;
}

/** Sends a letter and hears the reply. */
async function send(room: PostRoom, { from = 'eve@elm.test', to = ['ann@elm.test', 'postmaster@elm.test'], letter = LETTER, ip, user }: Letter = {}): Promise<{ said: string; peer: Peer }> {
  const peer = await room.greeted(ip);
  await peer.say('EHLO app');
  if (user !== undefined) await peer.say(`AUTH PLAIN ${Buffer.from(`\0${user}@elm.test\0pw-${user}`).toString('base64')}`);
  await peer.say(`MAIL FROM:<${from}>`);
  for (const one of to) await peer.say(`RCPT TO:<${one}>`);
  await peer.say('DATA');
  return { said: await peer.say(letter), peer };
}

/** Sends a letter, and is gone before it says anything more. */
async function sendAndVanish(room: PostRoom, letter?: Letter): Promise<string> {
  const { said, peer } = await send(room, letter);
  peer.connection.destroy();
  await settle();
  return said;
}

test('a letter sent again because its 250 was lost is stored once, and gets the same reply', async () => {
  const { room, kept } = await open();
  const dialogue = `
    C: HELO app
    S: 250 mx.elm.test
    C: MAIL FROM:<eve@elm.test>
    S: 250 2.1.0…
    C: RCPT TO:<ann@elm.test>
    S: 250 2.1.5…
    C: DATA
    S: 354…
    C: From: eve@elm.test
    C: Message-ID: <1@app.test>
    C: Date: Tue, 24 Nov 2026 10:00:00 +0000
    C:
    C: hi
    C: .
    S: 250 2.0.0 Ok: delivered as …`;
  const first = await room.greeted();
  expect(await first.play(dialogue)).toBe(asWritten(dialogue));
  first.connection.destroy();
  await settle();
  const again = dialogue.replace('delivered as …', `delivered as ${room.books.accepted[0]?.letter}`);
  const second = await room.greeted();
  expect(await second.play(again)).toBe(asWritten(again));
  expect(room.books.accepted).toHaveLength(1);
  expect(room.books.staged.size).toBe(0);
  expect(kept.log.of(COLLAPSED).map(({ facts }) => facts['letter'])).toEqual([room.books.accepted[0]?.letter]);
  expect(kept.collapsed).toMatchObject([{ letter: room.books.accepted[0]?.letter, act: 'collapsed', detail: { listener: 'submission', client: '198.51.100.7', helo: 'app' } }]);
});

test('a 250 that never left the house was not heard either', async () => {
  let cuts = 0;
  const faults: FaultRules = { ask: ({ stage }) => (stage === 'data-end' && cuts++ === 0 ? [{ kind: 'cut', how: 'close', afterAccept: true }] : []) };
  const { room } = await open({ receiver: { faults } });
  expect((await send(room)).said).toBe('(closes)');
  expect((await send(room)).said).toBe(`250 2.0.0 Ok: delivered as ${room.books.accepted[0]?.letter}`);
  expect(room.books.accepted).toHaveLength(1);
});

test('the recipients may come in another order', async () => {
  const { room } = await open();
  await sendAndVanish(room, { to: ['ann@elm.test', 'eve@elm.test'] });
  await send(room, { to: ['eve@elm.test', 'ann@elm.test'] });
  expect(room.books.accepted).toHaveLength(1);
});

test('without the option a letter sent again is a second letter', async () => {
  const { room } = await open({ isCollapsing: false });
  await sendAndVanish(room);
  await send(room);
  expect(room.books.accepted).toHaveLength(2);
});

test.each<[string, Letter]>([
  ['other octets', { letter: `X: y\r\n${LETTER}` }],
  ['another sender', { from: 'ann@elm.test' }],
  ['no sender', { from: '' }],
  ['another recipient', { to: ['ann@elm.test', 'eve@elm.test'] }],
  ['one recipient more', { to: ['ann@elm.test', 'postmaster@elm.test', 'eve@elm.test'] }],
  ['one recipient less', { to: ['ann@elm.test'] }],
  ['another IP address', { ip: '198.51.100.8' }],
  ['a login', { user: 'eve' }],
])('%s: another letter', async (_, different) => {
  const { room } = await open();
  await sendAndVanish(room);
  await send(room, different);
  expect(room.books.accepted).toHaveLength(2);
});

test('who has logged in is known by the account, wherever it sends from', async () => {
  const { room } = await open();
  await sendAndVanish(room, { user: 'eve', from: '', ip: '198.51.100.8' });
  await send(room, { user: 'ann', from: '', ip: '198.51.100.8' });
  expect(room.books.accepted).toHaveLength(2);
  await send(room, { user: 'eve', from: '', ip: '198.51.100.9' });
  expect(room.books.accepted).toHaveLength(2);
});

test('what one listener took in is not known to another', async () => {
  const clock = new SimClock();
  const { retries } = openRetryRoom(clock);
  const policy = { isTrusted: () => true };
  const first = await openPostRoom({ kind: 'submission', policy, retries });
  const second = await openPostRoom({ kind: 'submission', policy, retries, receiver: { name: 'submissions' } });
  await sendAndVanish(first);
  await send(second);
  expect(second.books.accepted).toHaveLength(1);
});

test.each([
  ['Message-ID', LETTER.replace(/Message-ID.*\r\n/, '')],
  ['Date', LETTER.replace(/Date.*\r\n/, '')],
  ['word in its Message-ID', LETTER.replace('<1@app.test>', '')],
])('a letter without a %s of its own may be meant twice', async (_, letter) => {
  const { room } = await open({ policy: { isTrusted: () => true, addsMissing: true } });
  await sendAndVanish(room, { letter });
  await send(room, { letter });
  expect(room.books.accepted).toHaveLength(2);
});

test.each([
  ['QUIT', 'QUIT\r\n'], ['another command', 'NOOP\r\n'], ['half a command', 'Q'], ['a line that is too long', 'x'.repeat(5000)],
])('who has said %s after the 250 and sends the same again means two letters', async (_, saying) => {
  const { room } = await open();
  const { peer } = await send(room);
  peer.send(saying);
  await settle();
  peer.connection.destroy();
  await settle();
  await send(room);
  expect(room.books.accepted).toHaveLength(2);
});

/** A letter to Ann comes in and gets into the books late; `saying` follows its dot, in one piece or two, and the connection ends. */
async function vanishEarly(room: PostRoom, saying: string, isOnePiece: boolean): Promise<void> {
  const { accept } = room.books;
  const gate = Promise.withResolvers<void>();
  room.books.accept = async (acceptance) => {
    await gate.promise;
    return accept(acceptance);
  };
  const peer = await room.greeted();
  for (const line of ['EHLO app', 'MAIL FROM:<eve@elm.test>', 'RCPT TO:<ann@elm.test>', 'DATA']) await peer.say(line);
  peer.send(`${LETTER}\r\n${isOnePiece ? saying : ''}`);
  await settle();
  if (!isOnePiece && saying !== '') peer.send(saying);
  await settle();
  peer.connection.destroy();
  await settle();
  expect(room.books.accepted).toHaveLength(0);
  gate.resolve();
  await settle();
  expect(room.books.accepted).toHaveLength(1);
  room.books.accept = accept;
}

test.each([true, false])('QUIT sent ahead counts as said, though the connection ends before the letter is in the books (in one piece with the dot: %s)', async (isOnePiece) => {
  const { room } = await open();
  await vanishEarly(room, 'QUIT\r\n', isOnePiece);
  await send(room, { to: ['ann@elm.test'] });
  expect(room.books.accepted).toHaveLength(2);
});

test('a client that is gone before the letter is in the books has not heard of it', async () => {
  const { room } = await open();
  await vanishEarly(room, '', true);
  await send(room, { to: ['ann@elm.test'] });
  expect(room.books.accepted).toHaveLength(1);
});

test.each([['speaks', ['QUIT'], 0], ['is silent', [], 1]])('of a client that we send away after the 250 and that then %s, the last word is noticed', async (_, saying, count) => {
  const { room, kept } = await open();
  const { peer } = await send(room);
  const closed = room.receiver.close();
  // It crosses our 421 on its way.
  for (const line of saying) peer.send(`${line}\r\n`);
  expect(await peer.reply()).toMatch(/^421 /);
  await settle();
  peer.connection.destroy();
  await closed;
  await settle();
  await kept.retries.settle();
  expect(kept.unheard).toHaveLength(count);
});

test('a retry whose 250 is lost too is still one letter; the try after it was heard is not', async () => {
  const { room, kept } = await open();
  await sendAndVanish(room);
  await sendAndVanish(room);
  const third = await send(room);
  expect(third.said).toBe(`250 2.0.0 Ok: delivered as ${room.books.accepted[0]?.letter}`);
  expect(room.books.accepted).toHaveLength(1);
  expect(kept.collapsed).toHaveLength(2);
  await third.peer.say('QUIT');
  await send(room);
  expect(room.books.accepted).toHaveLength(2);
});

test('a letter that was refused is not remembered', async () => {
  const { room } = await open();
  room.books.trouble.answer = { kind: 'changed', belief: { kind: 'alias', address: 'ann@elm.test', targets: [] } };
  expect(await sendAndVanish(room)).toMatch(/^451 /);
  delete room.books.trouble.answer;
  await send(room);
  expect(room.books.accepted).toHaveLength(1);
});

test.each([[HOUR - 1, 1], [HOUR, 2]])('%i ms later an equal letter makes it %i', async (ms, letters) => {
  const { room, clock } = await open();
  await sendAndVanish(room);
  await clock.advance(ms);
  await send(room);
  expect(room.books.accepted).toHaveLength(letters);
});

test('only so many letters are remembered, the latest', async () => {
  const clock = new SimClock();
  const { retries } = openRetryRoom(clock, 2);
  const room = await openPostRoom({ kind: 'submission', policy: { isTrusted: () => true }, retries });
  const named = (name: string): Letter => ({ letter: LETTER.replace('<1@app.test>', `<${name}@app.test>`) });
  for (const name of ['a', 'b', 'c']) await sendAndVanish(room, named(name));
  for (const name of ['b', 'c', 'a']) await send(room, named(name));
  expect(room.books.accepted).toHaveLength(4);
});

test('where the ledger cannot have it, the letter is put off and still known', async () => {
  const { room, kept } = await open();
  const said = await sendAndVanish(room);
  kept.fault = new StoreFault('the disk is full');
  expect((await send(room)).said).toMatch(/^451 /);
  delete kept.fault;
  expect((await send(room)).said).toBe(said);
  expect(room.books.accepted).toHaveLength(1);
});

test('two that send it again at once are both told of the one that is stored', async () => {
  const { room } = await open();
  await sendAndVanish(room);
  const said = await Promise.all([send(room), send(room)]);
  expect(new Set(said.map((one) => one.said))).toEqual(new Set([`250 2.0.0 Ok: delivered as ${room.books.accepted[0]?.letter}`]));
  expect(room.books.accepted).toHaveLength(1);
});

test('a letter that went another way before it was sent again is the same: Received fields do not count', async () => {
  const { room } = await open();
  const via = (name: string): Letter => ({ letter: `Received: from ${name}.test; Tue, 24 Nov 2026 10:00:00 +0000\r\n${LETTER}` });
  await sendAndVanish(room);
  await sendAndVanish(room, via('a'));
  await sendAndVanish(room, via('b'));
  expect(room.books.accepted).toHaveLength(1);
  await sendAndVanish(room, { letter: via('b').letter?.replace('Received', 'X-Received') ?? '' });
  expect(room.books.accepted).toHaveLength(2);
});

test.each<[string, Partial<PostRoomOptions>]>([['MX', { kind: 'mx' }], ['LMTP', { kind: 'lmtp' }]])('a letter that comes again by %s is stored once', async (_, options) => {
  const { room } = await open(options);
  const first = await speak(room, ['eve@elm.test', 'ann@elm.test']);
  expect(await speak(room, ['ann@elm.test', 'eve@elm.test'])).toEqual(first);
  expect(room.books.accepted).toHaveLength(1);
});

test('a neighbour hears the same of each recipient again, also of who was refused', async () => {
  const { room } = await open({ kind: 'lmtp', aliases: { 'loop@elm.test': ['loop@elm.test'] } });
  const first = await speak(room, ['eve@elm.test', 'loop@elm.test']);
  expect(first.map((line) => line.slice(0, 9))).toEqual(['250 2.0.0', '554 5.4.6']);
  expect(await speak(room, ['eve@elm.test', 'loop@elm.test'])).toEqual(first);
  expect(room.books.accepted).toHaveLength(1);
});

test('after a restart the replies are made of what the ledger says', async () => {
  const { room, kept, clock } = await open({ kind: 'lmtp', aliases: { 'loop@elm.test': ['loop@elm.test'] } });
  const recipients = ['eve@elm.test', 'loop@elm.test'];
  const first = await speak(room, recipients);
  const [accepted] = room.books.accepted;
  if (accepted?.retry === undefined) throw new Error('the acceptance has no key');
  const later = openRetryRoom(clock);
  later.unheard = [{ letter: accepted.letter, key: accepted.retry.key, at: accepted.at }];
  later.entries.set(accepted.letter, accepted.ledger);
  await later.retries.load();
  const again = await openPostRoom({ kind: 'lmtp', aliases: { 'loop@elm.test': ['loop@elm.test'] }, retries: later.retries });
  expect(await speak(again, recipients)).toEqual(first);
  expect(again.books.accepted).toEqual([]);
  expect(kept.collapsed).toEqual([]);
  expect(later.collapsed).toHaveLength(1);
});

/** Offers the letter, hears each reply to its dot, and is gone. */
async function speak(room: PostRoom, to: readonly string[]): Promise<readonly string[]> {
  const peer = await room.greeted();
  const isLmtp = (await peer.say('LHLO app')).startsWith('250');
  if (!isLmtp) await peer.say('EHLO app');
  await peer.say('MAIL FROM:<ann@ash.test>');
  for (const one of to) await peer.say(`RCPT TO:<${one}>`);
  await peer.say('DATA');
  const said = [await peer.say(LETTER)];
  const replies = isLmtp ? to.length : 1;
  while (said.length < replies) said.push(await peer.reply());
  peer.connection.destroy();
  await settle();
  return said;
}
