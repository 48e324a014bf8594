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
