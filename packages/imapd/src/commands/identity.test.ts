import { expect, test } from 'vitest';
import { HELLO, PARCEL, letter } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';

test('RFC 8474: a letter keeps its id through COPY and MOVE, a mailbox through RENAME', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  const idOf = async (command: string): Promise<string> => /EMAILID \(([\w-]+)\)/.exec((await client.command('x', command)).join('\n'))?.[1] ?? '';
  const [one, two] = [await idOf('FETCH 1 EMAILID'), await idOf('FETCH 2 EMAILID')];
  expect(one).not.toBe(two);
  await client.command('y', 'COPY 1 Archive');
  await client.command('y', 'MOVE 2 Archive');
  const made = /MAILBOXID \((F\d+)\)/.exec((await client.command('y', 'STATUS Archive (MAILBOXID)')).join('\n'))?.[1] ?? '';
  await client.command('y', 'RENAME Archive Cellar');
  expect((await client.command('open', 'SELECT Cellar')).join('\n')).toContain(`* OK [MAILBOXID (${made})]`);
  expect([await idOf('FETCH 1 EMAILID'), await idOf('FETCH 2 (EMAILID THREADID)')]).toEqual([one, two]);
  await room.play(client, `
    C: a UID SEARCH EMAILID ${two}
    S: * SEARCH 2
    S: a OK …
    C: b SEARCH THREADID T1
    S: * SEARCH
    S: b OK …
    C: c FETCH 1 THREADID
    S: * 1 FETCH (THREADID NIL)
    S: c OK …
    C: d SEARCH EMAILID &
    S: d BAD …`);
});

test('RFC 8514: the date of saving is that of the mailbox, whatever the letter says', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await client.command('x', `APPEND INBOX "17-Jul-1996 02:44:25 -0700" {${HELLO.length}+}\r\n${HELLO}`);
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a FETCH 1 (INTERNALDATE SAVEDATE)
    S: * 1 FETCH (INTERNALDATE "17-Jul-1996 09:44:25 +0000" SAVEDATE " 1-Jan-2026 00:00:00 +0000")
    S: a OK …
    C: b SEARCH SAVEDON 1-Jan-2026 SAVEDATESUPPORTED
    S: * SEARCH 1
    S: b OK …
    C: c SEARCH SAVEDBEFORE 1-Jan-2026
    S: * SEARCH
    S: c OK …`);
});

test('RFC 5032: OLDER and YOUNGER count seconds back from now', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.clock.advance(60_000);
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  expect(await client.command('a', 'SEARCH YOUNGER 59')).toContain('* SEARCH 2');
  expect(await client.command('b', 'SEARCH OLDER 60')).toContain('* SEARCH 1');
  expect((await client.command('c', 'SEARCH OLDER 0')).at(-1)).toMatch(/^c BAD/);
});

test('RFC 9394: a page of what there is, from either end', async () => {
  await using room = await ReadingRoom.open();
  for (let count = 0; count < 6; count++) await room.put(HELLO, { flags: count === 2 ? String.raw`\Seen` : '' });
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a UID SEARCH RETURN (PARTIAL 2:4) UNSEEN
    S: * ESEARCH (TAG "a") UID PARTIAL (2:4 2,4:5)
    S: a OK …
    C: b SEARCH RETURN (SAVE PARTIAL -1:-2 COUNT) UNSEEN
    S: * ESEARCH (TAG "b") COUNT 5 PARTIAL (-1:-2 5:6)
    S: b OK …
    C: c SEARCH RETURN (ALL PARTIAL 1:2) UNSEEN
    S: c BAD …
    C: d UID FETCH 1:* (UID) (PARTIAL -2:-3)
    S: * 4 FETCH (UID 4)
    S: * 5 FETCH (UID 5)
    S: d OK …
    C: e FETCH 1:* (UID) (PARTIAL 1:2)
    S: e BAD …
    C: f SEARCH RETURN (SAVE PARTIAL -1:-2) UNSEEN
    S: * ESEARCH (TAG "f") PARTIAL (-1:-2 5:6)
    S: f OK …
    C: g SEARCH $
    S: * SEARCH 5 6
    S: g OK …`);
});

