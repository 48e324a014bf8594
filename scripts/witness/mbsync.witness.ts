/**
 * mbsync keeps a Maildir and our mailboxes the same, both ways, flags and deletions included.
 */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { expect, test } from 'vitest';
import { awkwardLetter } from './lib/letters.ts';
import { startDev, temporaryFolder } from './lib/posthorn.ts';
import { run } from './lib/program.ts';

test('mbsync carries letters, flags and deletions in both directions', async () => {
  await using office = await startDev();
  await using folder = await temporaryFolder();
  const maildir = join(folder.path, 'mail');
  await mkdir(maildir);
  const rc = join(folder.path, 'mbsyncrc');
  await writeFile(rc, `
IMAPAccount ours
Host ${office.imap.host}
Port ${office.imap.port}
User eve@elm.test
Pass any
SSLType None
AuthMechs LOGIN

IMAPStore far
Account ours

MaildirStore near
Path ${maildir}/
Inbox ${maildir}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
`);
  const sync = (): Promise<Buffer> => run('mbsync', ['-c', rc, '-a'], { env: { HOME: folder.path } });
  const near = async (box: string): Promise<readonly string[]> =>
    (await Promise.all(['cur', 'new'].map(async (part) => (await readdir(join(maildir, box, part))).map((name) => join(maildir, box, part, name))))).flat().toSorted();

  const client = new ImapFlow({ host: office.imap.host, port: office.imap.port, secure: false, auth: { user: 'eve@elm.test', pass: 'any' }, logger: false, doSTARTTLS: false });
  await client.connect();
  const letters = [1, 2, 3].map((number) => awkwardLetter('ann@ash.test', 'eve@elm.test', `mbsync-${number}`));
  for (const letter of letters) await client.append('INBOX', letter, []);
  await sync();
  const copies = await near('INBOX');
  expect(copies).toHaveLength(3);
  const bodies = await Promise.all(copies.map((path) => readFile(path, 'latin1')));
  // Maildir has bare line feeds, and mbsync adds a header line of its own to know a letter again.
  const plain = bodies.map((body) => body.replaceAll(/^X-TUID: .*\n/gm, '')).toSorted();
  expect(plain).toEqual(letters.map((letter) => letter.toString('latin1').replaceAll('\r\n', '\n')).toSorted());

  // Near: one flagged, one deleted, one new. Far: one seen.
  const [first, second] = copies;
  if (first === undefined || second === undefined) throw new Error('no copies');
  await rename(first, join(maildir, 'INBOX', 'cur', `${first.split('/').at(-1)?.replace(/:2,.*$/, '')}:2,FS`));
  await rm(second);
  await writeFile(join(maildir, 'INBOX', 'new', '1.witness'), 'From: a@b.test\nSubject: from near\n\nhello\n');
  await client.mailboxOpen('INBOX');
  await client.messageFlagsAdd('3', ['\\Answered']);
  await sync();
  await client.noop();
  const far = [];
  for await (const message of client.fetch('1:*', { flags: true, envelope: true })) far.push(`${message.envelope?.subject} ${[...(message.flags ?? [])].filter((flag) => flag !== '\\Recent').toSorted().join(' ')}`);
  expect(far).toHaveLength(3);
  expect(far.filter((line) => line.includes('\\Flagged \\Seen'))).toHaveLength(1);
  expect(far.filter((line) => line.includes('from near'))).toHaveLength(1);
  expect((await near('INBOX')).filter((path) => /:2,.*R/.test(path))).toHaveLength(1);
  await client.messageDelete('1:*');
  await client.logout();
  await sync();
  expect(await near('INBOX')).toHaveLength(0);
});
