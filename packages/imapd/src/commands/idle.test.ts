import { expect, test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import { play } from '../testing/transcript.ts';

test('news come while a session idles: letters, flags, what is gone', async () => {
  await using room = await ReadingRoom.open();
  const [one, two] = [await room.reader(), await room.reader()];
  await one.command('open', 'SELECT INBOX');
  await play({ 1: one, 2: two }, String.raw`
    1C: a IDLE
    1S: + idling`);
  await room.put(HELLO);
  await play({ 1: one, 2: two }, String.raw`
    1S: * 1 EXISTS
    1S: * 1 RECENT`);
  await two.command('open', 'SELECT INBOX');
  await play({ 1: one, 2: two }, String.raw`
    2C: b STORE 1 +FLAGS.SILENT (\Deleted)
    2S: b OK …
    1S: * 1 FETCH (UID 1 FLAGS (\Deleted \Recent))
    2C: c EXPUNGE
    2S: * 1 EXPUNGE
    2S: c OK …
    1S: * 1 EXPUNGE
    1S: * 0 RECENT
    1C: done
    1S: a OK …
    1C: d NOOP
    1S: d OK …`);
});

test('what happened just before IDLE is told at once', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.put(HELLO);
  await room.play(client, `
    C: a IDLE
    S: + idling
    S: * 1 EXISTS
    S: * 1 RECENT
    C: DONE
    S: a OK …`);
});

test('IDLE needs no mailbox, ends with anything but DONE, and not with news of other mailboxes', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await room.play(client, `
    C: a IDLE
    S: + idling
    C: b NOOP
    S: a BAD …
    C: c NOOP
    S: c OK …`);
  await client.command('open', 'SELECT Sent');
  client.say('d IDLE\r\n');
  expect(await client.line()).toBe('+ idling');
  await room.put(HELLO);
  await room.play(client, `
    C: DONE
    S: d OK …`);
});

test('a session that idles for half an hour without a word is logged out', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  client.say('a IDLE\r\n');
  expect(await client.line()).toBe('+ idling');
  await room.clock.advance(29 * 60_000);
  await room.put(HELLO);
  expect(await client.line()).toBe('* 1 EXISTS');
  expect(await client.line()).toBe('* 1 RECENT');
  await room.clock.advance(60_000);
  expect(await client.line()).toMatch(/^\* BYE/);
  expect(await client.line()).toBeUndefined();
});

test('a mailbox deleted under a session that idles ends it with BYE', async () => {
  await using room = await ReadingRoom.open();
  const [one, two] = [await room.reader(), await room.reader()];
  await one.command('make', 'CREATE brief');
  await one.command('open', 'SELECT brief');
  await play({ 1: one, 2: two }, `
    1C: a IDLE
    1S: + idling
    2C: b DELETE brief
    2S: b OK …
    1S: * BYE The selected mailbox was deleted
    1S: <end>`);
});

test('a server that closes says BYE to those who idle', async () => {
  const room = await ReadingRoom.open();
  const client = await room.reader();
  client.say('a IDLE\r\n');
  expect(await client.line()).toBe('+ idling');
  await room[Symbol.asyncDispose]();
  expect(await client.line()).toMatch(/^a OK/);
  expect(await client.line()).toMatch(/^\* BYE/);
  expect(await client.line()).toBeUndefined();
});
