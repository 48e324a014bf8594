import { test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';

test('COPY tells the UIDs of the copies, with their flags', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO, { flags: String.raw`\Flagged` });
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a COPY 1:2 Archive
    S: a OK [COPYUID … 1:2 1:2] …
    C: b UID COPY 2 Nowhere
    S: b NO [TRYCREATE] …
    C: c UID COPY 17 Archive
    S: c OK …
    C: d COPY 3 Archive
    S: d BAD …
    C: e COPY 2 INBOX
    S: * 3 EXISTS
    S: * 3 RECENT
    S: e OK [COPYUID … 2 3] …
    C: f SELECT Archive
    S: * OK [CLOSED] …
    S: * FLAGS …
    S: * OK [PERMANENTFLAGS …
    S: * 2 EXISTS
    S: * 2 RECENT
    S: * OK [UNSEEN 1] …
    S: * OK [UIDVALIDITY …
    S: * OK [UIDNEXT 3] …
    S: * OK [HIGHESTMODSEQ …] …
    S: * OK [MAILBOXID …] …
    S: f OK [READ-WRITE] …
    C: g FETCH 1:2 FLAGS
    S: * 1 FETCH (FLAGS (\Flagged \Recent))
    S: * 2 FETCH (FLAGS (\Recent))
    S: g OK …`);
});

test('MOVE says COPYUID first, then what is gone', async () => {
  await using room = await ReadingRoom.open();
  for (let count = 0; count < 3; count++) await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a MOVE 1,3 Trash
    S: * OK [COPYUID … 1,3 1:2] …
    S: * 3 EXPUNGE
    S: * 1 EXPUNGE
    S: * 1 RECENT
    S: a OK …
    C: b UID MOVE 2 Trash
    S: * OK [COPYUID … 2 3] …
    S: * 1 EXPUNGE
    S: * 0 RECENT
    S: b OK …
    C: c STATUS Trash (MESSAGES)
    S: * STATUS Trash (MESSAGES 3)
    S: c OK …
    C: d MOVE 1 Trash
    S: d BAD …`);
});
