import { test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import { play } from '../testing/transcript.ts';

test('EXPUNGE counts from the last to the first, UID EXPUNGE takes only those it names', async () => {
  await using room = await ReadingRoom.open();
  for (let count = 0; count < 4; count++) await room.put(HELLO, { flags: String.raw`\Deleted` });
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, `
    C: a UID EXPUNGE 2:3
    S: * 3 EXPUNGE
    S: * 2 EXPUNGE
    S: * 2 RECENT
    S: a OK …
    C: b FETCH 1:2 UID
    S: * 1 FETCH (UID 1)
    S: * 2 FETCH (UID 4)
    S: b OK …
    C: c EXPUNGE
    S: * 2 EXPUNGE
    S: * 1 EXPUNGE
    S: * 0 RECENT
    S: c OK …
    C: d EXPUNGE
    S: d OK …`);
});

test('another session hears of it when no numbers are in use', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.put(HELLO);
  const [one, two] = [await room.reader(), await room.reader()];
  await one.command('open', 'SELECT INBOX');
  await two.command('open', 'SELECT INBOX');
  await play({ 1: one, 2: two }, String.raw`
    1C: a STORE 1 +FLAGS.SILENT (\Deleted)
    1S: a OK …
    1C: b EXPUNGE
    1S: * 1 EXPUNGE
    1S: * 1 RECENT
    1S: b OK …
    # RFC 3501 §7.4.1: not while FETCH, STORE or SEARCH is answered.
    2C: c FETCH 2 UID
    2S: * 2 FETCH (UID 2)
    2S: c OK …
    2C: d STORE 2 +FLAGS (\Seen)
    2S: * 2 FETCH (FLAGS (\Seen))
    2S: d OK …
    2C: e SEARCH ALL
    2S: * SEARCH 2
    2S: e OK …
    # The UID form may say it.
    2C: f UID SEARCH ALL
    2S: * SEARCH 2
    2S: * 1 EXPUNGE
    2S: f OK …`);
});
