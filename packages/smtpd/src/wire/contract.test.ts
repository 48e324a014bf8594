/**
 * What smtp-server 3.21.6 does otherwise, and we rely on: each mend of the wrapping has its test.
 */
import { expect, test } from 'vitest';
import { settle } from '@posthorn/world/sim/clock.ts';
import type { Peer } from '../testing/peer.ts';
import { asWritten } from '../testing/peer.ts';
import { openPostRoom, type PostRoom, type PostRoomOptions } from '../testing/post-room.ts';

async function greeted(options: Partial<PostRoomOptions> = {}): Promise<{ room: PostRoom; peer: Peer }> {
  const room = await openPostRoom({ kind: 'mx', ...options });
  const peer = await room.greeted();
  await peer.say(options.kind === 'lmtp' ? 'LHLO ash.test' : 'EHLO ash.test');
  return { room, peer };
}

test('the answers to commands sent together go out in one write', async () => {
  const { peer } = await greeted();
  peer.pieces.length = 0;
  expect(await peer.play(`
    C: MAIL FROM:<ann@ash.test>
    C: RCPT TO:<eve@elm.test>
    C: RCPT TO:<ann@elm.test>
    C: DATA
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 250 2.1.5 Ok
    S: 354 …`)).toContain('354');
  expect(peer.pieces).toHaveLength(1);
});

test('the greeting comes without a pause, and commands sent ahead of it are answered', async () => {
  const room = await openPostRoom({ kind: 'mx' });
  const peer = await room.connect();
  expect(await peer.play('C: EHLO ash.test\nC: QUIT\nS: 220 mx.elm.test ESMTP Posthorn\nS: 250-…')).toContain('220');
  // The simulated clock has not moved.
  expect(room.clock.monotonic()).toBe(0);
});

test.each(['WIZ', 'SHELL', 'KILL', 'WIZ letmein', 'XCLIENT ADDR=127.0.0.1', 'XFORWARD ADDR=127.0.0.1', '__PROTO__', 'CONSTRUCTOR', 'LHLO x', ''])(
  '%j is no command', async (command) => {
    const { peer } = await greeted();
    expect(await peer.say(command)).toBe('500 5.5.1 Command not recognised');
  });

test.each(['BDAT 5 LAST', 'ETRN ash.test', 'TURN', 'EXPN list', 'STARTTLS', 'AUTH PLAIN AGEAYg=='])('%j is not implemented where it is not offered', async (command) => {
  const { peer } = await greeted();
  expect(await peer.say(command)).toBe('502 5.5.1 Command not implemented');
});

test.each([
  ['MAIL FROM:<ann@ash.test> FROB=1', '555 5.5.4 MAIL parameter FROB is not known here'],
  ['MAIL FROM:<ann@ash.test> AUTH=<>', '555 5.5.4 MAIL parameter AUTH is not known here'],
  ['MAIL FROM:<ann@ash.test> REQUIRETLS', '555 5.5.4 MAIL parameter REQUIRETLS is not known here'],
  ['MAIL FROM:<ann@ash.test> BODY=BINARYMIME', '501 5.5.4 BODY is 7BIT or 8BITMIME here'],
  ['MAIL FROM:<ann@ash.test> BODY', '501 5.5.4 BODY is 7BIT or 8BITMIME here'],
  ['MAIL FROM:<ann@ash.test> SIZE=many', '501 5.5.4 Bad parameter syntax'],
  ['MAIL FROM:<ann@ash.test> SIZE=1 SIZE=2', '501 5.5.4 Bad parameter syntax'],
  ['MAIL FROM:<ann@ash.test> SIZE=50000001', '552 5.3.4 Message too large, the limit is 50000000 octets'],
  ['MAIL FROM:<ann@ash.test> SMTPUTF8=yes', '501 5.5.4 Bad parameter syntax'],
  ['MAIL FROM:<ann@ash.test> RET=ALL', '501 5.5.4 RET is FULL or HDRS'],
  ['MAIL FROM:<ann@ash.test> ENVID=a+0D+0Ab', '501 5.5.4 Bad ENVID'],
  ['MAIL FROM:<ann@ash.test>SIZE=1', '501 5.5.4 Bad parameter syntax'],
  ['MAIL FROM:<ann@ash.test> =', '501 5.5.4 Bad parameter syntax'],
  ['MAIL FROM:ann@ash.test', '501 5.1.7 Bad sender address syntax'],
  ['MAIL FROM:<Postmaster>', '501 5.1.7 Bad sender address syntax'],
  ['MAIL FROM:<@ash.test>', '501 5.1.7 Bad sender address syntax'],
  ['MAIL <ann@ash.test>', '501 5.1.7 Bad sender address syntax'],
  ['MAIL', '501 5.1.7 Bad sender address syntax'],
])('%s is refused, and leaves nothing behind', async (command, refusal) => {
  const { room, peer } = await greeted();
  expect(await peer.say(command)).toBe(refusal);
  // What it said must not leak into the next transaction.
  await peer.play('C: MAIL FROM:<bob@ash.test>\nC: RCPT TO:<eve@elm.test>\nC: DATA\nS: 250\nS: 250\nS: 354');
  expect(await peer.say('hi\r\n.')).toMatch(/^250 /);
  expect(room.books.accepted[0]).toMatchObject({ sender: 'bob@ash.test' });
});

