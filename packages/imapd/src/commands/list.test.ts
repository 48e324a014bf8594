import { test } from 'vitest';
import { ReadingRoom } from '../testing/reading-room.ts';

test('LIST shows the mailboxes an account begins with, and what they are for', async () => {
  await using room = await ReadingRoom.open();
  await room.play(await room.reader(), String.raw`
    C: a LIST "" *
    S: * LIST (\HasNoChildren) "/" INBOX
    S: * LIST (\HasNoChildren \Archive) "/" Archive
    S: * LIST (\HasNoChildren \Drafts) "/" Drafts
    S: * LIST (\HasNoChildren \Junk) "/" Junk
    S: * LIST (\HasNoChildren \Sent) "/" Sent
    S: * LIST (\HasNoChildren \Trash) "/" Trash
    S: a OK …
    C: b LIST "" ""
    S: * LIST (\Noselect) "/" ""
    S: b OK …
    C: c LIST "" inbox
    S: * LIST (\HasNoChildren) "/" INBOX
    S: c OK …
    C: d NAMESPACE
    S: * NAMESPACE (("" "/")) NIL NIL
    S: d OK …`);
});

test('levels: % stays within one, a parent that is gone is \\Noselect', async () => {
  await using room = await ReadingRoom.open();
  await room.play(await room.reader(), String.raw`
    C: a CREATE work/2026/jan
    S: a OK …
    C: b LIST "" work%
    S: * LIST (\HasChildren) "/" work
    S: b OK …
    C: c LIST work/ *
    S: * LIST (\HasChildren) "/" work/2026
    S: * LIST (\HasNoChildren) "/" work/2026/jan
    S: c OK …
    C: d DELETE work/2026
    S: d OK …
    C: e LIST work/ %
    S: * LIST (\Noselect \HasChildren) "/" work/2026
    S: e OK …
    C: f SELECT work/2026
    S: f NO [NONEXISTENT] …
    C: g DELETE work/2026
    S: g NO [NONEXISTENT] …`);
});

test('names beyond ASCII go over the wire in modified UTF-7', async () => {
  await using room = await ReadingRoom.open();
  await room.play(await room.reader(), String.raw`
    C: a CREATE "Entw&APw-rfe &- Pl&AOQ-ne"
    S: a OK …
    C: b LIST "" Entw*
    S: * LIST (\HasNoChildren) "/" "Entw&APw-rfe &- Pl&AOQ-ne"
    S: b OK …`);
});

test('LSUB shows what a person has subscribed to, there or not', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  for (const name of ['INBOX', 'Sent', 'Drafts', 'Trash', 'Junk', 'Archive']) await client.command('x', `UNSUBSCRIBE ${name}`);
  await room.play(client, String.raw`
    C: a SUBSCRIBE news/comp/mail
    S: a OK …
    C: b SUBSCRIBE Sent
    S: b OK …
    C: c LSUB "" *
    S: * LSUB () "/" Sent
    S: * LSUB (\Noselect) "/" news/comp/mail
    S: c OK …
    C: d LSUB "" n%
    S: * LSUB (\Noselect) "/" news
    S: d OK …
    C: e UNSUBSCRIBE Sent
    S: e OK …
    C: f LSUB "" Se*
    S: f OK …`);
});
