import { expect, test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import { type Client, play } from '../testing/transcript.ts';

async function three(): Promise<{ room: ReadingRoom; client: Client }> {
  const room = await ReadingRoom.open();
  for (let count = 0; count < 3; count++) await room.put(HELLO);
  return { room, client: await room.reader() };
}

test('RFC 7162 §3.1.2.1: HIGHESTMODSEQ is told to all, modseqs only to those who ask', async () => {
  const { room, client } = await three();
  await using _ = room;
  await client.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a STORE 1 +FLAGS (\Seen)
    S: * 1 FETCH (FLAGS (\Seen \Recent))
    S: a OK …
    C: b FETCH 1 (UID MODSEQ)
    S: * OK [HIGHESTMODSEQ 5] …
    S: * 1 FETCH (UID 1 MODSEQ (5))
    S: b OK …
    C: c STORE 1 +FLAGS.SILENT (\Flagged)
    S: * 1 FETCH (MODSEQ (6))
    S: c OK …
    C: d UID STORE 2 +FLAGS (\Answered)
    S: * 2 FETCH (UID 2 FLAGS (\Answered \Recent) MODSEQ (7))
    S: d OK …`);
});

test('RFC 7162 §3.1.3: what changed since is left alone and named', async () => {
  const { room, client } = await three();
  await using _ = room;
  await client.command('open', 'SELECT INBOX (CONDSTORE)');
  await room.play(client, String.raw`
    C: a STORE 2 +FLAGS.SILENT (\Seen)
    S: * 2 FETCH (MODSEQ (5))
    S: a OK …
    C: b STORE 1:3 (UNCHANGEDSINCE 4) +FLAGS.SILENT ($Done)
    S: * 1 FETCH (MODSEQ (6))
    S: * 3 FETCH (MODSEQ (6))
    S: b OK [MODIFIED 2] …
    C: c UID STORE 2 (UNCHANGEDSINCE 0) FLAGS ()
    S: c OK [MODIFIED 2] …
    C: d STORE 2 (UNCHANGEDSINCE 5) FLAGS.SILENT ()
    S: * 2 FETCH (MODSEQ (7))
    S: d OK …`);
});

test('RFC 7162 §3.1.4 to §3.1.7: CHANGEDSINCE, SEARCH MODSEQ, STATUS', async () => {
  const { room, client } = await three();
  await using _ = room;
  await client.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a STATUS INBOX (HIGHESTMODSEQ MESSAGES)
    S: * OK [HIGHESTMODSEQ 4] …
    S: * STATUS INBOX (HIGHESTMODSEQ 4 MESSAGES 3)
    S: a OK …
    C: b FETCH 1:* (FLAGS) (CHANGEDSINCE 3)
    S: * 3 FETCH (FLAGS (\Recent) MODSEQ (4))
    S: b OK …
    C: c SEARCH MODSEQ 3
    S: * SEARCH 2 3 (MODSEQ 4)
    S: c OK …
    C: d SEARCH OR NOT MODSEQ "/flags/\\seen" all 3 NOT ALL
    S: * SEARCH 1 (MODSEQ 2)
    S: d OK …
    C: e SEARCH RETURN (MIN) MODSEQ 1
    S: * ESEARCH (TAG "e") MIN 1 MODSEQ 2
    S: e OK …
    C: f SEARCH RETURN (COUNT) MODSEQ 1
    S: * ESEARCH (TAG "f") COUNT 3 MODSEQ 4
    S: f OK …
    C: g SEARCH MODSEQ 99
    S: * SEARCH
    S: g OK …`);
});

test('flags that another session set, and set back, are told again under their new modseq', async () => {
  const { room, client } = await three();
  await using _ = room;
  const other = await room.reader();
  await client.command('open', 'SELECT INBOX (CONDSTORE)');
  await other.command('open', 'SELECT INBOX');
  await other.command('x', String.raw`STORE 1 +FLAGS (\Seen)`);
  await other.command('y', String.raw`STORE 1 -FLAGS (\Seen)`);
  await room.play(client, String.raw`
    C: a NOOP
    S: * 1 FETCH (UID 1 FLAGS (\Recent) MODSEQ (6))
    S: a OK …
    C: b NOOP
    S: b OK …`);
});

