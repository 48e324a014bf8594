import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { openServer } from '../testing/server.ts';

const MBOX = `From ann@ash.test Mon Nov 23 12:00:00 2026
Subject: The plan
Status: RO
X-Status: F

We meet at nine.
>From there we walk.

From bob@oak.test Tue Nov 24 08:30:00 2026
Subject: Re: The plan

Fine.

`;

const keyboard = new Keyboard(ELM);
let close: () => Promise<void>;

beforeAll(async () => {
  const server = await openServer(keyboard);
  close = () => server.close();
  for (const name of ['ann', 'eve', 'ivy', 'max', 'mbo', 'eml']) await keyboard.types(`account add ${name}@elm.test`);
  writeFileSync(keyboard.path('mail.mbox'), MBOX);
});
afterAll(async () => {
  await close();
  keyboard[Symbol.dispose]();
});

/** What an account holds, as its archive says it, by its exported .eml files. */
async function files(address: string, name: string): Promise<readonly string[]> {
  const folder = `out-${name}`;
  expect((await keyboard.types(`mailbox export ${address} ${folder} --format eml`)).err).toBe('');
  return readdirSync(keyboard.path(folder), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.eml')).toSorted()
    .map((path) => `${path.split('/').slice(0, -1).join('/')}: ${readFileSync(keyboard.path(folder, path), 'latin1')}`);
}

const LETTERS = ['Sent: Subject: The plan\r\n\r\nWe meet at nine.\r\nFrom there we walk.\r\n', 'Sent: Subject: Re: The plan\r\n\r\nFine.\r\n'];

test('an mbox comes in while the server runs, and a second time nothing is kept twice', async () => {
  expect(await keyboard.types('mailbox import ann@elm.test mail.mbox --format mbox --mailbox Sent --dry-run')).toEqual({ status: 0, err: '', out: 'Would keep 2 letters; 0 were there already; 92 octets in all.\n' });
  expect(await keyboard.types('mailbox import ann@elm.test mail.mbox --format mbox --mailbox Sent')).toEqual({ status: 0, err: '', out: 'Kept 2 letters; 0 were there already; 92 octets in all.\n' });
  const again = await keyboard.types('mailbox import ann@elm.test mail.mbox --format mbox --mailbox Sent --json');
  expect(again.out.trim().split('\n').map((line) => JSON.parse(line))).toContainEqual({ event: 'done', kept: 0, present: 2, refused: 0, octets: 92 });
  expect(await files('ann@elm.test', 'first')).toEqual(LETTERS);
});

test.each([['mbox', 'mbo'], ['maildir', 'max']])('what is exported as %s comes back with flags and dates', async (format, name) => {
  await keyboard.types('mailbox import eve@elm.test mail.mbox --format mbox --mailbox Lists/Walks');
  expect((await keyboard.types(`mailbox export eve@elm.test ${format}-out --format ${format}`)).out).toBe(`Exported 2 letters to ${keyboard.path(`${format}-out`)}\n`);
  const path = format === 'mbox' ? `${format}-out/Lists/Walks.mbox --mailbox Lists/Walks` : `${format}-out`;
  expect((await keyboard.types(`mailbox import ${name}@elm.test ${path} --format ${format}`)).out).toBe('Kept 2 letters; 0 were there already; 92 octets in all.\n');
  await keyboard.types(`mailbox export ${name}@elm.test ${format}.tar --format archive`);
  const text = readFileSync(keyboard.path(`${format}.tar`), 'latin1');
  expect(text).toContain(`POSTHORN.date=${Date.UTC(2026, 10, 23, 12)}\n`);
  expect(text).toMatch(/POSTHORN\.flags=(\\Flagged \\Seen|\\Seen \\Flagged)\n/);
  expect(text).toContain('POSTHORN.mailbox=Lists/Walks\n');
});

test('an account goes out as one packed archive and comes back with no server running', async () => {
  expect(await keyboard.types('mailbox export ann@elm.test ann.tar.zst --format archive')).toMatchObject({ status: 0, err: '' });
  expect((await keyboard.types('mailbox export ann@elm.test ann.tar.zst --format archive')).err).toBe(`posthorn: ${keyboard.path('ann.tar.zst')} is there already; nothing is overwritten\n`);
  using other = new Keyboard(ELM);
  await other.types('account add ann@elm.test');
  expect((await other.types(`mailbox import ann@elm.test ${keyboard.path('ann.tar.zst')} --format archive`)).out).toMatch(/^Kept 2 letters; 0 were there already/);
  expect((await other.types(`mailbox import ann@elm.test ${keyboard.path('ann.tar.zst')} --format archive`)).out).toMatch(/^Kept 0 letters; 2 were there already/);
});

test('folders of .eml files go to mailboxes of their names, with the files\' times', async () => {
  mkdirSync(keyboard.path('letters', 'Work'), { recursive: true });
  writeFileSync(keyboard.path('letters', 'one.eml'), 'Subject: one\n\nline ends of any kind\r\n');
  writeFileSync(keyboard.path('letters', 'Work', 'two.eml'), 'Subject: two\r\n\r\nx\r\n');
  utimesSync(keyboard.path('letters', 'one.eml'), 1_700_000_000, 1_700_000_000);
  expect((await keyboard.types('mailbox import eml@elm.test letters --format eml')).out).toMatch(/^Kept 2 letters/);
  expect(await files('eml@elm.test', 'eml')).toEqual(['INBOX: Subject: one\r\n\r\nline ends of any kind\r\n', 'Work: Subject: two\r\n\r\nx\r\n']);
  await keyboard.types('mailbox export eml@elm.test eml.tar --format archive --mailbox INBOX');
  const text = readFileSync(keyboard.path('eml.tar'), 'latin1');
  expect(text).toContain('POSTHORN.date=1700000000000\n');
  expect(text).not.toContain('Subject: two');
});

test('a letter that cannot be kept is named, and the others are kept', async () => {
  writeFileSync(keyboard.path('mixed.mbox'), `${MBOX}From ann@ash.test Mon Nov 23 12:00:00 2026\nSubject: last\n\nx\n`);
  const archive = keyboard.path('bad.tar');
  await keyboard.types(`mailbox import ivy@elm.test mixed.mbox --format mbox`);
  await keyboard.types(`mailbox export ivy@elm.test ${archive} --format archive`);
  writeFileSync(archive, readFileSync(archive, 'latin1').replace('We meet at nine', 'We meet at five'), 'latin1');
  using other = new Keyboard(ELM);
  await other.types('account add ivy@elm.test');
  const said = await other.types(`mailbox import ivy@elm.test ${archive} --format archive`);
  expect(said.status).toBe(1);
  expect(said.err).toBe(`posthorn: not kept: letter 1 of ${archive}: it is not what it was when it was put into the archive: its hash differs\n`);
  expect(said.out).toMatch(/^Kept 2 letters; 0 were there already; 1 were refused/);
});

test('what cannot be meant is said in a sentence', async () => {
  expect((await keyboard.types('mailbox import nobody@elm.test mail.mbox --format mbox')).err).toBe('posthorn: There is no account nobody@elm.test.\n');
  expect((await keyboard.types('mailbox import ann@elm.test nowhere --format mbox')).err).toBe(`posthorn: there is no ${keyboard.path('nowhere')}\n`);
  expect((await keyboard.types('mailbox import ann@elm.test mail.mbox')).status).toBe(2);
  expect((await keyboard.types('mailbox import ann@elm.test mail.mbox --format maildir')).err).toContain('a Maildir is a folder');
  writeFileSync(keyboard.path('notes.txt'), 'These are not letters.\n');
  expect((await keyboard.types('mailbox import ann@elm.test notes.txt --format mbox')).err).toContain('is no mbox file');
  expect((await keyboard.types('mailbox import ann@elm.test notes.txt --format archive')).err).toBe('posthorn: the archive is cut short\n');
});
