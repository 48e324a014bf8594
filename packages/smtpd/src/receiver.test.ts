import { expect, test } from 'vitest';
import type { FaultAction, FaultOccasion, FaultRules } from '@posthorn/world/fault.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import { settle } from '@posthorn/world/sim/clock.ts';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createServerContext } from '@posthorn/world/tls.ts';
import { connect as connectTls } from 'node:tls';
import { Peer } from './testing/peer.ts';
import { openPostRoom, type PostRoom } from './testing/post-room.ts';

const MINUTE = 60_000;

async function inData(room: PostRoom): Promise<Peer> {
  const peer = await room.greeted();
  for (const line of ['EHLO ash.test', 'MAIL FROM:<>', 'RCPT TO:<eve@elm.test>', 'DATA']) await peer.say(line);
  return peer;
}

test('who says nothing for five minutes is shown out (RFC 5321 §4.5.3.2.7)', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.greeted();
  await peer.say('EHLO ash.test');
  await room.clock.advance(5 * MINUTE - 1000);
  expect(peer.unread).toBe('');
  await peer.say('NOOP');
  await room.clock.advance(5 * MINUTE - 1000);
  expect(peer.unread).toBe('');
  await room.clock.advance(2000);
  expect(await peer.reply()).toMatch(/^421 4\.4\.2 /);
  expect(await peer.reply()).toBe('(closes)');
  expect(room.receiver.connections).toBe(0);
});

test('a command of one octet a second is not waited for', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.greeted();
  for (let second = 0; second < 301 && peer.unread === ''; second += 1) {
    peer.send('X');
    await room.clock.advance(1000);
  }
  expect(await peer.reply()).toMatch(/^421 4\.4\.2 /);
});

test('a letter of one octet a second is not waited for', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await inData(room);
  for (let second = 0; second < 700 && peer.unread === ''; second += 1) {
    peer.send('X');
    await room.clock.advance(1000);
  }
  expect(await peer.reply()).toBe('421 4.4.2 The letter came too slowly, closing');
  await settle();
  expect(room.books.staged.size).toBe(0);
});

test('a large letter at an honest rate may take its time', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await inData(room);
  for (let minute = 0; minute < 30; minute += 1) {
    await peer.sendSlowly(Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(70)));
    await room.clock.advance(MINUTE);
  }
  expect(await peer.say('.')).toMatch(/^250 /);
});

test('a letter that stops coming is given up', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await inData(room);
  await peer.sendSlowly(Buffer.from('half a letter'));
  await room.clock.advance(3 * MINUTE + 1000);
  expect(await peer.reply()).toMatch(/^421 4\.4\.2 /);
  expect(room.books.staged.size).toBe(0);
});

test('a client that leaves in the middle of a letter leaves nothing behind', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await inData(room);
  await peer.sendSlowly(Buffer.from('half a letter'));
  peer.connection.destroy();
  await settle();
  expect(room.books.staged.size).toBe(0);
  expect(room.receiver.connections).toBe(0);
  expect(room.clock.waiting).toBe(0);
});

test('a client that never closes its side is dropped after a while', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.connect();
  // Reads nothing: it will not see our end, nor send its own.
  peer.connection.pause();
  peer.send('QUIT\r\n');
  await settle();
  await room.clock.advance(5000);
  expect(room.receiver.connections).toBe(0);
});

test('a session ends after its term, between two commands', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { limits: { sessionMs: 60 * MINUTE } } });
  const peer = await room.greeted();
  await peer.say('EHLO ash.test');
  for (let minute = 0; minute < 56; minute += 4) {
    await room.clock.advance(4 * MINUTE);
    expect(await peer.say('MAIL FROM:<>')).toMatch(/^250 /);
    await peer.say('RSET');
  }
  await room.clock.advance(4 * MINUTE);
  expect(await peer.reply()).toMatch(/^421 /);
});

test('a TLS handshake that is not begun is not waited for', async () => {
  const context = createServerContext(makeCertificate({ names: ['mx.elm.test'] }));
  const room = await openPostRoom({ kind: 'mx', receiver: { tls: () => ({ context }), isImplicitTls: true } });
  const silent = await room.connect();
  const upgrading = await room.connect();
  upgrading.send('no handshake at all\r\n');
  await settle();
  expect(room.receiver.connections).toBe(1);
  await room.clock.advance(MINUTE + 1);
  expect(room.receiver.connections).toBe(0);
  expect(await silent.line()).toBeUndefined();
});

