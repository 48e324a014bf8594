import { test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import { play } from '../testing/transcript.ts';

test('RFC 5464 §4: notes are set, told by name and by depth, and removed', async () => {
  await using room = await ReadingRoom.open();
  await room.play(await room.reader(), String.raw`
    C: a SETMETADATA INBOX (/shared/comment "Shared comment" /private/Comment "My own")
    S: a OK …
    C: b GETMETADATA INBOX (/shared/comment /private/comment /private/none)
    S: * METADATA INBOX (/shared/comment "Shared comment" /private/comment "My own" /private/none NIL)
    S: b OK …
    C: c SETMETADATA INBOX (/private/filters/values/small {5+}
    C: SMALL /private/filters/values/deep/one "1")
    S: c OK …
    C: d GETMETADATA (DEPTH 1) INBOX /private/filters/values
    S: * METADATA INBOX (/private/filters/values/small "SMALL")
    S: d OK …
    C: e GETMETADATA (DEPTH infinity MAXSIZE 3) INBOX (/private/filters)
    S: * METADATA INBOX (/private/filters/values/deep/one "1")
    S: e OK [METADATA LONGENTRIES 5] …
    C: f SETMETADATA INBOX (/private/comment NIL)
    S: f OK …
    C: g GETMETADATA INBOX /private/comment
    S: * METADATA INBOX (/private/comment NIL)
    S: g OK …
    C: h SETMETADATA "" (/private/vendor/x/theme "dark")
    S: h OK …
    C: i GETMETADATA "" /private/vendor/x/theme
    S: * METADATA "" (/private/vendor/x/theme "dark")
    S: i OK …
    C: j SETMETADATA "" (/shared/comment "mine")
    S: j NO [NOPERM] …
    C: k SETMETADATA INBOX (/comment "x")
    S: k BAD …
    C: l SETMETADATA Nowhere (/private/comment "x")
    S: l NO [NONEXISTENT] …
    C: m LIST "" INBOX RETURN (METADATA (/shared/comment))
    S: * LIST (\HasNoChildren) "/" INBOX
    S: * METADATA INBOX (/shared/comment "Shared comment")
    S: m OK …`);
});

test('RFC 5464 §4.3: there are only so many notes, of so many octets', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  for (let count = 0; count < 100; count++) await client.command('x', `SETMETADATA INBOX (/private/n/${count} "x")`);
  await room.play(client, `
    C: a SETMETADATA INBOX (/private/n/100 "x")
    S: a NO [METADATA TOOMANY] …
    C: b SETMETADATA INBOX (/shared/comment {16385+}
    C: ${'x'.repeat(16_385)})
    S: b NO [METADATA MAXSIZE 16384] …`);
});

test('one\'s own notes about a shared mailbox are nobody else\'s, shared ones everybody\'s', async () => {
  await using room = await ReadingRoom.open();
  const [bob, eve] = [await room.reader('bob@elm.test'), await room.reader()];
  await bob.command('x', 'SETACL Archive eve@elm.test lrw');
  await play({ 1: bob, 2: eve }, `
    2C: a SETMETADATA #users/bob@elm.test/Archive (/private/comment "mine" /shared/comment "ours")
    2S: a OK …
    1C: b GETMETADATA Archive (/private/comment /shared/comment)
    1S: * METADATA Archive (/private/comment NIL /shared/comment "ours")
    1S: b OK …`);
});

test('RFC 9208: what is held and may be held is told of a mailbox\'s root, and of one\'s own by name', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO, { flags: String.raw`\Deleted` });
  const client = await room.reader();
  const eve = await room.store.accounts.byAddress('eve@elm.test');
  if (eve === undefined) throw new Error('nobody');
  await room.play(client, `
    C: a GETQUOTAROOT INBOX
    S: * QUOTAROOT INBOX "eve@elm.test"
    S: * QUOTA "eve@elm.test" ()
    S: a OK …`);
  await room.store.accounts.setOwnLimits(eve.id, { octets: 10 * 1024, messages: 7 });
  await room.play(client, `
    C: b GETQUOTAROOT Sent
    S: * QUOTAROOT Sent "eve@elm.test"
    S: * QUOTA "eve@elm.test" (STORAGE 1 10 MESSAGE 1 7)
    S: b OK …
    C: c GETQUOTA "eve@elm.test"
    S: * QUOTA "eve@elm.test" (STORAGE 1 10 MESSAGE 1 7)
    S: c OK …
    C: d GETQUOTA "bob@elm.test"
    S: d NO [NONEXISTENT] …
    C: e STATUS INBOX (DELETED DELETED-STORAGE)
    S: * STATUS INBOX (DELETED 1 DELETED-STORAGE ${HELLO.length})
    S: e OK …
    C: f SETQUOTA "eve@elm.test" (STORAGE 512)
    S: f BAD …`);
});
