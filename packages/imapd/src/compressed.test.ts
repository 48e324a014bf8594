import { createDeflateRaw, createInflateRaw, constants } from 'node:zlib';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { HELLO } from './testing/letters.ts';
import { ReadingRoom } from './testing/reading-room.ts';
import { Client } from './testing/transcript.ts';

/** The client's end, packed: written here by hand, so that the server does not talk to itself. */
function packed(client: Client): Client {
  client.connection.removeAllListeners('data');
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  const inflate = createInflateRaw({ flush: constants.Z_SYNC_FLUSH });
  deflate.pipe(client.connection);
  client.connection.pipe(inflate);
  const { remoteAddress, remotePort, localAddress, localPort } = client.connection;
  return new Client(Object.assign(Duplex.from({ readable: inflate, writable: deflate }), { remoteAddress, remotePort, localAddress, localPort }));
}

async function compressedReader(room: ReadingRoom): Promise<Client> {
  const client = await room.reader();
  expect((await client.command('c', 'COMPRESS DEFLATE')).at(-1)).toMatch(/^c OK/);
  return packed(client);
}

test('RFC 4978: after COMPRESS both ways are packed, and what was enabled still is', async () => {
  await using room = await ReadingRoom.open();
  for (let count = 0; count < 50; count++) await room.put(HELLO);
  const plain = await room.reader();
  await plain.command('e', 'ENABLE IMAP4rev2');
  expect((await plain.command('z', 'COMPRESS LZW')).at(-1)).toMatch(/^z NO/);
  expect((await plain.command('c', 'COMPRESS DEFLATE')).at(-1)).toMatch(/^c OK/);
  const client = packed(plain);
  await room.play(client, String.raw`
    C: a STATUS INBOX (MESSAGES)
    S: * STATUS INBOX (MESSAGES 50)
    S: a OK …
    C: b COMPRESS DEFLATE
    S: b NO [COMPRESSIONACTIVE] …
    C: c CAPABILITY`);
  expect(await client.line()).not.toContain('COMPRESS');
  expect(await client.line()).toMatch(/^c OK/);
  await client.command('open', 'EXAMINE INBOX');
  expect((await client.command('d', 'SEARCH ALL'))[0]).toBe('* ESEARCH (TAG "d") ALL 1:50');
  expect((await client.command('f', 'FETCH 1:* BODY.PEEK[TEXT]')).filter((line) => line === 'How are you?')).toHaveLength(50);
  expect((await client.command('g', 'LOGOUT')).at(-1)).toMatch(/^g OK/);
  expect(await client.line()).toBeUndefined();
});

test('before a login there is no COMPRESS', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.greeted();
  expect((await client.command('a', 'COMPRESS DEFLATE')).at(-1)).toMatch(/^a BAD/);
  expect((await client.command('b', 'CAPABILITY'))[0]).not.toContain('COMPRESS');
});

test('a packet that unpacks to a line without end is cut off like any other', async () => {
  await using room = await ReadingRoom.open();
  const client = await compressedReader(room);
  client.say('a'.repeat(50_000_000));
  expect(await client.line()).toBe('* BYE That command is too long');
});

test('octets that cannot be unpacked end the session, and nobody else\'s', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await client.command('c', 'COMPRESS DEFLATE');
  const closed = new Promise<void>((resolve) => { client.connection.once('close', resolve); });
  client.connection.write(Buffer.alloc(100, 0xff));
  await closed;
  expect((await (await room.reader()).command('n', 'NOOP')).at(-1)).toMatch(/^n OK/);
});
