import { expect, test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import { play } from '../testing/transcript.ts';

test('mailboxes are made, renamed with those below them, and deleted', async () => {
  await using room = await ReadingRoom.open();
  await room.play(await room.reader(), String.raw`
    C: a CREATE a/b/
    S: a OK …
    C: b CREATE a
    S: b NO [ALREADYEXISTS] …
    C: c CREATE Inbox
    S: c NO [ALREADYEXISTS] …
    C: d RENAME a c
    S: d OK …
    C: e LIST "" c*
    S: * LIST (\HasChildren) "/" c
    S: * LIST (\HasNoChildren) "/" c/b
    S: e OK …
    C: f RENAME c c/d
    S: f NO [CANNOT] …
    C: g RENAME c Sent
    S: g NO [ALREADYEXISTS] …
    C: h RENAME nothing something
    S: h NO [NONEXISTENT] …
    C: i DELETE c/b
    S: i OK …
    C: j DELETE c
    S: j OK …
    C: k DELETE c
    S: k NO [NONEXISTENT] …
    C: l DELETE INBOX
    S: l NO [CANNOT] …`);
});

test('names that no mailbox can have are refused', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  for (const name of ['""', '/', 'a//b', '/a', '"a%b"', '"a*"', '"a\tb"', `"${'x'.repeat(1001)}"`, `"${'a/'.repeat(60)}b"`]) {
    expect((await client.command('a', `CREATE ${name}`)).at(-1), name).toMatch(/^a (NO \[CANNOT\]|BAD)/);
  }
});

test('renaming INBOX moves its letters away and leaves it empty', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a RENAME INBOX old-mail
    S: * 1 EXPUNGE
    S: * 0 RECENT
    S: a OK …
    C: b STATUS old-mail (MESSAGES)
    S: * STATUS old-mail (MESSAGES 1)
    S: b OK …
    C: c STATUS INBOX (MESSAGES)
    S: * STATUS INBOX (MESSAGES 0)
    S: c OK …`);
});

test('a mailbox deleted under a session ends it with BYE; whoever deletes it has closed it', async () => {
  await using room = await ReadingRoom.open();
  const [one, two] = [await room.reader(), await room.reader()];
  await one.command('make', 'CREATE brief');
  await one.command('open', 'SELECT brief');
  await two.command('open', 'SELECT brief');
  await play({ 1: one, 2: two }, `
    1C: a DELETE brief
    1S: a OK …
    1C: b CHECK
    1S: b BAD Select a mailbox first
    2C: c NOOP
    2S: * BYE The selected mailbox was deleted
    2S: <end>`);
});

test('a mailbox that was deleted and made again is another one', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  const uidValidity = async (): Promise<string> => (await client.command('s', 'STATUS again (UIDVALIDITY)'))[0] ?? '';
  await client.command('a', 'CREATE again');
  const before = await uidValidity();
  await client.command('b', 'DELETE again');
  await client.command('c', 'CREATE again');
  expect(await uidValidity()).not.toBe(before);
});