test('RFC 8970: a preview is the first words of the text, decoded, without markup or quotes', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.put(PARCEL);
  await room.put(letter(`Subject: page\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>p { color: red }</style></head><body><p>Tea &amp; milk</p><!-- no --><p>at&#32;five&nbsp;</body></html>\n`));
  await room.put(letter('Subject: answer\n\n> What did you say?\n\nNothing.\n'));
  await room.put(letter('Subject: picture\nContent-Type: image/png\n\nxyz\n'));
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  expect(await client.command('a', 'FETCH 1:5 (PREVIEW)')).toEqual([
    '* 1 FETCH (PREVIEW "How are you?")',
    '* 2 FETCH (PREVIEW {54}', 'Viele Grüße aus der schönen Stadt am Rhein, zerschnitten.)',
    '* 3 FETCH (PREVIEW "Tea & milk at five")', '* 4 FETCH (PREVIEW "Nothing.")', '* 5 FETCH (PREVIEW "")', 'a OK FETCH done',
  ].map((line) => line.replace('{54}', `{${Buffer.byteLength('Viele Grüße aus der schönen Stadt am Rhein, zerschnitten.')}}`)));
  expect(await client.command('b', 'FETCH 1 (PREVIEW (LAZY) UID)')).toContain('* 1 FETCH (PREVIEW "How are you?" UID 1)');
});

test('RFC 9586: under UIDONLY no sequence number is said or heard', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.put(HELLO);
  const client = await room.reader();
  const other = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await other.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a ENABLE UIDONLY
    S: * ENABLED UIDONLY
    S: a OK …
    C: b FETCH 1 FLAGS
    S: b BAD [UIDREQUIRED] …
    C: c STORE 1 +FLAGS (\Seen)
    S: c BAD [UIDREQUIRED] …
    C: d SEARCH ALL
    S: d BAD [UIDREQUIRED] …
    C: e UID SEARCH OR SEEN 1
    S: e BAD [UIDREQUIRED] …
    C: f MOVE 1 Trash
    S: f BAD [UIDREQUIRED] …
    C: g UID FETCH 1 (FLAGS)
    S: * 1 UIDFETCH (FLAGS (\Recent))
    S: g OK …
    C: h UID STORE 1 +FLAGS (\Deleted)
    S: * 1 UIDFETCH (FLAGS (\Deleted \Recent))
    S: h OK …
    C: i UID FETCH 1 (BODY[TEXT]<0.3>)
    S: * 1 UIDFETCH (BODY[TEXT]<0> {3}
    S: How FLAGS (\Seen \Deleted \Recent))
    S: i OK …`);
  await other.command('x', String.raw`STORE 2 +FLAGS (\Flagged)`);
  await room.play(client, String.raw`
    C: j NOOP
    S: * 2 UIDFETCH (FLAGS (\Flagged \Recent))
    S: j OK …
    C: k EXPUNGE
    S: * VANISHED 1
    S: * 1 RECENT
    S: k OK …`);
});

test('RFC 8437: after UNAUTHENTICATE somebody else may log in, and nothing is enabled', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('x', 'ENABLE QRESYNC');
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a UNAUTHENTICATE
    S: a OK [CAPABILITY IMAP4rev2 IMAP4rev1 …AUTH=PLAIN …] …
    C: b SELECT INBOX
    S: b BAD Log in first
    C: c UNAUTHENTICATE
    S: c BAD Log in first
    C: d LOGIN ann@ash.test secret
    S: d OK …
    C: e SELECT INBOX (QRESYNC (1 1))
    S: e BAD …
    C: f STATUS INBOX (MESSAGES APPENDLIMIT)
    S: * STATUS INBOX (MESSAGES 0 APPENDLIMIT 50000000)
    S: f OK …`);
});
