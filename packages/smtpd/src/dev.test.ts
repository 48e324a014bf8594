/**
 * What `posthorn dev` makes of the submission session, with the real store, directory and planner.
 */
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { createPlanner } from '@posthorn/delivery/planner.ts';
import { createOpenDirectory } from '@posthorn/directory/open-directory.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import { uid } from '@posthorn/store/ids.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import type { Store } from '@posthorn/store/store.ts';
import { sign } from '@posthorn/trust/signer.ts';
import { noFaults } from '@posthorn/world/fault.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { realRandom } from '@posthorn/world/node/random.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createServerContext } from '@posthorn/world/tls.ts';
import { createReceiver } from './receiver.ts';
import { submissionSessions } from './submission.ts';
import { Peer } from './testing/peer.ts';

interface Dev {
  readonly store: Store;
  readonly port: number;
  readonly log: MemoryLog;
  connect(): Promise<Peer>;
  close(): Promise<void>;
}

async function openDev(): Promise<Dev> {
  const log = new MemoryLog();
  const world = { clock: realClock, random: realRandom, log };
  const store = await openSqliteStore({ path: ':memory:', ...world });
  const directory = createOpenDirectory({ store, clock: realClock });
  const context = createServerContext(makeCertificate({ names: ['localhost'] }));
  const receiver = createReceiver({
    ...world,
    name: 'submission',
    protocol: 'smtp',
    hostname: 'localhost',
    net: nodeNet,
    faults: noFaults,
    tls: () => ({ context }),
    sessions: submissionSessions({
      ...world, hostname: 'localhost', store, directory, planner: createPlanner({ directory, clock: realClock }), sign, expire: 1000,
      policy: { isClearAuthAllowed: true, isTrusted: () => true, addsMissing: false },
    }),
  });
  const { endpoint } = await receiver.listen({ host: '127.0.0.1', port: 0 });
  const port = 'port' in endpoint ? endpoint.port : 0;
  return {
    store,
    port,
    log,
    connect: async () => {
      const peer = new Peer(await nodeNet.connect({ host: '127.0.0.1', port }));
      await peer.reply();
      return peer;
    },
    close: async () => {
      await receiver.close(100);
      await store.close();
    },
  };
}

/** The letters in somebody's INBOX, as a reader gets them, our own fields apart. */
async function inbox({ store }: Dev, address: string): Promise<readonly { prefix: string; content: string; letter: LetterId }[]> {
  const account = await store.accounts.byAddress(address);
  const mailbox = account === undefined ? undefined : await store.mailboxes.byName(account.id, 'INBOX');
  if (account === undefined || mailbox === undefined) return [];
  const key = { account: account.id, mailbox: mailbox.id };
  const rows = await store.messages.rows(key, Array.from({ length: mailbox.uidNext - 1 }, (_, index) => uid(index + 1)));
  const letters: { prefix: string; content: string; letter: LetterId }[] = [];
  for (const row of rows) {
    const chunks: Buffer[] = [];
    for await (const chunk of store.messages.read(row)) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    letters.push({ prefix: row.prefix.toString(), content: whole.subarray(row.prefix.length).toString('latin1'), letter: row.letter });
  }
  return letters;
}

test('any recipient of any domain is taken, without AUTH, and has the letter in a mailbox of its own', async () => {
  const dev = await openDev();
  const peer = await dev.connect();
  for (const line of ['EHLO app', 'MAIL FROM:<app@anywhere.test>', 'RCPT TO:<bob@x.test>', 'RCPT TO:<bob+x@x.test>', 'RCPT TO:<Postmaster>', 'DATA']) {
    expect(await peer.say(line)).toMatch(/^(250|354)/);
  }
  expect(await peer.say('Subject: no Date, no Message-ID\n\nbare\n..line ends\r\n.')).toMatch(/^250 2\.0\.0 Ok: delivered as /);
  for (const address of ['bob@x.test', 'bob+x@x.test', 'postmaster@localhost']) {
    const [letter, ...others] = await inbox(dev, address);
    expect(letter?.content).toBe('Subject: no Date, no Message-ID\r\n\r\nbare\r\n.line ends\r\n');
    expect(letter?.prefix).toContain(`Delivered-To: ${address}\r\n`);
    expect(others).toEqual([]);
  }
  const { entries } = await dev.store.ledger.ofLetter((await inbox(dev, 'bob@x.test'))[0]?.letter ?? expect.fail('no letter'));
  expect(entries.map(({ act }) => act)).toEqual(['accepted', 'placed', 'placed', 'placed']);
  await dev.close();
});

const TEXT = '.starts with a dot\r\n..two dots\r\n\r\ngrün 🐝\r\n.\r\nends';

test.each([
  ['without AUTH, in clear', { ignoreTLS: true }],
  ['with AUTH PLAIN under STARTTLS', { requireTLS: true, auth: { user: 'anyone', pass: 'anything' } }],
  ['with AUTH LOGIN in clear', { ignoreTLS: true, authMethod: 'LOGIN', auth: { user: 'a@b.test', pass: 'x' } }],
])('nodemailer sends %s, and the letter is byte for byte what it composed', async (_, options) => {
  const dev = await openDev();
  const transport = createTransport({ host: '127.0.0.1', port: dev.port, tls: { rejectUnauthorized: false }, ...options });
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const { message } = await composer.sendMail({
    from: 'App <app@x.test>', to: 'bob@x.test', subject: 'Schöne Grüße', text: TEXT,
    attachments: [{ filename: 'größe.bin', content: Buffer.from(Array.from({ length: 20_000 }, (_, index) => index & 255)) }],
  });
  const raw = Buffer.isBuffer(message) ? message : expect.fail('no message');
  await transport.sendMail({ envelope: { from: 'app@x.test', to: ['bob@x.test'] }, raw });
  transport.close();
  const [letter] = await inbox(dev, 'bob@x.test');
  expect(letter?.content).toBe(raw.toString('latin1').replace(/(?<!\r\n)$/, '\r\n'));
  await dev.close();
});

test('a large letter goes through in pieces, and comes back whole', async () => {
  const dev = await openDev();
  const peer = await dev.connect();
  for (const line of ['EHLO app', 'MAIL FROM:<>', 'RCPT TO:<bob@x.test>', 'DATA']) await peer.say(line);
  const content = Buffer.from(`Subject: large\r\n\r\n${'.A line that begins with a dot.\r\n'.repeat(60_000)}`);
  await peer.sendSlowly(Buffer.from(`${content.toString().replaceAll(/^\./gm, '..')}.\r\n`));
  expect(await peer.reply()).toMatch(/^250 /);
  expect((await inbox(dev, 'bob@x.test'))[0]?.content).toBe(content.toString());
  await dev.close();
});
