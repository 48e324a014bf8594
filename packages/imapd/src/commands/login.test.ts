import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createDirectory } from '@posthorn/directory/listed-directory.ts';
import { createQuickHasher } from '@posthorn/directory/quick-hasher.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { SimClock } from '@posthorn/world/sim/clock.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { ReadingRoom, type RoomOptions } from '../testing/reading-room.ts';
import type { Client } from '../testing/transcript.ts';

async function listed(store: Store, clock: SimClock): ReturnType<NonNullable<RoomOptions['directory']>> {
  const directory = createDirectory({
    store, clock, domains: ['elm.test'], random: seededRandom(3), hasher: createQuickHasher(), secret: Buffer.alloc(32, 1),
  });
  await directory.addAccount('eve@elm.test', 'correct horse');
  return directory;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('before a login the server says what it can, and does nothing else', async () => {
  await using room = await ReadingRoom.open({ directory: listed, isScramOffered: true });
  await room.play(await room.connect(), `
    S: * OK [CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ ENABLE ID SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN IDLE … MOVE …] …
    C: a SELECT INBOX
    S: a BAD Log in first
    C: b FETCH 1 FLAGS
    S: b BAD Log in first
    C: c IDLE
    S: c BAD Log in first
    C: d LOGIN eve@elm.test "correct horse"
    S: d OK [CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ ENABLE ID IDLE … MOVE …] …
    C: e LOGIN eve@elm.test "correct horse"
    S: e BAD You are logged in already
    C: f ID ("name" "tester" "version" NIL)
    S: * ID ("name" "Posthorn")
    S: f OK …
    C: g ENABLE X-NOTHING
    S: * ENABLED
    S: g OK …`);
});

test('a password may come in literals, or by PLAIN with and without an initial response', async () => {
  await using room = await ReadingRoom.open({ directory: listed });
  await room.play(await room.greeted(), `
    C: a LOGIN {12}
    S: + …
    C: eve@elm.test {13+}
    C: correct horse
    S: a OK …`);
  await room.play(await room.greeted(), `
    C: a AUTHENTICATE PLAIN ${base64('\0eve@elm.test\0correct horse')}
    S: a OK [CAPABILITY …
    C: b AUTHENTICATE PLAIN =
    S: b BAD …`);
  await room.play(await room.greeted(), `
    C: a authenticate plain
    S: +
    C: *
    S: a BAD Cancelled…
    C: b AUTHENTICATE PLAIN
    S: +
    C: not base64!
    S: b BAD …
    C: c AUTHENTICATE GSSAPI
    S: c NO [CANNOT] …
    C: d AUTHENTICATE SCRAM-SHA-256
    S: d NO [CANNOT] …
    C: e AUTHENTICATE PLAIN
    S: +
    C: ${base64('\0eve@elm.test\0correct horse')}
    S: e OK …`.replaceAll('S: +\n', 'S: + \n'));
});

test('SCRAM-SHA-256 proves the password both ways without sending it', async () => {
  await using room = await ReadingRoom.open({ directory: listed, isScramOffered: true });
  const client = await room.greeted();
  const first = 'n=eve@elm.test,r=abcdefgh';
  client.say(`a AUTHENTICATE SCRAM-SHA-256 ${base64(`n,,${first}`)}\r\n`);
  const serverFirst = await challenge(client);
  const { r, s, i } = fields(serverFirst);
  const salted = pbkdf2Sync('correct horse', Buffer.from(s ?? '', 'base64'), Number(i), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const final = `c=biws,r=${r}`;
  const message = `${first},${serverFirst},${final}`;
  const signature = createHmac('sha256', createHash('sha256').update(clientKey).digest()).update(message).digest();
  const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0))).toString('base64');
  client.say(`${base64(`${final},p=${proof}`)}\r\n`);
  const serverKey = createHmac('sha256', salted).update('Server Key').digest();
  expect(await challenge(client)).toBe(`v=${createHmac('sha256', serverKey).update(message).digest('base64')}`);
  client.say('\r\n');
  expect(await client.line()).toMatch(/^a OK \[CAPABILITY /);
});

test('a wrong password is answered late, and the fifth ends the session', async () => {
  await using room = await ReadingRoom.open({ directory: listed });
  const client = await room.greeted();
  for (let count = 1; count <= 5; count++) {
    client.say(`a${count} LOGIN eve@elm.test wrong\r\n`);
    await room.clock.advance(999);
    await room.clock.advance(1);
    expect(await client.line()).toMatch(new RegExp(`^a${count} NO \\[(AUTHENTICATIONFAILED|UNAVAILABLE)\\]`));
  }
  expect(await client.line()).toBe('* BYE Too many failed logins');
  expect(await client.line()).toBeUndefined();
  expect(room.log.of('imap login failed').length).toBe(5);
  expect(JSON.stringify(room.log.lines)).not.toContain('wrong');
});

async function challenge(client: Client): Promise<string> {
  const line = await client.line();
  expect(line).toMatch(/^\+ /);
  return Buffer.from((line ?? '').slice(2), 'base64').toString();
}

function fields(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
}
