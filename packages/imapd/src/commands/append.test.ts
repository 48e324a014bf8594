import { expect, test } from 'vitest';
import { StoreFault } from '@posthorn/store/store.ts';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';

test('a letter is put into the open mailbox, with flags and a date, and told', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a APPEND INBOX (\Seen \Flagged) "17-Jul-1996 02:44:25 -0700" {14}
    S: + …
    C: Subject: x
    C:
    C:
    S: * 1 EXISTS
    S: * 1 RECENT
    S: a OK [APPENDUID … 1] …
    C: b FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])
    S: * 1 FETCH (FLAGS (\Seen \Flagged \Recent) INTERNALDATE "17-Jul-1996 09:44:25 +0000" BODY[] {14}
    S: Subject: x
    S:
    S: )
    S: b OK …`);
});

test('what cannot be taken is refused before it is sent', async () => {
  await using room = await ReadingRoom.open({ limits: { messageOctetsMax: 1000 } });
  const client = await room.reader();
  await room.play(client, `
    C: a APPEND Nowhere {14}
    S: a NO [TRYCREATE] …
    C: b APPEND INBOX {1001}
    S: b NO [TOOBIG] …
    C: c APPEND INBOX {0}
    S: c NO …
    # A client that does not wait is heard to the end of its literal all the same.
    C: d APPEND Nowhere {14+}
    C: d2 LOGOUT
    C:
    C:
    S: d NO [TRYCREATE] …
    C: e NOOP
    S: e OK …`);
});

test('nobody appends before a login, whatever they send', async () => {
  await using room = await ReadingRoom.open();
  await room.play(await room.greeted(), `
    C: a APPEND INBOX {10}
    S: a BAD …
    C: b APPEND INBOX {9+}
    C: b2 NOOP
    C:
    S: b BAD …
    C: c NOOP
    S: c OK …`);
});

test('octets are kept as they come, cut anywhere', async () => {
  const odd = Buffer.from('Subject: \xe9\nbare line feeds\n\n\ttab \x7f\x01 end', 'latin1');
  await using room = await ReadingRoom.open({ segmentMax: 3 });
  const client = await room.reader();
  client.say(`a APPEND INBOX {${odd.length}+}\r\n`);
  client.connection.write(odd);
  client.say('\r\n');
  expect(await client.line()).toMatch(/^a OK \[APPENDUID/);
  await client.command('b', 'EXAMINE INBOX');
  client.say('c FETCH 1 BODY[]\r\n');
  expect(await client.line()).toBe(`* 1 FETCH (BODY[] {${odd.length}}`);
  expect(await client.octets(odd.length)).toEqual(odd);
});

test('a store that cannot take it now is said to be unavailable, and the session goes on', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  const { contents } = room.store;
  const receive = contents.receive.bind(contents);
  contents.receive = () => ({ ...receive(), write: () => Promise.reject(new StoreFault('the disk is full')), discard: () => Promise.resolve() });
  const answer = await client.command('a', `APPEND INBOX {${HELLO.length}+}\r\n${HELLO}`);
  expect(answer.at(-1)).toMatch(/^a NO \[UNAVAILABLE\]/);
  expect((await client.command('b', 'NOOP')).at(-1)).toMatch(/^b OK/);
  expect(room.log.of('letter could not be kept')).toHaveLength(1);
});

test('what would go over the quota is refused, by APPEND and by COPY, and a MOVE is not', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await room.put(HELLO);
  const eve = await room.store.accounts.byAddress('eve@elm.test');
  if (eve === undefined) throw new Error('nobody');
  await room.store.accounts.setOwnLimits(eve.id, { octets: 2 * HELLO.length - 1 });
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a APPEND INBOX {${HELLO.length}+}
    ${HELLO.trimEnd().split('\r\n').map((line) => `C: ${line}`).join('\n    ')}
    C:
    S: a NO [OVERQUOTA] …
    C: b COPY 1 Trash
    S: b NO [OVERQUOTA] …
    C: c MOVE 1 Trash
    S: * OK [COPYUID …
    S: * 1 EXPUNGE
    S: * 0 RECENT
    S: c OK …`);
});

