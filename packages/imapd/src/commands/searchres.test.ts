import { expect, test } from 'vitest';
import { StoreFault } from '@posthorn/store/store.ts';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import type { Client } from '../testing/transcript.ts';

async function library(): Promise<{ room: ReadingRoom; client: Client }> {
  const room = await ReadingRoom.open();
  for (const flags of [String.raw`\Flagged`, '', String.raw`\Flagged`, String.raw`\Flagged`]) await room.put(HELLO, { flags });
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  return { room, client };
}

test('RFC 4731 §3.1: MIN, MAX, ALL and COUNT, of something and of nothing', async () => {
  const { room, client } = await library();
  await using _ = room;
  await room.play(client, `
    C: a SEARCH RETURN (MIN MAX COUNT) FLAGGED
    S: * ESEARCH (TAG "a") MIN 1 MAX 4 COUNT 3
    S: a OK …
    C: b UID SEARCH RETURN () FLAGGED
    S: * ESEARCH (TAG "b") UID ALL 1,3:4
    S: b OK …
    C: c SEARCH RETURN (ALL COUNT MIN) DELETED
    S: * ESEARCH (TAG "c") COUNT 0
    S: c OK …
    C: d SEARCH RETURN (MEDIAN) ALL
    S: d BAD …`);
});

test('RFC 5182 §2.4: $ is what was found last, wherever messages are named', async () => {
  const { room, client } = await library();
  await using _ = room;
  await room.play(client, String.raw`
    C: a SEARCH RETURN (SAVE) FLAGGED
    S: a OK …
    C: b FETCH $ UID
    S: * 1 FETCH (UID 1)
    S: * 3 FETCH (UID 3)
    S: * 4 FETCH (UID 4)
    S: b OK …
    C: c UID SEARCH UID $ NOT 3
    S: * SEARCH 1 4
    S: c OK …
    C: d SEARCH RETURN (SAVE MIN) $ NOT 1
    S: * ESEARCH (TAG "d") MIN 3
    S: d OK …
    C: e STORE $ +FLAGS (\Deleted)
    S: * 3 FETCH (FLAGS (\Flagged \Deleted \Recent))
    S: e OK …
    # RFC 5182 §2.1: what is gone is no more in it.
    C: f SEARCH RETURN (SAVE COUNT) FLAGGED
    S: * ESEARCH (TAG "f") COUNT 3
    S: f OK …
    C: g EXPUNGE
    S: * 3 EXPUNGE
    S: * 3 RECENT
    S: g OK …
    C: h UID COPY $ Archive
    S: h OK [COPYUID … 1,4 1:2] …
    C: i MOVE $ Trash
    S: * OK [COPYUID … 1,4 1:2] …
    S: * 3 EXPUNGE
    S: * 1 EXPUNGE
    S: * 1 RECENT
    S: i OK …
    C: j FETCH $ UID
    S: j OK …`);
});

test('RFC 5182 §2.1: $ is empty in a mailbox just opened, and after a search that failed', async () => {
  const { room, client } = await library();
  await using _ = room;
  await client.command('a', 'SEARCH RETURN (SAVE) ALL');
  const { search } = room.store;
  const find = search.find.bind(search);
  search.find = () => Promise.reject(new StoreFault('the disk is slow today'));
  expect((await client.command('b', 'SEARCH RETURN (SAVE) SUBJECT hello')).at(-1)).toMatch(/^b NO/);
  search.find = find;
  expect(await client.command('c', 'SEARCH $')).toContain('* SEARCH');
  await client.command('d', 'SEARCH RETURN (SAVE) ALL');
  expect(await client.command('e', 'SEARCH $')).toContain('* SEARCH 1 2 3 4');
  await client.command('f', 'EXAMINE INBOX');
  expect(await client.command('g', 'SEARCH $')).toContain('* SEARCH');
});
