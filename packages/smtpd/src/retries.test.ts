import { expect, test } from 'vitest';
import { noFaults, type FaultRules } from '@posthorn/world/fault.ts';
import { settle, SimClock } from '@posthorn/world/sim/clock.ts';
import { createRetries } from './retries.ts';
import type { Peer } from './testing/peer.ts';
import { openPostRoom, type PostRoom } from './testing/post-room.ts';

const LETTER = 'From: eve@elm.test\r\n\r\nhi\r\n.';
const HOUR = 60 * 60_000;

/** A room where the first reply to a dot is lost, and, by option, equal letters sent after that are one. */
async function open({ isCollapsing }: { readonly isCollapsing: boolean }): Promise<{ room: PostRoom; clock: SimClock }> {
  const clock = new SimClock();
  let lost = 0;
  const faults: FaultRules = {
    ask: ({ stage }) => {
      if (stage !== 'data-end' || lost > 0) return [];
      lost += 1;
      return [{ kind: 'cut', how: 'close', afterAccept: true }];
    },
  };
  const room = await openPostRoom({
    kind: 'submission',
    policy: { isTrusted: () => true, addsMissing: false },
    receiver: { faults },
    ...(isCollapsing ? { retries: createRetries(clock) } : {}),
  });
  return { room, clock };
}

async function send(room: PostRoom, { from = 'eve@elm.test', to = ['ann@elm.test'], letter = LETTER } = {}): Promise<{ said: string; peer: Peer }> {
  const peer = await room.greeted();
  await peer.say('EHLO app');
  await peer.say(`MAIL FROM:<${from}>`);
  for (const one of to) await peer.say(`RCPT TO:<${one}>`);
  await peer.say('DATA');
  return { said: await peer.say(letter), peer };
}

test('a letter sent again because its 250 was lost is stored once, and gets the same reply', async () => {
  const { room } = await open({ isCollapsing: true });
  expect((await send(room)).said).toBe('(closes)');
  const { said } = await send(room);
  expect(said).toBe(`250 2.0.0 Ok: delivered as ${room.books.accepted[0]?.letter}`);
  expect(room.books.accepted).toHaveLength(1);
  expect(room.books.staged.size).toBe(0);
});

test('without the option a letter sent again is a second letter', async () => {
  const { room } = await open({ isCollapsing: false });
  await send(room);
  await send(room);
  expect(room.books.accepted).toHaveLength(2);
});

test.each([
  ['other octets', { letter: `X: y\r\n${LETTER}` }], ['another sender', { from: 'ann@elm.test' }], ['another recipient', { to: ['eve@elm.test'] }], ['one recipient more', { to: ['ann@elm.test', 'eve@elm.test'] }],
])('%s make another letter', async (_, different) => {
  const { room } = await open({ isCollapsing: true });
  await send(room);
  await send(room, different);
  expect(room.books.accepted).toHaveLength(2);
});

test('who has heard the 250 and sends the same again means two letters', async () => {
  const room = await openPostRoom({ kind: 'submission', policy: { isTrusted: () => true }, receiver: { faults: noFaults }, retries: createRetries(new SimClock()) });
  const { peer } = await send(room);
  await peer.say('QUIT');
  await send(room);
  expect(room.books.accepted).toHaveLength(2);
});

test('a retry whose 250 is lost too is still one letter; the third try after it was heard is not', async () => {
  const { room } = await open({ isCollapsing: true });
  await send(room);
  const second = await send(room);
  second.peer.connection.destroy();
  await settle();
  const third = await send(room);
  expect(third.said).toMatch(/^250 /);
  expect(room.books.accepted).toHaveLength(1);
  await third.peer.say('QUIT');
  await send(room);
  expect(room.books.accepted).toHaveLength(2);
});

test('after an hour an equal letter is a new one', async () => {
  const { room, clock } = await open({ isCollapsing: true });
  await send(room);
  await clock.advance(HOUR + 1);
  await send(room);
  expect(room.books.accepted).toHaveLength(2);
});
