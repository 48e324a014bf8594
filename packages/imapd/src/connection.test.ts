import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { StoreFault } from '@posthorn/store/store.ts';
import { HELLO, letter } from './testing/letters.ts';
import { ReadingRoom } from './testing/reading-room.ts';

test('commands sent together are answered in their order, wherever the wire cuts them', async () => {
  for (const segmentMax of [1, 2, 7, 65_536]) {
    await using room = await ReadingRoom.open({ segmentMax });
    await room.put(HELLO);
    const client = await room.reader();
    client.say('a SELECT INBOX\r\nb FETCH 1 (UID BODY.PEEK[TEXT])\r\nc IDLE\r\nDONE\r\nd SEARCH SUBJECT {5+}\r\nhello\r\ne LOGOUT\r\n');
    const lines: string[] = [];
    for (let line = await client.line(); line !== undefined; line = await client.line()) lines.push(line);
    expect(lines.slice(9)).toEqual([
      'a OK [READ-WRITE] Open', '* 1 FETCH (UID 1 BODY[TEXT] {14}', 'How are you?', ')', 'b OK FETCH done', '+ idling', 'c OK IDLE done',
      '* SEARCH 1', 'd OK SEARCH done', '* BYE Until next time', 'e OK LOGOUT done',
    ]);
  }
});

test('nonsense gets BAD, and too much of it BYE', async () => {
  await using room = await ReadingRoom.open({ limits: { badCommandsMax: 6 } });
  await room.play(await room.reader(), `
    C:
    S: * BAD …
    C: a
    S: a BAD …
    C: b FROBNICATE
    S: b BAD …
    C: c SEARCH (
    S: c BAD …
    C: d NOOP
    S: d OK …
    C: e FETCH 1 BODY[
    S: e BAD …
    C: f STORE 1 FLAGS (
    S: f BAD …
    C: ( NOOP
    S: …BAD …
    C: h CREATE "unfinished
    S: h BAD …
    C: i UID NOOP
    S: i BAD …
    C: j APPEND INBOX {x}
    S: j BAD …
    S: * BYE …
    S: <end>`);
});

test('a line without an end, and a literal beyond all bounds, cost us little', async () => {
  await using room = await ReadingRoom.open();
  const endless = await room.greeted();
  endless.say('a'.repeat(100_000));
  expect(await endless.line()).toBe('* BYE That command is too long');
  expect(await endless.line()).toBeUndefined();
  const large = await room.greeted();
  expect((await large.command('a', 'LOGIN {99999999999}'))[0]).toMatch(/^a BAD/);
  expect((await large.command('b', 'NOOP'))[0]).toMatch(/^b OK/);
});

test('whoever says nothing is logged out: after a minute before a login, after half an hour with one', async () => {
  await using room = await ReadingRoom.open();
  const [stranger, reader] = [await room.greeted(), await room.reader()];
  await room.clock.advance(59_999);
  stranger.say('a NO');
  await room.clock.advance(1);
  expect(await stranger.line()).toBe('* BYE You were silent for too long');
  await room.clock.advance(29 * 60_000 - 1);
  expect((await reader.command('b', 'NOOP'))[0]).toBe('b OK Done');
  await room.clock.advance(30 * 60_000);
  expect(await reader.line()).toBe('* BYE You were silent for too long');
  expect(await reader.line()).toBeUndefined();
});

test('a stranger may say only so much', async () => {
  await using room = await ReadingRoom.open({ limits: { commandsBeforeLoginMax: 3 } });
  await room.play(await room.greeted(), `
    C: a NOOP
    S: a OK …
    C: b NOOP
    S: b OK …
    C: c NOOP
    S: c OK …
    S: * BYE …
    S: <end>`);
});

test('there are only so many connections, in all and from one address', async () => {
  await using room = await ReadingRoom.open({ limits: { connectionsPerAddressMax: 2 } });
  const first = await room.greeted();
  await room.greeted();
  expect(await (await room.connect()).line()).toMatch(/^\* BYE \[UNAVAILABLE\]/);
  await first.command('a', 'LOGOUT');
  await room.clock.advance(0);
  expect(await (await room.connect()).line()).toMatch(/^\* OK/);
});

test('when the books cannot be read, the client is told to try again, and can', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  const { mailboxes } = room.store;
  const byName = mailboxes.byName.bind(mailboxes);
  mailboxes.byName = () => Promise.reject(new StoreFault('the disk is slow today'));
  expect((await client.command('a', 'SELECT INBOX'))[0]).toMatch(/^a NO \[UNAVAILABLE\]/);
  mailboxes.byName = byName;
  expect((await client.command('b', 'SELECT INBOX')).at(-1)).toMatch(/^b OK/);
  expect(room.log.of('imap command failed')).toHaveLength(1);
});

test('a letter that breaks off in its literal ends the connection, for there is no other way', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  const { messages } = room.store;
  messages.read = async function* () {
    yield Buffer.from('From: Ann');
    throw new StoreFault('the frame is damaged');
  };
  client.say('a FETCH 1 BODY.PEEK[]\r\n');
  const heard: string[] = [];
  for (let line = await client.line(); line !== undefined; line = await client.line()) heard.push(line);
  expect(heard.join('\n')).not.toContain('a OK');
  expect(room.log.of('letter could not be read to its end')).toHaveLength(1);
});

test('a letter is fetched no faster than it is read', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  const octets = 64 * 1024 * 1024;
  const { messages } = room.store;
  const rows = messages.rows.bind(messages);
  let read = 0;
  messages.rows = async (key, uids) => (await rows(key, uids)).map((row) => ({ ...row, contentOctets: octets }));
  messages.read = async function* () {
    for (; read < octets; read += 64 * 1024) yield Buffer.alloc(64 * 1024);
  };
  client.connection.pause();
  client.say('a FETCH 1 BODY.PEEK[]\r\n');
  await room.clock.advance(1000);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(1024 * 1024);
  // Five minutes later it is taken for gone.
  await room.clock.advance(5 * 60_000);
  expect(read).toBeLessThan(1024 * 1024);
  expect(room.log.of('imap peer gone').at(-1)?.facts['reason']).toBe('the peer reads nothing');
});

test('small answers leave in one write', async () => {
  await using room = await ReadingRoom.open();
  for (let count = 0; count < 20; count++) await room.put(letter(`Subject: ${count}\n\n`));
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  let writes = 0;
  client.connection.on('data', () => { writes += 1; });
  expect(await client.command('a', 'FETCH 1:* (FLAGS UID ENVELOPE)')).toHaveLength(21);
  expect(client.connection).toBeInstanceOf(Duplex);
  expect(writes).toBe(1);
});

test('a server that closes says BYE to all, and cuts off who does not go', async () => {
  const room = await ReadingRoom.open();
  const client = await room.reader();
  const stubborn = await room.reader();
  // Somebody who reads nothing never closes either.
  stubborn.connection.pause();
  const closing = room.server.close(3000);
  expect(await client.line()).toBe('* BYE [UNAVAILABLE] The server is shutting down');
  await room.clock.advance(2999);
  expect(stubborn.connection.readableEnded).toBe(false);
  await room.clock.advance(1);
  await closing;
  await room[Symbol.asyncDispose]();
});
