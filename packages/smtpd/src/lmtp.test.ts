import { expect, test } from 'vitest';
import { StoreFault } from '@posthorn/store/store.ts';
import type { Peer } from './testing/peer.ts';
import { openPostRoom, type PostRoom } from './testing/post-room.ts';

async function ready(recipients: readonly string[], room: PostRoom): Promise<Peer> {
  const peer = await room.greeted();
  await peer.say('LHLO ash.test');
  await peer.say('MAIL FROM:<ann@ash.test>');
  for (const recipient of recipients) expect(await peer.say(`RCPT TO:<${recipient}>`)).toMatch(/^250 /);
  expect(await peer.say('DATA')).toMatch(/^354 /);
  return peer;
}

async function replies(peer: Peer, content: string, count: number): Promise<readonly string[]> {
  peer.send(`${content}\r\n.\r\n`);
  const heard: string[] = [];
  for (let at = 0; at < count; at += 1) heard.push(await peer.reply());
  expect(await peer.say('NOOP')).toBe('250 2.0.0 Ok');
  return heard;
}

test('LMTP is greeted with LHLO, and with nothing else (RFC 2033 §4.1)', async () => {
  const peer = await (await openPostRoom({ kind: 'lmtp' })).greeted();
  expect(await peer.say('EHLO ash.test')).toMatch(/^500 5\.5\.1 /);
  expect(await peer.say('HELO ash.test')).toMatch(/^500 5\.5\.1 /);
  expect(await peer.say('MAIL FROM:<>')).toMatch(/^503 5\.5\.1 /);
  expect(await peer.say('LHLO ash.test')).toMatch(/^250-mx/);
});

test('DATA without a recipient gets 503 (RFC 2033 §4.2)', async () => {
  const peer = await (await openPostRoom({ kind: 'lmtp' })).greeted();
  await peer.say('LHLO ash.test');
  await peer.say('MAIL FROM:<>');
  expect(await peer.say('RCPT TO:<bob@ash.test>')).toMatch(/^550 5\.7\.1 /);
  expect(await peer.say('DATA')).toMatch(/^503 5\.5\.1 /);
});

test('who is gone since RCPT is refused alone, the others have the letter', async () => {
  const room = await openPostRoom({ kind: 'lmtp' });
  const peer = await ready(['ann@elm.test', 'eve@elm.test'], room);
  room.directory.people.delete('ann@elm.test');
  const [ann, eve] = await replies(peer, 'Subject: x\r\n\r\nhi', 2);
  expect(ann).toMatch(/^550 5\.1\.1 /);
  expect(eve).toMatch(/^250 2\.0\.0 Ok: delivered as /);
  expect(room.books.accepted[0]?.placements.map(({ recipient }) => recipient)).toEqual(['eve@elm.test']);
});

test('when all are refused nothing is stored', async () => {
  const room = await openPostRoom({ kind: 'lmtp', aliases: { 'round@elm.test': ['about@elm.test'], 'about@elm.test': ['round@elm.test'] } });
  const peer = await ready(['round@elm.test', 'eve@elm.test'], room);
  room.directory.people.delete('eve@elm.test');
  expect(await replies(peer, 'hi', 2)).toEqual([expect.stringMatching(/^554 5\.4\.6 /), expect.stringMatching(/^550 5\.1\.1 /)]);
  expect(room.books.accepted).toHaveLength(0);
  expect(room.books.staged.size).toBe(0);
});

test('who has had the letter before is refused alone', async () => {
  const room = await openPostRoom({ kind: 'lmtp' });
  const peer = await ready(['eve@elm.test', 'ann@elm.test'], room);
  const [eve, ann] = await replies(peer, 'Delivered-To: eve@elm.test\r\n\r\nhi', 2);
  expect(eve).toMatch(/^554 5\.4\.6 /);
  expect(ann).toMatch(/^250 /);
  expect(room.books.accepted[0]?.placements).toHaveLength(1);
});

test.each([
  ['bare line ends', 'a\nb', /^550 5\.6\.0 /], ['too many hops', `${'Received: x\r\n'.repeat(51)}\r\n`, /^554 5\.4\.6 /],
])('what is refused for %s is refused for each recipient', async (_, content, expected) => {
  const room = await openPostRoom({ kind: 'lmtp' });
  const peer = await ready(['eve@elm.test', 'ann@elm.test'], room);
  expect(await replies(peer, content, 2)).toEqual([expect.stringMatching(expected), expect.stringMatching(expected)]);
});

test('a fault is temporary for each recipient', async () => {
  const room = await openPostRoom({ kind: 'lmtp' });
  room.books.trouble.accept = new StoreFault('I/O error');
  const peer = await ready(['eve@elm.test', 'ann@elm.test'], room);
  expect(await replies(peer, 'hi', 2)).toEqual([expect.stringMatching(/^451 4\.3\.0 /), expect.stringMatching(/^451 4\.3\.0 /)]);
});

test('the verdicts of the neighbour stay, an old Return-Path goes', async () => {
  const room = await openPostRoom({ kind: 'lmtp' });
  const peer = await ready(['eve@elm.test'], room);
  const old = 'Return-Path: <x@ash.test>\r\n';
  await replies(peer, `${old}Authentication-Results: mx.elm.test; spf=pass\r\n\r\nhi`, 1);
  expect(room.books.accepted[0]?.cuts).toEqual([{ start: 0, end: old.length }]);
  expect(room.books.accepted[0]?.placements[0]?.prefix.toString()).toContain('with LMTP\r\n');
});
