import { test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
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
    S: * NAMESPACE (("" "/")) (("#users/" "/")) NIL
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

test('RFC 5258 §5: selection, RECURSIVEMATCH with CHILDINFO, return options', async () => {
  await using room = await ReadingRoom.open();
  const client = await room.reader();
  for (const name of ['Sent', 'Drafts', 'Trash', 'Junk', 'Archive']) await client.command('x', `DELETE ${name}`);
  for (const name of ['INBOX', 'Sent', 'Drafts', 'Trash', 'Junk', 'Archive']) await client.command('x', `UNSUBSCRIBE ${name}`);
  for (const name of ['Fruit/Apple', 'Fruit/Banana', 'Tofu', 'Vegetable/Broccoli']) await client.command('x', `CREATE ${name}`);
  for (const name of ['Fruit/Banana', 'Fruit/Peach', 'INBOX', 'Vegetable', 'Vegetable/Broccoli']) await client.command('x', `SUBSCRIBE ${name}`);
  await room.play(client, String.raw`
    C: a LIST (SUBSCRIBED) "" "*"
    S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
    S: * LIST (\HasNoChildren \Subscribed) "/" Fruit/Banana
    S: * LIST (\HasChildren \Subscribed) "/" Vegetable
    S: * LIST (\HasNoChildren \Subscribed) "/" Vegetable/Broccoli
    S: * LIST (\NonExistent \HasNoChildren \Subscribed) "/" Fruit/Peach
    S: a OK …
    C: b LIST "" "%" RETURN (SUBSCRIBED CHILDREN)
    S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
    S: * LIST (\HasChildren) "/" Fruit
    S: * LIST (\HasNoChildren) "/" Tofu
    S: * LIST (\HasChildren \Subscribed) "/" Vegetable
    S: b OK …
    C: c LIST (RECURSIVEMATCH SUBSCRIBED) "" "%"
    S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
    S: * LIST (\HasChildren) "/" Fruit ("CHILDINFO" ("SUBSCRIBED"))
    S: * LIST (\HasChildren \Subscribed) "/" Vegetable ("CHILDINFO" ("SUBSCRIBED"))
    S: c OK …
    C: d LIST "" (INBOX Fruit/% "Tofu")
    S: * LIST (\HasNoChildren) "/" INBOX
    S: * LIST (\HasNoChildren) "/" Fruit/Apple
    S: * LIST (\HasNoChildren) "/" Fruit/Banana
    S: * LIST (\HasNoChildren) "/" Tofu
    S: d OK …
    C: e LIST (RECURSIVEMATCH) "" *
    S: e BAD …
    C: f LIST "" "" RETURN (CHILDREN)
    S: f OK …
    C: g DELETE Fruit
    S: g OK …
    C: h LIST "" (F% I%)
    S: * LIST (\HasNoChildren) "/" INBOX
    S: * LIST (\NonExistent \HasChildren) "/" Fruit
    S: h OK …`);
});

test('RFC 5819: LIST tells the status of each mailbox that has one', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO);
  await room.play(await room.reader(), String.raw`
    C: a CREATE x/y
    S: a OK [MAILBOXID (F…)] …
    C: b DELETE x
    S: b OK …
    C: c LIST "" (INBOX x%) RETURN (STATUS (MESSAGES SIZE DELETED))
    S: * LIST (\HasNoChildren) "/" INBOX
    S: * STATUS INBOX (MESSAGES 1 SIZE 140 DELETED 0)
    S: * LIST (\NonExistent \HasChildren) "/" x
    S: c OK …`);
});

test('RFC 6154 §3: a mailbox is made for a use that no other has', async () => {
  await using room = await ReadingRoom.open();
  await room.play(await room.reader(), String.raw`
    C: a CREATE Old (USE (\Archive))
    S: a NO [USEATTR] …
    C: b CREATE Old (USE (\All))
    S: b NO [USEATTR] …
    C: c CREATE Old (USE (\Sent \Trash))
    S: c NO [USEATTR] …
    C: d DELETE Archive
    S: d OK …
    C: e CREATE Old/Letters (USE (\archive))
    S: e OK [MAILBOXID (F…)] …
    C: f LIST (SPECIAL-USE) "" Old* RETURN (SPECIAL-USE)
    S: * LIST (\HasNoChildren \Archive) "/" Old/Letters
    S: f OK …`);
});
