import { expect, test } from 'vitest';
import { HELLO, PARCEL, letter } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import type { Client } from '../testing/transcript.ts';

async function open(room: ReadingRoom): Promise<Client> {
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  return client;
}

test('a letter comes back byte for byte, and is \\Seen by that', async () => {
  await using room = await ReadingRoom.open();
  await room.put(PARCEL);
  const client = await open(room);
  client.say('a FETCH 1 BODY[]\r\n');
  expect(await client.line()).toBe(`* 1 FETCH (BODY[] {${Buffer.byteLength(PARCEL)}}`);
  expect((await client.octets(Buffer.byteLength(PARCEL))).toString()).toBe(PARCEL);
  await room.play(client, String.raw`
    S:  FLAGS (\Seen \Recent))
    S: a OK …
    C: b FETCH 1 (BODY[TEXT]<0.8> FLAGS)
    S: * 1 FETCH (BODY[TEXT]<0> {8}
    S: preamble FLAGS (\Seen \Recent))
    S: b OK …`);
});

test('PEEK leaves a letter unseen', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.play(await open(room), String.raw`
    C: a FETCH 1 BODY.PEEK[TEXT]
    S: * 1 FETCH (BODY[TEXT] {14}
    S: How are you?
    S: )
    S: a OK …
    C: b FETCH 1 FLAGS
    S: * 1 FETCH (FLAGS (\Recent))
    S: b OK …`);
});

test('a part of a letter, its MIME header, the header of a letter within', async () => {
  await using room = await ReadingRoom.open();
  await room.put(PARCEL);
  await room.play(await open(room), String.raw`
    C: a FETCH 1 (BODY.PEEK[1.MIME] BODY.PEEK[2.HEADER.FIELDS (from)] BODY.PEEK[3] BODY.PEEK[4] BODY.PEEK[3]<100.5>)
    S: * 1 FETCH (BODY[1.MIME] {93}
    S: Content-Type: text/plain; charset=iso-8859-1
    S: Content-Transfer-Encoding: quoted-printable
    S:
    S:  BODY[2.HEADER.FIELDS (from)] {22}
    S: From: bob@bay.test
    S:
    S:  BODY[3] {12}
    S: iVBORw0KGgo= BODY[4] NIL BODY[3]<100> {0}
    S: )
    S: a OK …`);
});

test('what was worked out at delivery is told without reading the letter', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.play(await open(room), String.raw`
    C: a FETCH 1 FULL
    S: * 1 FETCH (FLAGS (\Recent) INTERNALDATE " 1-Jan-2026 00:00:00 +0000" RFC822.SIZE 140 ENVELOPE ("Mon, 5 Jan 2026 10:00:00 +0000" "Hello" (("Ann" NIL "ann" "ash.test")) (("Ann" NIL "ann" "ash.test")) (("Ann" NIL "ann" "ash.test")) ((NIL NIL "eve" "elm.test")) NIL NIL NIL "<1@ash.test>") BODY ("text" "plain" NIL NIL NIL "7bit" 14 1))
    S: a OK …
    C: b UID FETCH 1 (RFC822.SIZE)
    S: * 1 FETCH (UID 1 RFC822.SIZE 140)
    S: b OK …`);
});

test('the old names answer under their old names', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.play(await open(room), String.raw`
    C: a FETCH 1 (RFC822.TEXT)
    S: * 1 FETCH (RFC822.TEXT {14}
    S: How are you?
    S:  FLAGS (\Seen \Recent))
    S: a OK …
    C: b FETCH 1 RFC822.HEADER
    S: * 1 FETCH (RFC822.HEADER {126}
    S: From: Ann <ann@ash.test>
    S: To: eve@elm.test
    S: Subject: Hello
    S: Date: Mon, 5 Jan 2026 10:00:00 +0000
    S: Message-ID: <1@ash.test>
    S:
    S: )
    S: b OK …`);
});

test('numbers beyond the last message are BAD, UIDs that do not exist are no error', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.play(await open(room), `
    C: a FETCH 2 FLAGS
    S: a BAD …
    C: b UID FETCH 7:9 FLAGS
    S: b OK …
    C: c FETCH 0 FLAGS
    S: c BAD …
    C: d UID FETCH 4294967296 FLAGS
    S: d BAD …
    C: e UID FETCH *:7 UID
    S: * 1 FETCH (UID 1)
    S: e OK …`);
});

test('a message that another session has taken away is left out of FETCH, and the client is told', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.put(HELLO);
  const client = await open(room);
  const other = await open(room);
  await other.command('x', String.raw`STORE 1 +FLAGS.SILENT (\Deleted)`);
  await other.command('y', 'EXPUNGE');
  await room.play(client, String.raw`
    C: a FETCH 1:2 (UID RFC822.SIZE)
    S: * 2 FETCH (UID 2 RFC822.SIZE 140)
    S: a OK [EXPUNGEISSUED] …
    C: b NOOP
    S: * 1 EXPUNGE
    S: * 1 RECENT
    S: b OK …`);
});

test('RFC 3516 §4: parts are fetched with their transfer encoding undone', async () => {
  await using room = await ReadingRoom.open();
  await room.put(PARCEL);
  await room.put(letter('Content-Transfer-Encoding: x-uuencode\n\nabc\n'));
  const client = await open(room);
  client.say('a FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[3] BINARY.PEEK[3]<1.3> BINARY[9])\r\n');
  const text = Buffer.from('Viele Gr\xfc\xdfe aus der sch\xf6nen Stadt am Rhein, zerschnitten.', 'latin1');
  expect(await client.line()).toBe(`* 1 FETCH (BINARY[1] {${text.length}}`);
  expect(await client.octets(text.length)).toEqual(text);
  expect(await client.line()).toBe(' BINARY.SIZE[3] 8 BINARY[3]<1> {3}');
  expect(await client.octets(3)).toEqual(Buffer.from('PNG'));
  expect(await client.line()).toBe(String.raw` BINARY[9] NIL FLAGS (\Seen \Recent))`);
  expect(await client.line()).toBe('a OK FETCH done');
  await room.play(client, `
    C: b FETCH 2 (UID BINARY.PEEK[1] BINARY.SIZE[1])
    S: * 2 FETCH (UID 2 BINARY[1] NIL BINARY.SIZE[1] 0)
    S: b NO [UNKNOWN-CTE] …
    C: c FETCH 1 BINARY[1.HEADER]
    S: c BAD …
    C: d FETCH 2 BINARY.SIZE[]
    S: * 2 FETCH (BINARY.SIZE[] 46)
    S: d OK …`);
});
