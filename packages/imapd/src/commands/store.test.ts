import { test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import { play } from '../testing/transcript.ts';

test('flags are added, removed, replaced, and told; keywords are learnt', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  await room.play(client, String.raw`
    C: a STORE 1:2 +FLAGS (\Flagged)
    S: * 1 FETCH (FLAGS (\Flagged \Recent))
    S: * 2 FETCH (FLAGS (\Flagged \Recent))
    S: a OK …
    C: b STORE 1 FLAGS (\seen $Forwarded)
    S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Forwarded)
    S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft $Forwarded \*)] …
    S: * 1 FETCH (FLAGS (\Seen $Forwarded \Recent))
    S: b OK …
    C: c UID STORE 1 -FLAGS \Seen
    S: * 1 FETCH (UID 1 FLAGS ($Forwarded \Recent))
    S: c OK …
    C: d STORE 2 -FLAGS.SILENT (\Flagged)
    S: d OK …
    C: e FETCH 2 FLAGS
    S: * 2 FETCH (FLAGS (\Recent))
    S: e OK …
    C: f STORE 3 +FLAGS (\Seen)
    S: f BAD …
    C: g UID STORE 99 +FLAGS (\Seen)
    S: g OK …
    C: h NOOP
    S: h OK …`);
});

test('flags set in one session are told in the other, and not told back', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  const [one, two] = [await room.reader(), await room.reader()];
  await one.command('open', 'SELECT INBOX');
  await two.command('open', 'SELECT INBOX');
  await play({ 1: one, 2: two }, String.raw`
    1C: a STORE 1 +FLAGS.SILENT (\Seen)
    1S: a OK …
    2C: b NOOP
    2S: * 1 FETCH (UID 1 FLAGS (\Seen))
    2S: b OK …
    2C: c STORE 1 +FLAGS.SILENT (\Flagged)
    2S: c OK …
    # What it did itself it need not hear of; what the other did meanwhile it must, silent or not.
    1C: d NOOP
    1S: * 1 FETCH (UID 1 FLAGS (\Seen \Flagged \Recent))
    1S: d OK …
    2C: e NOOP
    2S: e OK …`);
});