test.each([
  ['bad commands', 'FROB', 20, /^500 /], ['NOOPs', 'NOOP', 100, /^250 /], ['RSETs', 'RSET', 100, /^250 /], ['VRFYs', 'VRFY eve', 100, /^252 /], ['EHLOs', 'EHLO x', 100, /^250/],
])('after too many %s in a row the connection is closed', async (_, command, max, ordinary) => {
  const room = await openPostRoom({ kind: 'mx', receiver: { limits: { lingerMs: 0 } } });
  const peer = await room.greeted();
  for (let count = 0; count < max; count += 1) expect(await peer.say(command)).toMatch(ordinary);
  const last = await peer.say(command);
  expect([last, await peer.reply()].join(' ')).toMatch(/421 4\.7\.0 /);
});

test('a letter resets the count of idle commands', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { limits: { idleCommandsMax: 3 } } });
  const peer = await room.greeted();
  for (let letter = 0; letter < 10; letter += 1) {
    for (const line of ['EHLO ash.test', 'NOOP', 'MAIL FROM:<>', 'RCPT TO:<eve@elm.test>', 'DATA']) await peer.say(line);
    expect(await peer.say('.')).toMatch(/^250 /);
  }
});

test('who tries a hundred names that do not exist is shown out', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.greeted();
  await peer.say('EHLO ash.test');
  await peer.say('MAIL FROM:<>');
  for (let name = 0; name < 100; name += 1) expect(await peer.say(`RCPT TO:<a${name}@elm.test>`)).toMatch(/^550 /);
  expect(await peer.say('RCPT TO:<one-more@elm.test>')).toMatch(/^421 4\.7\.0 /);
});

test('connections are counted, by address and in all', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { limits: { connectionsMax: 3, connectionsPerAddressMax: 2, lingerMs: 0 } } });
  const first = await room.greeted('198.51.100.1');
  await room.greeted('198.51.100.1');
  expect(await (await room.connect('198.51.100.1')).reply()).toMatch(/^421 4\.7\.0 Too many connections/);
  await room.greeted('198.51.100.2');
  expect(await (await room.connect('198.51.100.3')).reply()).toMatch(/^421 4\.7\.0 /);
  await first.say('QUIT');
  first.connection.destroy();
  await settle();
  expect(await (await room.connect('198.51.100.3')).reply()).toMatch(/^220 /);
});

test('closing says 421 to the idle, waits for a letter under way, and for nobody else', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const idle = await room.greeted();
  const busy = await inData(room);
  const closed = room.receiver.close(60_000);
  expect(await idle.reply()).toBe('421 4.3.2 Closing down, try again later');
  expect(await busy.say('hi\r\n.')).toMatch(/^250 /);
  expect(await busy.reply()).toMatch(/^421 4\.3\.2 /);
  await room.clock.advance(250);
  await closed;
  expect(room.receiver.connections).toBe(0);
  await expect(room.connect()).rejects.toThrow();
});

test('closing cuts who does not come to an end', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const slow = await inData(room);
  const closed = room.receiver.close(3000);
  await room.clock.advance(3000);
  await closed;
  expect(await slow.reply()).toMatch(/^421 4\.3\.2 /);
  await settle();
  expect(room.books.staged.size).toBe(0);
});

function rule(stage: FaultOccasion['stage'], ...actions: readonly FaultAction[]): FaultRules & { readonly asked: FaultOccasion[] } {
  const asked: FaultOccasion[] = [];
  return {
    asked,
    ask: (occasion) => {
      asked.push(occasion);
      return occasion.stage === stage ? actions : [];
    },
  };
}

test('fault rules are asked at each stage, with what is known there', async () => {
  const faults = rule('quit');
  const room = await openPostRoom({ kind: 'mx', receiver: { faults } });
  const peer = await inData(room);
  await peer.say('hi\r\n.');
  await peer.say('QUIT');
  expect(faults.asked.map(({ stage }) => stage)).toEqual(['connect', 'banner', 'ehlo', 'mail', 'rcpt', 'data', 'body', 'data-end', 'quit']);
  expect(faults.asked[4]).toEqual({ side: 'receiving', listener: 'mx', remoteAddress: '198.51.100.7', localAddress: '192.0.2.25', stage: 'rcpt', sender: '', recipient: 'eve@elm.test' });
});

