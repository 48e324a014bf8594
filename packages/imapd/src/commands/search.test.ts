import { expect, test } from 'vitest';
import { HELLO, PARCEL, letter } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import type { Client } from '../testing/transcript.ts';

async function library(): Promise<{ room: ReadingRoom; client: Client }> {
  const room = await ReadingRoom.open();
  await room.put(HELLO, { flags: String.raw`\Seen Work` });
  await room.put(PARCEL, { flags: String.raw`\Flagged \Answered` });
  await room.put(letter('Subject: no date at all\nX-Spam: YES\nCc: boss@cay.test\n\nnothing, really\n'), { flags: String.raw`\Deleted \Draft` });
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  return { room, client };
}

const FOUND: readonly (readonly [key: string, found: string])[] = [
  ['ALL', '1 2 3'],
  ['ANSWERED', '2'], ['UNANSWERED', '1 3'], ['DELETED', '3'], ['UNDELETED', '1 2'], ['DRAFT', '3'], ['UNDRAFT', '1 2'],
  ['FLAGGED', '2'], ['UNFLAGGED', '1 3'], ['SEEN', '1'], ['UNSEEN', '2 3'], ['KEYWORD work', '1'], ['UNKEYWORD Work', '2 3'],
  ['RECENT', '1 2 3'], ['NEW', '2 3'], ['OLD', ''],
  ['FROM ann', '1'], ['FROM J=C3', ''], ['TO eve', '1 2'], ['CC boss', '3'], ['BCC ann', ''],
  ['SUBJECT hello', '1'], ['CHARSET UTF-8 SUBJECT {7+}\r\ngrüße', '2'], ['CHARSET UTF-8 FROM {7+}\r\njürgen', '2'],
  ['HEADER X-Spam yes', '3'], ['HEADER X-Spam ""', '3'], ['HEADER Message-ID "<1@ash"', '1'], ['HEADER From test', '1 2'],
  ['BODY "how are"', '1'], ['BODY Hello', ''], ['TEXT Hello', '1'],
  ['CHARSET UTF-8 BODY {32+}\r\nschönen Stadt am Rhein, zerschn', '2'],
  ['CHARSET UTF-8 BODY {10+}\r\nSCHLÜSSEL', '2'],
  ['CHARSET UTF-8 BODY {12+}\r\ninner Äpfel', '2'],
  ['BODY iVBOR', ''], ['BODY zerschnitten', '2'],
  ['LARGER 140', '2'], ['SMALLER 140', '3'], ['NOT LARGER 140', '1 3'],
  ['SENTON 5-Jan-2026', '1'], ['SENTSINCE 6-Jan-2026', '2'], ['SENTBEFORE 6-Jan-2026', '1'],
  ['ON 1-Jan-2026', '1 2 3'], ['SINCE 2-Jan-2026', ''], ['BEFORE 2-Jan-2026', '1 2 3'],
  ['2:*', '2 3'], ['UID 1,3', '1 3'], ['1:2 SEEN', '1'], ['OR SEEN FLAGGED', '1 2'], ['NOT (OR SEEN FLAGGED)', '3'],
  ['(SEEN UNDELETED) (ALL)', '1'], ['NOT NOT SEEN', '1'],
];

test('every key finds what it should', async () => {
  const { room, client } = await library();
  await using _ = room;
  const answers: (readonly [string, string])[] = [];
  for (const [key] of FOUND) {
    const answer = await client.command('s', `SEARCH ${key}`);
    answers.push([key, answer.length === 2 ? (answer[0] ?? '').replace(/^\* SEARCH ?/, '') : answer.join('|')]);
  }
  expect(answers).toEqual(FOUND.map(([key, found]) => [key, found]));
});

test('SEARCH in a charset that nobody knows is refused with those that would do', async () => {
  const { room, client } = await library();
  await using _ = room;
  await room.play(client, `
    C: a SEARCH CHARSET KOI-99 SUBJECT x
    S: a NO [BADCHARSET (US-ASCII UTF-8)] …
    C: b UID SEARCH UID 2:3 UNSEEN
    S: * SEARCH 2 3
    S: b OK …
    C: c SEARCH FROM
    S: c BAD …
    C: d SEARCH 4
    S: * SEARCH
    S: d OK …`);
});

test('a word is found wherever a long text is cut', async () => {
  await using room = await ReadingRoom.open();
  const filler = Array.from({ length: 3000 }, (_, index) => `line ${index} über`).join('\n');
  await room.put(letter(`Subject: long\nContent-Type: text/plain; charset=utf-8\n\n${filler}\nneedle${'x'.repeat(400_000)}pin\n`));
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  expect((await client.command('a', 'SEARCH BODY "xxpin"'))[0]).toBe('* SEARCH 1');
  expect((await client.command('b', 'SEARCH CHARSET UTF-8 BODY {15+}\r\nLINE 2999 ÜBER'))[0]).toBe('* SEARCH 1');
  expect((await client.command('c', 'SEARCH BODY "line 3000"'))[0]).toBe('* SEARCH');
});

test('every key finds the same with the index', async () => {
  const { room, client } = await library();
  await using _ = room;
  await room.store.search.catchUp();
  const answers: (readonly [string, string])[] = [];
  for (const [key] of FOUND) answers.push([key, ((await client.command('s', `SEARCH ${key}`))[0] ?? '').replace(/^\* SEARCH ?/, '')]);
  expect(answers).toEqual(FOUND);
});

test('where a text is necessary only what holds it is looked at, however many messages there are', async () => {
  const { room, client } = await library();
  await using _ = room;
  await room.store.search.catchUp();
  const asked: (readonly [texts: readonly string[], among: readonly number[] | undefined])[] = [];
  const { search } = room.store;
  const find = search.find.bind(search);
  search.find = (key, wanted, options) => {
    asked.push([wanted.map(({ text }) => text), options?.among]);
    return find(key, wanted, options);
  };
  expect(await client.command('a', 'SEARCH NOT SEEN OR BODY zerschnitten BODY "nothing, really" NOT TEXT ab')).toContain('* SEARCH 2 3');
  expect(asked).toEqual([[['zerschnitten'], undefined], [['nothing, really'], undefined], [['ab'], [2, 3]]]);
});

test('RFC 9585: whoever waits for a long search is told how far it has come', async () => {
  await using room = await ReadingRoom.open();
  for (let count = 0; count < 3; count++) await room.put(HELLO);
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  const { messages } = room.store;
  const rows = messages.rows.bind(messages);
  messages.rows = async (key, uids) => {
    await room.clock.advance(11_000);
    return rows(key, uids);
  };
  const answer = client.command('a', 'SEARCH LARGER 1');
  // Whoever has worked for so long gives way to others, which takes the clock to come back from.
  for (let turn = 0; turn < 20; turn++) await room.clock.advance(1);
  expect(await answer).toEqual(['* OK [INPROGRESS ("a" 3 3)] Still at it', '* SEARCH 1 2 3', 'a OK SEARCH done']);
});
