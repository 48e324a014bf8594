import { expect, test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';

test('SELECT tells all that a client needs to begin with', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO, { flags: String.raw`\Seen` });
  await room.put(HELLO, { flags: 'Invoice' });
  await room.play(await room.reader(), String.raw`
    C: a SELECT INBOX
    S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Invoice)
    S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft Invoice \*)] …
    S: * 2 EXISTS
    S: * 2 RECENT
    S: * OK [UNSEEN 2] …
    S: * OK [UIDVALIDITY …] …
    S: * OK [UIDNEXT 3] …
    S: * OK [HIGHESTMODSEQ 3] …
    S: * OK [MAILBOXID …] …
    S: a OK [READ-WRITE] …`);
});

test('INBOX is INBOX in any case, and other names are not', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  expect((await client.command('a', 'SELECT inBox')).at(-1)).toMatch(/^a OK \[READ-WRITE\]/);
  expect((await client.command('b', 'SELECT sent')).at(-1)).toMatch(/^b NO \[NONEXISTENT\]/);
});

test('a failed SELECT leaves no mailbox selected', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await client.command('a', 'SELECT INBOX');
  await room.play(client, `
    C: b SELECT Nowhere
    S: * OK [CLOSED] …
    S: b NO [NONEXISTENT] …
    C: c CHECK
    S: c BAD Select a mailbox first`);
});

test('EXAMINE changes nothing: no flags, no \\Seen, and \\Recent is left for others', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  await room.play(client, String.raw`
    C: a EXAMINE INBOX
    S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
    S: * OK [PERMANENTFLAGS ()] …
    S: * 1 EXISTS
    S: * 1 RECENT
    S: * OK [UNSEEN 1] …
    S: * OK [UIDVALIDITY …] …
    S: * OK [UIDNEXT 2] …
    S: * OK [HIGHESTMODSEQ 2] …
    S: * OK [MAILBOXID …] …
    S: a OK [READ-ONLY] …
    C: b FETCH 1 (FLAGS BODY[HEADER.FIELDS (Subject)])
    S: * 1 FETCH (FLAGS (\Recent) BODY[HEADER.FIELDS (Subject)] {18}
    S: Subject: Hello
    S:
    S: )
    S: b OK …
    C: c STORE 1 +FLAGS (\Deleted)
    S: c NO [READ-ONLY] …
    C: d EXPUNGE
    S: d NO [READ-ONLY] …
    C: e MOVE 1 Trash
    S: e NO [READ-ONLY] …
    C: f CLOSE
    S: f OK …`);
  expect(await client.command('g', 'SELECT INBOX')).toContain('* 1 RECENT');
  expect(await client.command('h', 'SELECT INBOX')).toContain('* 0 RECENT');
});

test('CLOSE takes away what is \\Deleted without a word, UNSELECT leaves it', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO, { flags: String.raw`\Deleted` });
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('a', 'SELECT INBOX');
  await room.play(client, `
    C: b UNSELECT
    S: b OK …
    C: c STATUS INBOX (MESSAGES)
    S: * STATUS INBOX (MESSAGES 2)
    S: c OK …`);
  await client.command('d', 'SELECT INBOX');
  await room.play(client, `
    C: e CLOSE
    S: e OK …
    C: f STATUS INBOX (MESSAGES UIDNEXT UNSEEN RECENT)
    S: * STATUS INBOX (MESSAGES 1 UIDNEXT 3 UNSEEN 1 RECENT 0)
    S: f OK …`);
});
