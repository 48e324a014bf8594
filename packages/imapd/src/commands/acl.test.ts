import { test } from 'vitest';
import { HELLO } from '../testing/letters.ts';
import { ReadingRoom } from '../testing/reading-room.ts';
import { play } from '../testing/transcript.ts';

test('RFC 4314 §3: rights are granted, told, changed and taken away', async () => {
  await using room = await ReadingRoom.open();
  const [bob, eve] = [await room.reader('bob@elm.test'), await room.reader()];
  await play({ 1: bob, 2: eve }, String.raw`
    1C: a CREATE Work
    1S: a OK …
    1C: b SETACL Work eve@elm.test lrs
    1S: b OK …
    1C: c SETACL Work Eve@ELM.test +cd
    1S: c OK …
    1C: d SETACL Work anyone l
    1S: d OK …
    1C: e GETACL Work
    1S: * ACL Work bob@elm.test lrswipkxteacd anyone l eve@elm.test lrskxtecd
    1S: e OK …
    2C: f MYRIGHTS "#users/bob@elm.test/Work"
    2S: * MYRIGHTS #users/bob@elm.test/Work lrskxtecd
    2S: f OK …
    1C: g MYRIGHTS Work
    1S: * MYRIGHTS Work lrswipkxteacd
    1S: g OK …
    1C: h LISTRIGHTS Work eve@elm.test
    1S: * LISTRIGHTS Work eve@elm.test "" l r s w i p k x t e a c d
    1S: h OK …
    1C: i LISTRIGHTS Work bob@elm.test
    1S: * LISTRIGHTS Work bob@elm.test lrswipkxteacd
    1S: i OK …
    1C: j SETACL Work eve@elm.test lz
    1S: j BAD …
    1C: k SETACL Work nobody@elm.test l
    1S: k NO …
    1C: l SETACL Work -eve@elm.test l
    1S: l NO …
    1C: m DELETEACL Work bob@elm.test
    1S: m NO …
    1C: n DELETEACL Work eve@elm.test
    1S: n OK …
    2C: o MYRIGHTS #users/bob@elm.test/Work
    2S: * MYRIGHTS #users/bob@elm.test/Work l
    2S: o OK …
    1C: p DELETEACL Work anyone
    1S: p OK …
    2C: q MYRIGHTS #users/bob@elm.test/Work
    2S: q NO [NONEXISTENT] …`);
});

test('what others share is listed below #users, with rights if asked, and is not there for anybody else', async () => {
  await using room = await ReadingRoom.open();
  const [bob, eve] = [await room.reader('bob@elm.test'), await room.reader()];
  await play({ 1: bob, 2: eve }, String.raw`
    1C: a CREATE Work/Deep
    1S: a OK …
    1C: b SETACL Work/Deep eve@elm.test lr
    1S: b OK …
    1C: c SETACL Archive eve@elm.test r
    1S: c OK …
    2C: d LIST "" #users/*
    2S: * LIST (\HasNoChildren) "/" #users/bob@elm.test/Work/Deep
    2S: d OK …
    2C: e LIST "" #% RETURN (MYRIGHTS)
    2S: * LIST (\NonExistent \HasChildren) "/" #users
    2S: e OK …
    2C: f LIST #users/ * RETURN (MYRIGHTS)
    2S: * LIST (\HasNoChildren) "/" #users/bob@elm.test/Work/Deep
    2S: * MYRIGHTS #users/bob@elm.test/Work/Deep lr
    2S: f OK …
    2C: g SUBSCRIBE #users/bob@elm.test/Work/Deep
    2S: g OK …
    2C: h LSUB "" #users/*
    2S: * LSUB () "/" #users/bob@elm.test/Work/Deep
    2S: h OK …
    2C: i CREATE #users/eve
    2S: i NO …
    2C: j CREATE #users
    2S: j NO …
    2C: k RENAME Trash #users/bob@elm.test/Work/Deep/mine
    2S: k NO [NOPERM] …`);
});

test('a mailbox made below a shared one is shared like it', async () => {
  await using room = await ReadingRoom.open();
  const [bob, eve] = [await room.reader('bob@elm.test'), await room.reader()];
  await play({ 1: bob, 2: eve }, String.raw`
    1C: a CREATE Work
    1S: a OK …
    1C: b SETACL Work eve@elm.test lrik
    1S: b OK …
    2C: c CREATE #users/bob@elm.test/Work/New
    2S: c OK …
    2C: d MYRIGHTS #users/bob@elm.test/Work/New
    2S: * MYRIGHTS #users/bob@elm.test/Work/New lrikc
    2S: d OK …
    1C: e LIST "" Work/*
    1S: * LIST (\HasNoChildren) "/" Work/New
    1S: e OK …`);
});

test('letters go between accounts, and each hears of them in its own mailbox', async () => {
  await using room = await ReadingRoom.open();
  await room.put(HELLO, { user: 'bob@elm.test' });
  await room.put(HELLO);
  const [bob, eve] = [await room.reader('bob@elm.test'), await room.reader()];
  await bob.command('x', 'SETACL INBOX eve@elm.test lrswite');
  await bob.command('open', 'SELECT INBOX');
  await eve.command('open', 'SELECT INBOX');
  await play({ 1: bob, 2: eve }, String.raw`
    2C: a MOVE 1 #users/bob@elm.test/INBOX
    2S: * OK [COPYUID … 1 2] …
    2S: * 1 EXPUNGE
    2S: * 0 RECENT
    2S: a OK …
    1C: b NOOP
    1S: * 2 EXISTS
    1S: * 2 RECENT
    1S: b OK …
    2C: c SELECT #users/bob@elm.test/INBOX`);
  while (!(await eve.line())?.startsWith('c OK')) continue;
  await play({ 1: bob, 2: eve }, String.raw`
    2C: d COPY 1 Archive
    2S: d OK [COPYUID … 1 1] …
    2C: e STORE 2 +FLAGS.SILENT (\Deleted)
    2S: e OK …
    2C: f EXPUNGE
    2S: * 2 EXPUNGE
    2S: f OK …
    1C: g NOOP
    1S: * 2 EXPUNGE
    1S: * 1 RECENT
    1S: g OK …
    2C: h STATUS Archive (MESSAGES)
    2S: * STATUS Archive (MESSAGES 1)
    2S: h OK …`);
});