test('parameters of a refused MAIL do not leak into the next transaction', async () => {
  const { room, peer } = await greeted({ aliases: { 'away@elm.test': ['bob@ash.test'] } });
  expect(await peer.say('MAIL FROM:<ann@ash.test> BODY=8BITMIME RET=FULL ENVID=abc SMTPUTF8 FROB')).toMatch(/^555 /);
  for (const line of ['MAIL FROM:<ann@ash.test>', 'RCPT TO:<away@elm.test>', 'DATA']) await peer.say(line);
  await peer.say('hi\r\n.');
  const spool = room.books.accepted[0]?.spool;
  expect(spool).toMatchObject({ body: '7BIT', isSmtpUtf8: false });
  expect(spool).not.toHaveProperty('ret');
  expect(spool).not.toHaveProperty('envelopeId');
});

test.each([
  ['RCPT TO:<eve@elm.test> FROB=1', '555 5.5.4 RCPT parameter FROB is not known here'],
  ['RCPT TO:<eve@elm.test> NOTIFY=NEVER,SUCCESS', '501 5.5.4 …'],
  ['RCPT TO:<eve@elm.test> NOTIFY=SUCCESS,SUCCESS', '501 5.5.4 …'],
  ['RCPT TO:<eve@elm.test> NOTIFY=', '501 5.5.4 …'],
  ['RCPT TO:<eve@elm.test> ORCPT=eve', '501 5.5.4 …'],
  ['RCPT TO:<eve@elm.test> ORCPT=rfc822;a+0Ab', '501 5.5.4 …'],
  ['RCPT <eve@elm.test>', '501 5.1.3 …'],
])('%s is refused', async (command, refusal) => {
  const { peer } = await greeted();
  await peer.say('MAIL FROM:<>');
  expect((await peer.say(command)).startsWith(refusal.replace('…', ''))).toBe(true);
  expect(await peer.say('RCPT TO:<eve@elm.test>')).toMatch(/^250 /);
});

test.each([
  ['EHLO', '501'], ['EHLO a b', '501'], [`EHLO ${'a'.repeat(256)}`, '501'], ['EHLO [192.0.2.1]', '250'], ['EHLO under_score', '250'], ['HELO', '501'],
])('%s gets %s', async (command, code) => {
  const { peer } = await greeted();
  expect(await peer.say(command)).toMatch(new RegExp(`^${code}`));
});

test('a name in EHLO that is none does not get into the header', async () => {
  const { room, peer } = await greeted();
  await peer.say('EHLO a(b)<c>;d');
  for (const line of ['MAIL FROM:<>', 'RCPT TO:<eve@elm.test>', 'DATA']) await peer.say(line);
  await peer.say('hi\r\n.');
  expect(room.books.accepted[0]?.placements[0]?.prefix.toString()).toContain('Received: from unknown ([198.51.100.7])\r\n');
});

test('a quoted local part is an address like another', async () => {
  const { room, peer } = await greeted({ people: { 'john "joe" doe@elm.test': '' } });
  expect(await peer.say('MAIL FROM:<"a b@c"@ash.test>')).toMatch(/^250 /);
  expect(await peer.say(String.raw`RCPT TO:<"john \"joe\" doe"@elm.test>`)).toMatch(/^250 /);
  await peer.say('DATA');
  await peer.say('hi\r\n.');
  expect(room.books.accepted[0]?.sender).toBe('"a b@c"@ash.test');
});

test('a line that is too long gets 500, is not kept, and the session goes on', async () => {
  const { room, peer } = await greeted();
  for (let sent = 0; sent < 40; sent += 1) await peer.sendSlowly(Buffer.alloc(50_000, 0x61));
  expect(await peer.say('')).toBe('500 5.5.2 Line too long');
  expect(await peer.say('NOOP')).toBe('250 2.0.0 Ok');
  expect(room.receiver.connections).toBe(1);
});

test('a command that is no text gets 500', async () => {
  const { peer } = await greeted();
  peer.send(Buffer.from('MAIL FROM:<\xff\xfe@ash.test>\r\n', 'latin1'));
  expect(await peer.reply()).toMatch(/^500 5\.5\.2 /);
  expect(await peer.say('NOOP \u0001')).toMatch(/^500 5\.5\.2 /);
});

test('a command line that ends in a bare LF is refused on the MX', async () => {
  const { peer } = await greeted();
  peer.send('NOOP\nNOOP\r\n');
  expect(await peer.reply()).toMatch(/^500 5\.5\.2 /);
  expect(await peer.reply()).toBe('250 2.0.0 Ok');
});