test('RFC 7162 §3.2.5: a client that was away learns what is gone and what changed', async () => {
  const { room, client } = await three();
  await using _ = room;
  const opened = await client.command('open', 'SELECT INBOX');
  const uidValidity = /UIDVALIDITY (\d+)/.exec(opened.join(''))?.[1] ?? '';
  await client.command('x', String.raw`STORE 2 +FLAGS (\Deleted)`);
  await client.command('y', String.raw`STORE 1 +FLAGS (\Seen)`);
  await client.command('z', 'EXPUNGE');
  await room.put(HELLO);
  await room.play(await room.reader(), String.raw`
    C: a SELECT INBOX (QRESYNC (${uidValidity} 4))
    S: a BAD …
    C: b ENABLE QRESYNC
    S: * ENABLED QRESYNC
    S: b OK …
    C: c SELECT INBOX (QRESYNC (${uidValidity} 4))
    S: * FLAGS …
    S: * OK [PERMANENTFLAGS …
    S: * 3 EXISTS
    S: * 1 RECENT
    S: * OK [UNSEEN 2] …
    S: * OK [UIDVALIDITY ${uidValidity}] …
    S: * OK [UIDNEXT 5] …
    S: * OK [HIGHESTMODSEQ 8] …
    S: * OK [MAILBOXID …] …
    S: * VANISHED (EARLIER) 2
    S: * 1 FETCH (UID 1 FLAGS (\Seen) MODSEQ (6))
    S: * 3 FETCH (UID 4 FLAGS (\Recent) MODSEQ (8))
    S: c OK [READ-WRITE] …
    # Known UIDs bound what is told; another UIDVALIDITY means that all is new.
    C: d EXAMINE INBOX (QRESYNC (${uidValidity} 4 2:3))
    S: * OK [CLOSED] …
    S: * FLAGS …
    S: * OK [PERMANENTFLAGS …
    S: * 3 EXISTS
    S: * 0 RECENT
    S: * OK [UNSEEN 2] …
    S: * OK [UIDVALIDITY …
    S: * OK [UIDNEXT 5] …
    S: * OK [HIGHESTMODSEQ 8] …
    S: * OK [MAILBOXID …] …
    S: * VANISHED (EARLIER) 2
    S: d OK [READ-ONLY] …
    C: e EXAMINE INBOX (QRESYNC (${Number(uidValidity) + 1} 4))
    S: * OK [CLOSED] …
    S: * FLAGS …
    S: * OK [PERMANENTFLAGS …
    S: * 3 EXISTS
    S: * 0 RECENT
    S: * OK [UNSEEN 2] …
    S: * OK [UIDVALIDITY …
    S: * OK [UIDNEXT 5] …
    S: * OK [HIGHESTMODSEQ 8] …
    S: * OK [MAILBOXID …] …
    S: e OK [READ-ONLY] …
    C: f UID FETCH 1:* (FLAGS) (CHANGEDSINCE 6 VANISHED)
    S: * VANISHED (EARLIER) 2
    S: * 3 FETCH (UID 4 FLAGS () MODSEQ (8))
    S: f OK …
    C: g FETCH 1:* (FLAGS) (CHANGEDSINCE 6 VANISHED)
    S: g BAD …
    C: h UID FETCH 1:* (FLAGS) (VANISHED)
    S: h BAD …`);
});

test('RFC 7162 §3.2.7, §3.2.10: VANISHED takes the place of EXPUNGE, HIGHESTMODSEQ ends it', async () => {
  const { room, client } = await three();
  await using _ = room;
  const other = await room.reader();
  await other.command('open', 'SELECT INBOX');
  await client.command('q', 'ENABLE QRESYNC');
  await client.command('open', 'SELECT INBOX');
  await play({ 1: client, 2: other }, String.raw`
    2C: a STORE 1,3 +FLAGS.SILENT (\Deleted)
    2S: a OK …
    2C: b EXPUNGE
    2S: * 3 EXPUNGE
    2S: * 1 EXPUNGE
    2S: * 1 RECENT
    2S: b OK EXPUNGE done
    1C: c NOOP
    1S: * VANISHED 1,3
    1S: c OK …
    1C: d STORE 1 +FLAGS.SILENT (\Deleted)
    1S: * 1 FETCH (UID 2 MODSEQ (7))
    1S: d OK …
    1C: e UID EXPUNGE 1:*
    1S: * VANISHED 2
    1S: e OK [HIGHESTMODSEQ 8] …
    1C: f CLOSE
    1S: f OK [HIGHESTMODSEQ 8] …`);
});

test('CLOSE keeps its HIGHESTMODSEQ to itself when something happened that the client will not hear of', async () => {
  const { room, client } = await three();
  await using _ = room;
  await client.command('q', 'ENABLE QRESYNC');
  await client.command('open', 'SELECT INBOX');
  await client.command('a', String.raw`STORE 1 +FLAGS.SILENT (\Deleted)`);
  const { messages } = room.store;
  const expunge = messages.expunge.bind(messages);
  messages.expunge = async (act) => {
    const gone = await expunge(act);
    await room.put(HELLO);
    return gone;
  };
  expect(await client.command('b', 'CLOSE')).toEqual(['b OK CLOSE done']);
});

test('ENABLE QRESYNC in an open mailbox says where it stands', async () => {
  const { room, client } = await three();
  await using _ = room;
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a ENABLE QRESYNC CONDSTORE NOTHING
    S: * ENABLED QRESYNC CONDSTORE
    S: * OK [HIGHESTMODSEQ 4] …
    S: a OK …`);
});
