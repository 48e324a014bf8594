/**
 * Two hosts for two domains find each other through a real DNS server (nsd).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { awkwardLetter, endsWithSent } from './lib/letters.ts';
import { startNsd } from './lib/nsd.ts';
import { freePort } from './lib/ports.ts';
import { startServe, temporaryFolder } from './lib/posthorn.ts';

function toml(options: { readonly domain: string; readonly address: string; readonly mxPort: number; readonly dnsPort: number }): string {
  return `
hostname = "mx.${options.domain}"
data = "data"
[[domain]]
name = "${options.domain}"
[[listener]]
protocol = "smtp"
address = "${options.address}:${options.mxPort}"
[[listener]]
protocol = "submission"
address = "${options.address}:0"
[[listener]]
protocol = "imap"
address = "${options.address}:0"
[dns]
servers = ["127.0.0.1:${options.dnsPort}"]
[relay]
port = ${options.mxPort}
`;
}

test('a letter submitted at ash is read at elm, signed and judged on its way; one to nobody comes back', async () => {
  await using folder = await temporaryFolder();
  const mxPort = await freePort();
  const zones = (dkim: readonly string[]): Readonly<Record<string, readonly string[]>> => ({
    'ash.test': ['@ IN MX 10 mx', 'mx IN A 127.0.0.2', '@ IN TXT "v=spf1 ip4:127.0.0.0/8 -all"', '_dmarc IN TXT "v=DMARC1; p=reject"', ...dkim],
    'elm.test': ['@ IN MX 20 mx', '@ IN MX 10 gone', 'gone IN A 127.0.0.9', 'mx IN A 127.0.0.3'],
  });
  const dnsPort = await freePort();
  for (const name of ['ash', 'elm', 'dns']) await mkdir(join(folder.path, name));
  await using ash = await startServe(join(folder.path, 'ash'), toml({ domain: 'ash.test', address: '127.0.0.2', mxPort, dnsPort }), { 'ann@ash.test': 'secret-of-ann' });
  await using elm = await startServe(join(folder.path, 'elm'), toml({ domain: 'elm.test', address: '127.0.0.3', mxPort, dnsPort }), { 'eve@elm.test': 'secret-of-eve' });
  const { keys }: { readonly keys: readonly { readonly record: { readonly name: string; readonly value: string } }[] } = JSON.parse(await ash.posthorn(['domain', 'dkim', 'ash.test', '--json']));
  const records = keys.map(({ record: { name, value } }) => `${name}. IN TXT ${value.match(/.{1,250}/g)?.map((piece) => `"${piece}"`).join(' ')}`);
  await using dns = await startNsd(join(folder.path, 'dns'), zones(records), dnsPort);
  expect(dns.port).toBe(dnsPort);

  const submission = ash.at('submission');
  const transport = createTransport({ host: submission.host, port: submission.port, requireTLS: true, tls: { rejectUnauthorized: false }, auth: { user: 'ann@ash.test', pass: 'secret-of-ann' } });
  const sent = awkwardLetter('ann@ash.test', 'eve@elm.test', 'two-hosts-1');
  const imap = elm.at('imap');
  const client = new ImapFlow({ host: imap.host, port: imap.port, secure: false, tls: { rejectUnauthorized: false }, auth: { user: 'eve@elm.test', pass: 'secret-of-eve' }, logger: false });
  await client.connect();
  await client.mailboxOpen('INBOX');
  const arrived = new Promise<void>((resolve) => {
    client.on('exists', () => resolve());
  });
  const idling = client.idle();
  await transport.sendMail({ envelope: { from: 'ann@ash.test', to: ['eve@elm.test', 'nobody@elm.test'] }, raw: sent });
  await arrived;
  const message = await client.fetchOne('1', { source: true });
  await idling;
  if (message === false || message.source === undefined) throw new Error('no message');
  expect(endsWithSent(message.source, sent)).toBe(true);
  const header = message.source.subarray(0, message.source.length - sent.length).toString();
  expect(header).toMatch(/^Authentication-Results: mx\.elm\.test;/m);
  expect(header.replaceAll(/\r\n[ \t]+/g, ' ')).toMatch(/spf=pass.*dkim=pass.*dmarc=pass|dkim=pass.*spf=pass.*dmarc=pass/);
  expect(header.match(/^DKIM-Signature:/gm)).toHaveLength(2);
  await client.logout();

  const back = ash.at('imap');
  const ann = new ImapFlow({ host: back.host, port: back.port, secure: false, tls: { rejectUnauthorized: false }, auth: { user: 'ann@ash.test', pass: 'secret-of-ann' }, logger: false });
  await ann.connect();
  const mailbox = await ann.mailboxOpen('INBOX');
  if (mailbox.exists === 0) {
    const returned = new Promise<void>((resolve) => {
      ann.on('exists', () => resolve());
    });
    const waiting = ann.idle();
    await returned;
    await ann.noop();
    await waiting;
  }
  const notice = await ann.fetchOne('1', { source: true });
  if (notice === false || notice.source === undefined) throw new Error('no notice');
  expect(notice.source.toString()).toMatch(/^Content-Type: multipart\/report;\s+report-type=delivery-status/m);
  expect(notice.source.toString()).toMatch(/^Final-Recipient: rfc822; ?nobody@elm\.test/m);
  expect(notice.source.toString()).toMatch(/^Status: 5\.1\.1/m);
  expect(notice.source.toString()).not.toMatch(/^Final-Recipient: rfc822; ?eve@elm\.test/m);
  await ann.logout();
  transport.close();

  const journey = await ash.posthorn(['trace', 'eve@elm.test']);
  expect(journey).toMatch(/mx\.elm\.test/);
});