test('a letter too large is not stored further, and refused at its end', async () => {
  const { room, peer } = await greeted({ receiver: { limits: { messageOctetsMax: 1000 } } });
  for (const line of ['MAIL FROM:<>', 'RCPT TO:<eve@elm.test>', 'DATA']) await peer.say(line);
  await peer.sendSlowly(Buffer.from(`${'x'.repeat(998)}\r\n`));
  await settle();
  expect(room.books.staged.size).toBe(1);
  await peer.sendSlowly(Buffer.from('y\r\n'));
  await settle();
  // Nothing of it is kept while the rest still comes.
  expect(room.books.staged.size).toBe(0);
  await peer.sendSlowly(Buffer.from('z'.repeat(5000)));
  expect(await peer.say('\r\n.')).toBe('552 5.3.4 Message too large, the limit is 1000 octets');
  expect(await peer.say('MAIL FROM:<>')).toMatch(/^250 /);
});

test('dots that the wire adds do not count towards the size', async () => {
  const { peer } = await greeted({ receiver: { limits: { messageOctetsMax: 12 } } });
  for (const line of ['MAIL FROM:<>', 'RCPT TO:<eve@elm.test>', 'DATA']) await peer.say(line);
  expect(await peer.say('..a\r\n..b\r\n..c\r\n.')).toMatch(/^250 /);
});

test('a client that does not end a letter too large is cut', async () => {
  const { peer } = await greeted({ receiver: { limits: { messageOctetsMax: 1000, excessOctetsMax: 5000, lingerMs: 0 } } });
  for (const line of ['MAIL FROM:<>', 'RCPT TO:<eve@elm.test>', 'DATA']) await peer.say(line);
  peer.send(Buffer.alloc(20_000, 0x78));
  expect(await peer.reply()).toBe('552 5.3.4 Message too large, the limit is 1000 octets');
  expect(await peer.reply()).toBe('(closes)');
});

test('RCPTs over the limit get 452, and those before them stand', async () => {
  const { room, peer } = await greeted({ receiver: { limits: { recipientsMax: 2 } } });
  expect(await peer.play(`
    C: MAIL FROM:<>
    C: RCPT TO:<eve@elm.test>
    C: RCPT TO:<ann@elm.test>
    C: RCPT TO:<postmaster@elm.test>
    C: DATA
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 250 2.1.5 Ok
    S: 452 4.5.3 Too many recipients, send the letter to these first
    S: 354 End data with <CR><LF>.<CR><LF>`)).toContain('S: 452 4.5.3 Too many recipients');
  await peer.say('hi\r\n.');
  expect(room.books.accepted[0]?.placements).toHaveLength(2);
});

test('LMTP answers each RCPT, the same address twice included', async () => {
  const room = await openPostRoom({ kind: 'lmtp' });
  const peer = await room.connect();
  const transcript = `
    S: 220 mx.elm.test LMTP Posthorn
    C: LHLO ash.test
    S: 250-mx.elm.test
    S: 250-PIPELINING
    S: 250-SIZE 50000000
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250-DSN
    S: 250 ENHANCEDSTATUSCODES
    C: MAIL FROM:<ann@ash.test>
    C: RCPT TO:<eve@elm.test>
    C: RCPT TO:<eve@elm.test>
    C: RCPT TO:<ann@elm.test>
    C: DATA
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 250 2.1.5 Ok
    S: 250 2.1.5 Ok
    S: 354 End data with <CR><LF>.<CR><LF>
    C: hi
    C: .
    S: 250 2.0.0 Ok: delivered as …
    S: 250 2.0.0 Ok: delivered as …
    S: 250 2.0.0 Ok: delivered as …
    C: QUIT
    S: 221 2.0.0 Bye
    S: (closes)`;
  expect(await peer.play(transcript)).toBe(asWritten(transcript));
  expect(room.books.accepted[0]?.placements).toHaveLength(2);
});

test('a request of a web page gets 421 and the door', async () => {
  const room = await openPostRoom({ kind: 'mx', receiver: { limits: { lingerMs: 0 } } });
  const peer = await room.greeted();
  peer.send('POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\n');
  expect(await peer.reply()).toMatch(/^421 /);
  expect(await peer.reply()).toBe('(closes)');
});

test('what is cut into single octets is answered the same', async () => {
  const { room, peer } = await greeted({ segmentMax: 1 });
  expect(await peer.play(`
    C: MAIL FROM:<ann@ash.test>
    C: RCPT TO:<eve@elm.test>
    C: DATA
    S: 250 2.1.0 Ok
    S: 250 2.1.5 Ok
    S: 354 End data with <CR><LF>.<CR><LF>
    C: ..a
    C: .
    C: NOOP
    S: 250 2.0.0 Ok: …
    S: 250 2.0.0 Ok`)).toContain('S: 250 2.0.0 Ok: …');
  expect(room.books.accepted[0]?.octets.toString()).toBe('.a\r\n');
});
