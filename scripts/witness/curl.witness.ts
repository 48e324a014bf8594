/**
 * curl sends by SMTP and reads by IMAP, in clear and over STARTTLS.
 */
import { expect, test } from 'vitest';
import { awkwardLetter, endsWithSent } from './lib/letters.ts';
import { startDev } from './lib/posthorn.ts';
import { run } from './lib/program.ts';

test('curl sends a letter by SMTP and fetches the same octets by IMAP', async () => {
  await using office = await startDev();
  const sent = awkwardLetter('ann@ash.test', 'eve@elm.test', 'curl-1');
  await run('curl', ['-sS', `smtp://${office.smtp.host}:${office.smtp.port}`, '--mail-from', 'ann@ash.test', '--mail-rcpt', 'eve@elm.test', '-T', '-'], { input: sent });
  const fetched = await run('curl', ['-sS', `imap://${office.imap.host}:${office.imap.port}/INBOX;UID=1`, '-u', 'eve@elm.test:any']);
  expect(endsWithSent(fetched, sent)).toBe(true);
});

test('curl does the same over STARTTLS with AUTH', async () => {
  await using office = await startDev();
  const sent = awkwardLetter('ann@ash.test', 'eve+x@elm.test', 'curl-2');
  await run('curl', ['-sSk', '--ssl-reqd', `smtp://${office.smtp.host}:${office.smtp.port}`, '-u', 'ann@ash.test:secret', '--mail-from', 'ann@ash.test', '--mail-rcpt', 'eve+x@elm.test', '-T', '-'], { input: sent });
  const fetched = await run('curl', ['-sSk', '--ssl-reqd', `imap://${office.imap.host}:${office.imap.port}/INBOX;UID=1`, '-u', 'eve+x@elm.test:any']);
  expect(endsWithSent(fetched, sent)).toBe(true);
  const found = await run('curl', ['-sS', `imap://${office.imap.host}:${office.imap.port}/INBOX?SUBJECT%20curl-2`, '-u', 'eve+x@elm.test:any']);
  expect(found.toString()).toMatch(/SEARCH 1\b/);
});
