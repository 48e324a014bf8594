/**
 * Postfix as a neighbour: it relays to us, we relay to it, and it hands letters over by LMTP.
 */
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { startPostfix } from '../peers/postfix.ts';
import { awkwardLetter, endsWithSent } from './lib/letters.ts';
import { startNsd } from './lib/nsd.ts';
import { freePort } from './lib/ports.ts';
import { startServe, temporaryFolder } from './lib/posthorn.ts';
import type { ServedHost } from './lib/posthorn.ts';

/** The only letter in eve's INBOX, when it has come. */
async function letterOf(host: ServedHost, user: string): Promise<Buffer> {
  const imap = host.at('imap');
  const client = new ImapFlow({ host: imap.host, port: imap.port, secure: false, tls: { rejectUnauthorized: false }, auth: { user, pass: 'a-long-secret' }, logger: false });
  await client.connect();
  const mailbox = await client.mailboxOpen('INBOX');
  if (mailbox.exists === 0) {
    const arrived = new Promise<void>((resolve) => {
      client.on('exists', () => resolve());
    });
    const idling = client.idle();
    await arrived;
    await client.noop();
    await idling;
  }
  const message = await client.fetchOne('1', { source: true });
  await client.logout();
  if (message === false || message.source === undefined) throw new Error('no message');
  return message.source;
}

test('letters go between Postfix and us in both directions, and by LMTP', async () => {
  await using folder = await temporaryFolder();
  for (const name of ['ours', 'dns', 'theirs']) await mkdir(join(folder.path, name));
  const [mxPort, dnsPort, lmtpPort] = [await freePort(), await freePort(), await freePort()];
  await using _dns = await startNsd(join(folder.path, 'dns'), {
    'oak.test': ['@ IN MX 10 mx', 'mx IN A 127.0.0.4'],
    'elm.test': ['@ IN MX 10 mx', 'mx IN A 127.0.0.3'],
  }, dnsPort);
  await using elm = await startServe(join(folder.path, 'ours'), `
hostname = "mx.elm.test"
data = "data"
[[domain]]
name = "elm.test"
[[domain]]
name = "pine.test"
[[listener]]
protocol = "smtp"
address = "127.0.0.3:${mxPort}"
[[listener]]
protocol = "submission"
address = "127.0.0.3:0"
[[listener]]
protocol = "lmtp"
address = "127.0.0.3:${lmtpPort}"
[[listener]]
protocol = "imap"
address = "127.0.0.3:0"
[dns]
servers = ["127.0.0.1:${dnsPort}"]
[relay]
port = ${mxPort}
`, { 'eve@elm.test': 'a-long-secret', 'pat@pine.test': 'a-long-secret' });
  const maildir = join(folder.path, 'theirs', 'mail');
  await mkdir(maildir);
  await chmod(maildir, 0o777);
  await chmod(folder.path, 0o755);
  await using _postfix = await startPostfix({
    folder: join(folder.path, 'theirs'), hostname: 'mx.oak.test', address: '127.0.0.4', port: mxPort,
    transport: [`elm.test smtp:[127.0.0.3]:${mxPort}`, `pine.test lmtp:inet:127.0.0.3:${lmtpPort}`],
    main: ['virtual_mailbox_domains = oak.test', `virtual_mailbox_base = ${maildir}`, 'virtual_mailbox_maps = static:all/', 'virtual_minimum_uid = 1', 'virtual_uid_maps = static:65534', 'virtual_gid_maps = static:65534', 'smtp_tls_security_level = may'],
  });

  const toPostfix = createTransport({ host: '127.0.0.4', port: mxPort, ignoreTLS: true });
  for (const recipient of ['eve@elm.test', 'pat@pine.test']) {
    const sent = awkwardLetter('bob@oak.test', recipient, `postfix-${recipient}`);
    await toPostfix.sendMail({ envelope: { from: 'bob@oak.test', to: [recipient] }, raw: sent });
    expect(endsWithSent(await letterOf(elm, recipient), sent), recipient).toBe(true);
  }

  const submission = elm.at('submission');
  const toUs = createTransport({ host: submission.host, port: submission.port, requireTLS: true, tls: { rejectUnauthorized: false }, auth: { user: 'eve@elm.test', pass: 'a-long-secret' } });
  const sent = awkwardLetter('eve@elm.test', 'bob@oak.test', 'postfix-out');
  await toUs.sendMail({ envelope: { from: 'eve@elm.test', to: ['bob@oak.test'] }, raw: sent });
  let found: readonly string[] = [];
  for (let tries = 400; tries > 0 && found.length === 0; tries -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    found = globSync(`${maildir}/all/new/*`);
  }
  const received = await readFile(found[0] ?? 'no letter came to Postfix', 'latin1');
  expect(received.endsWith(sent.toString('latin1').replaceAll('\r\n', '\n'))).toBe(true);
  toPostfix.close();
  toUs.close();
});
