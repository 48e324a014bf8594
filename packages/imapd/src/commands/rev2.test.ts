import { expect, test } from 'vitest';
import { HELLO, letter } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';

test('RFC 9051 Appendix E: rev2 has no \\Recent, no RECENT, no UNSEEN, and LIST in SELECT', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('x', 'ENABLE IMAP4rev2');
  await room.play(client, String.raw`
    C: a SELECT INBOX
    S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
    S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] …
    S: * 1 EXISTS
    S: * OK [UIDVALIDITY …] …
    S: * OK [UIDNEXT 2] …
    S: * OK [HIGHESTMODSEQ 2] …
    S: * OK [MAILBOXID …] …
    S: * LIST () "/" INBOX
    S: a OK [READ-WRITE] …
    C: b FETCH 1 FLAGS
    S: * 1 FETCH (FLAGS ())
    S: b OK …
    C: c STORE 1 +FLAGS (\Seen)
    S: * 1 FETCH (FLAGS (\Seen))
    S: c OK …`);
  await room.put(HELLO);
  await room.play(client, `
    C: d NOOP
    S: * 2 EXISTS
    S: d OK …
    C: e EXAMINE Sent
    S: * OK [CLOSED] …
    S: * FLAGS …`);
});

test('RFC 9051 §6.4.4: rev2 answers SEARCH with ESEARCH, asked how or not', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('x', 'ENABLE IMAP4rev2');
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a SEARCH ALL
    S: * ESEARCH (TAG "a") ALL 1
    S: a OK …
    C: b UID SEARCH SEEN
    S: * ESEARCH (TAG "b") UID
    S: b OK …
    C: c SEARCH CHARSET UTF-8 SUBJECT hello
    S: * ESEARCH (TAG "c") ALL 1
    S: c OK …
    C: d SEARCH RETURN (COUNT) ALL
    S: * ESEARCH (TAG "d") COUNT 1
    S: d OK …`);
});

test('RFC 9051 §5.1: with rev2 or UTF8=ACCEPT a mailbox name is UTF-8, without it modified UTF-7', async () => {
  await using room = await ReadingRoom.open();
  const [plain, modern, accepting] = [await room.reader(), await room.reader(), await room.reader()];
  await modern.command('x', 'ENABLE IMAP4rev2');
  expect(await accepting.command('x', 'ENABLE UTF8=ACCEPT')).toContain('* ENABLED UTF8=ACCEPT');
  await room.play(modern, String.raw`
    C: a CREATE "Entwürfe & Pläne"
    S: a OK …
    C: b LIST "" "Entwürfe*"
    S: * LIST (\HasNoChildren) "/" "Entwürfe & Pläne"
    S: b OK …
    C: c STATUS {18+}
    C: Entwürfe & Pläne (MESSAGES)
    S: * STATUS "Entwürfe & Pläne" (MESSAGES 0)
    S: c OK …`);
  expect(await plain.command('d', 'LIST "" "Entw*"')).toContain(String.raw`* LIST (\HasNoChildren) "/" "Entw&APw-rfe &- Pl&AOQ-ne"`);
  expect(await accepting.command('e', 'LIST "" "Entw*"')).toContain(String.raw`* LIST (\HasNoChildren) "/" "Entwürfe & Pläne"`);
  // Not modified UTF-7, but what it looks like.
  expect((await modern.command('f', 'SELECT "Entw&APw-rfe &- Pl&AOQ-ne"')).at(-1)).toMatch(/^f NO \[NONEXISTENT\]/);
  modern.connection.write(Buffer.from('g SELECT "Entw\xfcrfe"\r\n', 'latin1'));
  expect(await modern.line()).toMatch(/^g BAD .*UTF-8/);
  // RFC 6855 §3.
  await accepting.command('h', 'SELECT INBOX');
  expect((await accepting.command('i', 'SEARCH CHARSET UTF-8 ALL')).at(-1)).toMatch(/^i BAD/);
});

test('RFC 9051 §9: what a message/global carries is described to those who speak UTF-8', async () => {
  await using room = await ReadingRoom.open();
  await room.put(letter('Content-Type: message/global\n\nSubject: inner\n\nhello\n'));
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  expect((await client.command('a', 'FETCH 1 BODY')).join('')).not.toContain('"inner"');
  await client.command('x', 'ENABLE IMAP4rev2');
  expect((await client.command('b', 'FETCH 1 BODY')).join('')).toContain('"inner"');
});