test.each([['mail', 'MAIL FROM:<>'], ['ehlo', 'EHLO x']] as const)('a rule for %s replies in our place', async (stage, command) => {
  const room = await openPostRoom({ kind: 'mx', receiver: { faults: rule(stage, { kind: 'reply', code: 451, text: '4.7.1 Greylisted' }) } });
  const peer = await room.greeted();
  if (stage === 'mail') await peer.say('EHLO x');
  expect(await peer.say(command)).toBe('451 4.7.1 Greylisted');
  expect(await peer.say('RCPT TO:<eve@elm.test>')).toMatch(/^503 /);
});

test('a rule at the dot replies in our place, and nothing is stored', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { faults: rule('data-end', { kind: 'reply', code: 554, text: 'No' }) } });
  const peer = await inData(room);
  expect(await peer.say('hi\r\n.')).toBe('554 5.0.0 No');
  expect(room.books.accepted).toHaveLength(0);
  expect(room.books.staged.size).toBe(0);
});

test('a rule can lose the reply to a letter that was taken', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { faults: rule('data-end', { kind: 'cut', how: 'close', afterAccept: true }) } });
  const peer = await inData(room);
  expect(await peer.say('hi\r\n.')).toBe('(closes)');
  expect(room.books.accepted).toHaveLength(1);
});

test('a rule can cut before a letter is taken', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { faults: rule('data-end', { kind: 'cut', how: 'reset', afterAccept: false }) } });
  const peer = await inData(room);
  expect(await peer.say('hi\r\n.')).toBe('(closes)');
  await settle();
  expect(room.books.accepted).toHaveLength(0);
  expect(room.books.staged.size).toBe(0);
});

test('a rule can make us late, and slow', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { faults: rule('body', { kind: 'throttle', octetsPerSecond: 10 }) } });
  const peer = await inData(room);
  peer.send(`${'x'.repeat(98)}\r\n.\r\n`);
  await room.clock.advance(9900);
  expect(peer.unread).toBe('');
  await room.clock.advance(200);
  expect(await peer.reply()).toMatch(/^250 /);
  const late = await openPostRoom({ kind: 'mx', receiver: { faults: rule('banner', { kind: 'delay', ms: 5000 }) } });
  const early = await late.connect();
  early.send('EHLO x\r\n');
  await late.clock.advance(4999);
  expect(early.unread).toBe('');
  await late.clock.advance(1);
  expect(await early.reply()).toBe('220 mx.elm.test ESMTP Posthorn');
  expect(await early.reply()).toMatch(/^250-mx/);
});

test('a rule can play dead', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { faults: rule('rcpt', { kind: 'cut', how: 'half-open', afterAccept: false }) } });
  const peer = await room.greeted();
  await peer.say('EHLO x');
  await peer.say('MAIL FROM:<>');
  peer.send('RCPT TO:<eve@elm.test>\r\nNOOP\r\n');
  await room.clock.advance(60 * MINUTE);
  expect(peer.unread).toBe('');
  expect(peer.connection.destroyed).toBe(false);
});

test('over real sockets too: TCP with STARTTLS, nothing below TLS 1.2', async () => {
  const context = createServerContext(makeCertificate({ names: ['mx.elm.test'] }));
  const room = await openPostRoom({ kind: 'mx', receiver: { net: nodeNet, clock: realClock, tls: () => ({ context }) }, listenAt: { host: '127.0.0.1', port: 0 } });
  const talk = async (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string> => {
    if (!('port' in room.endpoint)) throw new Error('no port');
    const peer = new Peer(await nodeNet.connect(room.endpoint));
    await peer.reply();
    await peer.say('EHLO ash.test');
    expect(await peer.say('STARTTLS')).toMatch(/^220 /);
    peer.connection.removeAllListeners('data');
    const socket = connectTls({ socket: peer.connection, rejectUnauthorized: false, maxVersion, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const outcome = await new Promise<string>((resolve) => {
      socket.on('secureConnect', () => resolve(socket.getProtocol() ?? ''));
      socket.on('error', (error) => resolve(error.message));
    });
    socket.destroy();
    return outcome;
  };
  expect(await talk('TLSv1.1')).toMatch(/protocol version|alert|unsupported/i);
  expect(await talk('TLSv1.2')).toBe('TLSv1.2');
  expect(await talk('TLSv1.3')).toBe('TLSv1.3');
  await room.receiver.close(1000);
});