test('RFC 3502: several letters are put in together', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a APPEND INBOX (\Seen) {14+}
    C: Subject: x
    C:
    C:  (\Flagged) " 7-Feb-1994 22:43:04 -0800" {14}
    S: + …
    C: Subject: y
    C:
    C:
    S: * 2 EXISTS
    S: * 2 RECENT
    S: a OK [APPENDUID … 1:2] …
    C: b FETCH 1:2 (FLAGS RFC822.SIZE)
    S: * 1 FETCH (FLAGS (\Seen \Recent) RFC822.SIZE 14)
    S: * 2 FETCH (FLAGS (\Flagged \Recent) RFC822.SIZE 14)
    S: b OK …
    # RFC 3502 §6.3.11: one that is taken back takes all back.
    C: c APPEND INBOX {14+}
    C: Subject: x
    C:
    C:  {0+}
    C:
    S: c NO …
    C: d STATUS INBOX (MESSAGES)
    S: * STATUS INBOX (MESSAGES 2)
    S: d OK …`);
});

test('RFC 4469: a letter is put together from parts of others and new text', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const client = await room.reader();
  const opened = await client.command('open', 'SELECT INBOX');
  const uidValidity = /UIDVALIDITY (\d+)/.exec(opened.join(''))?.[1] ?? '';
  await room.play(client, `
    C: a APPEND Drafts CATENATE (URL "/INBOX;UIDVALIDITY=${uidValidity}/;UID=1/;SECTION=HEADER" TEXT {7+}
    C: Fine.
    C:  URL "/INBOX/;UID=1/;SECTION=TEXT/;PARTIAL=0.3")
    S: a OK [APPENDUID … 1] …
    C: b APPEND Drafts CATENATE (URL "/INBOX;UIDVALIDITY=1/;UID=1" TEXT {5+}
    C: a NOO)
    S: b NO [BADURL "/INBOX;UIDVALIDITY=1/;UID=1"] …
    C: c APPEND Drafts CATENATE (URL "/INBOX/;UID=9")
    S: c NO [BADURL …] …
    C: d APPEND Drafts CATENATE (URL "/INBOX/;UID=1/;SECTION=HEADER.FIELDS%20(Subject)")
    S: d OK [APPENDUID … 2] …
    C: e EXAMINE Drafts`);
  while (!(await client.line())?.startsWith('e OK')) continue;
  client.say('f FETCH 1:2 BODY[]\r\n');
  expect(await client.line()).toBe('* 1 FETCH (BODY[] {136}');
  expect((await client.octets(136)).toString()).toBe(`${HELLO.slice(0, HELLO.indexOf('\r\n\r\n') + 4)}Fine.\r\nHow`);
});

test('RFC 3516 §4.4: octets with NUL are taken as a literal8, and come back decoded or as they are', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  const binary = Buffer.concat([Buffer.from('Content-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\n'), Buffer.from([1, 0, 2, 0])]);
  client.say(`a APPEND INBOX ~{${binary.length}+}\r\n`);
  client.connection.write(binary);
  client.say('\r\n');
  expect(await client.line()).toMatch(/^a OK/);
  await client.command('open', 'SELECT INBOX');
  client.say('b FETCH 1 BINARY.PEEK[1]\r\n');
  expect(await client.line()).toBe('* 1 FETCH (BINARY[1] ~{4}');
  expect(await client.octets(4)).toEqual(Buffer.from([1, 0, 2, 0]));
  expect(await client.line()).toBe(')');
});

test('RFC 8508: REPLACE puts the new letter in and takes the old one away', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.put(HELLO);
  const client = await room.reader();
  await room.play(client, `
    C: z REPLACE 1 INBOX {14+}
    C: Subject: x
    C:
    C:
    S: z BAD Select a mailbox first`);
  await client.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a REPLACE 1 INBOX (\Draft) {14}
    S: + …
    C: Subject: x
    C:
    C:
    S: * OK [APPENDUID … 3] …
    S: * 1 EXPUNGE
    S: * 2 EXISTS
    S: a OK REPLACE done
    C: b UID REPLACE 2 Drafts {14+}
    C: Subject: y
    C:
    C:
    S: * OK [APPENDUID … 1] …
    S: * 1 EXPUNGE
    S: * 1 RECENT
    S: b OK REPLACE done
    C: c UID REPLACE 77 Drafts {14+}
    C: Subject: y
    C:
    C:
    S: c NO …
    C: d REPLACE 9 Drafts {14}
    S: d BAD …
    C: e REPLACE 1 Nowhere {14}
    S: e NO [TRYCREATE] …
    C: f UID FETCH 1:* (FLAGS)
    S: * 1 FETCH (UID 3 FLAGS (\Draft \Recent))
    S: f OK …`);
});
