import { expect, test } from 'vitest';
import { letter } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import type { Client } from '../testing/transcript.ts';

async function shelf(): Promise<{ room: ReadingRoom; client: Client }> {
  const room = await ReadingRoom.open();
  const write = (from: string, to: string, subject: string, day: number, more = ''): string => letter(
    `From: ${from}\nTo: ${to}\nSubject: ${subject}\nDate: ${day} Jan 2026 10:00:00 +0000\nMessage-ID: <${day}@ash.test>\n${more}\n${'x'.repeat(day)}\n`,
  );
  await room.put(write('Zoe <anna@ash.test>', 'eve@elm.test', 'Milk', 12));
  await room.put(write('bob@ash.test', 'Carl <x@elm.test>', 'Re: tea', 9, 'References: <3@ash.test>\n'));
  await room.put(write('"Abe" <dora@ash.test>', 'adam@elm.test', 'Tea', 3));
  await room.put(letter('From: =?utf-8?q?=C3=84nne?= <carl@ash.test>\nSubject: [x] Apples\n\n'));
  const client = await room.reader();
  await client.command('open', 'SELECT INBOX');
  return { room, client };
}

test('RFC 5256 §3, RFC 5957: by every criterion, both ways', async () => {
  const { room, client } = await shelf();
  await using _ = room;
  const orders: string[] = [];
  for (const criteria of ['SUBJECT', 'REVERSE SUBJECT', 'DATE', 'FROM', 'TO', 'SIZE', 'ARRIVAL', 'REVERSE ARRIVAL', 'DISPLAYFROM', 'DISPLAYTO', 'SUBJECT DATE', 'SUBJECT REVERSE DATE']) {
    orders.push(`${criteria}: ${(await client.command('a', `SORT (${criteria}) UTF-8 ALL`))[0]}`);
  }
  expect(orders).toEqual([
    'SUBJECT: * SORT 4 1 2 3', 'REVERSE SUBJECT: * SORT 2 3 1 4', 'DATE: * SORT 4 3 2 1', 'FROM: * SORT 1 2 4 3', 'TO: * SORT 4 3 1 2', 'SIZE: * SORT 4 3 1 2',
    'ARRIVAL: * SORT 1 2 3 4', 'REVERSE ARRIVAL: * SORT 1 2 3 4', 'DISPLAYFROM: * SORT 3 2 1 4', 'DISPLAYTO: * SORT 4 3 2 1', 'SUBJECT DATE: * SORT 4 1 3 2', 'SUBJECT REVERSE DATE: * SORT 4 1 2 3',
  ]);
});

test('what is sorted is searched for first, by number or UID, in a charset that must be named', async () => {
  const { room, client } = await shelf();
  await using _ = room;
  await room.play(client, `
    C: a UID SORT (REVERSE DATE) US-ASCII SUBJECT tea
    S: * SORT 2 3
    S: a OK …
    C: b SORT (DATE) KOI-99 ALL
    S: b NO [BADCHARSET (US-ASCII UTF-8)] …
    C: c SORT (BEAUTY) UTF-8 ALL
    S: c BAD …
    C: d SORT (DATE) UTF-8 DELETED
    S: * SORT
    S: d OK …
    C: e SORT RETURN (MIN MAX COUNT PARTIAL 2:3) (DATE) UTF-8 ALL
    S: * ESEARCH (TAG "e") MIN 4 MAX 1 COUNT 4 PARTIAL (2:3 3,2)
    S: e OK …
    C: f UID SORT RETURN () (SUBJECT) UTF-8 ALL
    S: * ESEARCH (TAG "f") UID ALL 4,1:3
    S: f OK …
    C: g SORT RETURN (SAVE) (DATE) UTF-8 SUBJECT tea
    S: g OK …
    C: h SEARCH $
    S: * SEARCH 2 3
    S: h OK …`);
});

test('RFC 5256 §3: THREAD by references and by subject', async () => {
  const { room, client } = await shelf();
  await using _ = room;
  await room.put(letter('From: x@ash.test\nSubject: other\nDate: 20 Jan 2026 10:00:00 +0000\nIn-Reply-To: <9@ash.test> from bob\n\n'));
  await room.play(client, `
    C: a THREAD REFERENCES UTF-8 ALL
    S: * 5 EXISTS
    S: * 5 RECENT
    S: * THREAD (4)(3 2 5)(1)
    S: a OK …
    C: b UID THREAD ORDEREDSUBJECT US-ASCII NOT SUBJECT milk
    S: * THREAD (4)(3 2)(5)
    S: b OK …
    C: c THREAD REFS UTF-8 ALL
    S: c BAD …`);
});
