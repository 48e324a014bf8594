/**
 * mutt, in batch: sends through the SMTP port and moves a letter in its IMAP mailbox.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDev, temporaryFolder } from './lib/posthorn.ts';
import { run } from './lib/program.ts';

test('mutt sends with an attachment, then saves what it reads to another mailbox', async () => {
  await using office = await startDev();
  await using folder = await temporaryFolder();
  const rc = join(folder.path, 'muttrc');
  const attachment = join(folder.path, 'all.bin');
  await writeFile(attachment, Buffer.from(Array.from({ length: 256 }, (_, index) => index)));
  await writeFile(rc, [
    `set smtp_url = "smtp://${office.smtp.host}:${office.smtp.port}/"`,
    'set ssl_starttls = no', 'set ssl_force_tls = no',
    'set from = "ann@ash.test"', 'set realname = "Ann Jörgensen"', 'set use_envelope_from = yes',
    'set copy = no', 'set charset = "utf-8"', 'set send_charset = "utf-8"', 'set hostname = "ash.test"',
    `set imap_user = "eve@elm.test"`, 'set imap_pass = "any"',
    `set spoolfile = "imap://${office.imap.host}:${office.imap.port}/INBOX"`,
    `set folder = "imap://${office.imap.host}:${office.imap.port}/"`,
    'set imap_check_subscribed = no', 'set sort = mailbox-order', 'set quit = yes', 'set delete = yes', 'set confirmappend = no', 'set confirmcreate = no',
  ].join('\n'));
  const env = { HOME: folder.path, LC_ALL: 'C.UTF-8', TERM: 'vt100' };
  await run('mutt', ['-F', rc, '-s', 'Grüße, 世界', '-a', attachment, '--', 'eve@elm.test'], { input: 'caf\u00e9\n.\nFrom here on\n', env });
  const sent = await run('curl', ['-sS', `imap://${office.imap.host}:${office.imap.port}/INBOX;UID=1`, '-u', 'eve@elm.test:any']);
  expect(sent.toString()).toContain(Buffer.from(Array.from({ length: 54 }, (_, index) => index)).toString('base64'));
  expect(sent.toString()).toMatch(/^From: Ann =\?utf-8\?/m);
  // Reading needs a terminal: script(1) makes one.
  await run('script', ['-qec', `mutt -F ${rc} -e 'push "<save-message>=Archive<enter><sync-mailbox><quit>"'`, '/dev/null'], { env });
  const counts = await run('curl', ['-sS', `imap://${office.imap.host}:${office.imap.port}/`, '-u', 'eve@elm.test:any', '-X', 'STATUS Archive (MESSAGES)']);
  expect(counts.toString()).toContain('MESSAGES 1');
});
