/**
 * One letter through all four steps, on loopback.
 *
 * Two hosts for two domains, each a process with its own store, and a DNS server of ours between
 * them. A letter is submitted at one and read at the other; then both ledgers tell its journey.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { startDnsServer } from '../../packages/world/src/node/dns-server.ts';
import { startServe, temporaryFolder } from '../witness/lib/posthorn.ts';
import type { ServedHost } from '../witness/lib/posthorn.ts';
import { freePort } from '../witness/lib/ports.ts';

const PASSWORD = 'correct horse battery staple';

function toml(domain: string, address: string, ports: { readonly mx: number; readonly dns: number }): string {
  const listener = (protocol: string, port: number): string => `[[listener]]\nprotocol = "${protocol}"\naddress = "${address}:${port}"\n`;
  return `hostname = "mx.${domain}"\ndata = "data"\n[[domain]]\nname = "${domain}"\n${listener('smtp', ports.mx)}${listener('submission', 0)}${listener('imap', 0)}
[dns]\nservers = ["127.0.0.1:${ports.dns}"]\n[relay]\nport = ${ports.mx}\n`;
}

function say(text: string): void {
  console.log(text);
}

/** Reads the newest letter of a user as it comes: told by IDLE, then fetched. */
async function receive(host: ServedHost, user: string, send: () => Promise<unknown>): Promise<string> {
  const { host: address, port } = host.at('imap');
  const client = new ImapFlow({ host: address, port, secure: false, tls: { rejectUnauthorized: false }, auth: { user, pass: PASSWORD }, logger: false });
  await client.connect();
  await client.mailboxOpen('INBOX');
  const arrived = new Promise<void>((resolve) => {
    client.on('exists', () => resolve());
  });
  const idling = client.idle();
  await send();
  await arrived;
  const message = await client.fetchOne('*', { source: true });
  await idling;
  await client.logout();
  if (message === false || message.source === undefined) throw new Error('the letter did not come');
  return message.source.toString();
}

await using folder = await temporaryFolder();
for (const name of ['ash', 'elm']) await mkdir(join(folder.path, name));
const mx = await freePort();
const dns = await startDnsServer({
  host: '127.0.0.1',
  port: 0,
  zone: {
    'ash.test': { mx: [{ preference: 10, exchange: 'mx.ash.test' }], txt: ['v=spf1 ip4:127.0.0.0/8 -all'] },
    'mx.ash.test': { a: ['127.0.0.2'] },
    'elm.test': { mx: [{ preference: 10, exchange: 'mx.elm.test' }] },
    'mx.elm.test': { a: ['127.0.0.3'] },
  },
});
const ports = { mx, dns: dns.port };
const [ash, elm] = await Promise.all([
  startServe(join(folder.path, 'ash'), toml('ash.test', '127.0.0.2', ports), { 'ann@ash.test': PASSWORD }),
  startServe(join(folder.path, 'elm'), toml('elm.test', '127.0.0.3', ports), { 'eve@elm.test': PASSWORD }),
]);
try {
  say('Two hosts are up: mx.ash.test on 127.0.0.2 and mx.elm.test on 127.0.0.3, and a DNS server between them.');
  say('ann@ash.test submits a letter for eve@elm.test at her own host …\n');
  const { host, port } = ash.at('submission');
  const transport = createTransport({ host, port, requireTLS: true, tls: { rejectUnauthorized: false }, auth: { user: 'ann@ash.test', pass: PASSWORD } });
  const fetched = await receive(elm, 'eve@elm.test', () => transport.sendMail({
    newline: '\r\n',
    from: 'Ann Jørgensen <ann@ash.test>',
    to: 'eve@elm.test',
    subject: 'Grüße aus der Esche 🌳',
    text: 'Dear Eve,\n\nthis letter took the whole road: submission, queue, MX, mailbox.\n\nAnn\n',
    attachments: [{ filename: 'leaf.txt', content: 'A leaf from the ash tree.\n' }],
  }));
  transport.close();
  say(`Its journey, told by the ledger at ash:\n\n${await ash.posthorn(['trace', 'eve@elm.test'])}`);
  say(`… and by the ledger at elm:\n\n${await elm.posthorn(['trace', 'eve@elm.test'])}`);
  say(`The letter as eve fetched it over IMAP:\n\n${fetched.replaceAll('\r\n', '\n').replaceAll(/^/gm, '  | ')}`);
} finally {
  await Promise.all([ash.running.stop(), elm.running.stop()]);
  await dns.close();
}
