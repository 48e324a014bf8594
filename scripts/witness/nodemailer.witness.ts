/**
 * nodemailer sends, imapflow reads: the two that most Node programs use.
 */
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { awkwardLetter, endsWithSent } from './lib/letters.ts';
import { startDev } from './lib/posthorn.ts';

test('nodemailer sends and imapflow fetches the same octets, told by IDLE', async () => {
  await using office = await startDev();
  const client = new ImapFlow({ host: office.imap.host, port: office.imap.port, secure: false, auth: { user: 'eve@elm.test', pass: 'any' }, logger: false, tls: { rejectUnauthorized: false } });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  const told = new Promise<number>((resolve) => {
    client.on('exists', ({ count }: { count: number }) => resolve(count));
  });
  const idling = client.idle();
  const transport = createTransport({ host: office.smtp.host, port: office.smtp.port, tls: { rejectUnauthorized: false }, auth: { user: 'ann', pass: 'any' } });
  const sent = awkwardLetter('ann@ash.test', 'eve@elm.test', 'nodemailer-1');
  await transport.sendMail({ envelope: { from: 'ann@ash.test', to: ['eve@elm.test'] }, raw: sent });
  expect(await told).toBe(1);
  const message = await client.fetchOne('1', { source: true, envelope: true, bodyStructure: true, flags: true });
  await idling;
  if (message === false || message.source === undefined) throw new Error('no message');
  expect(endsWithSent(message.source, sent)).toBe(true);
  expect(message.envelope?.subject).toBe('Grüße, 世界: nodemailer-1');
  expect(message.bodyStructure?.childNodes?.map(({ type }) => type)).toEqual(['text/plain', 'application/octet-stream']);
  expect((await simpleParser(message.source)).attachments[0]?.content.length).toBe(256);
  await client.messageFlagsAdd('1', ['\\Flagged']);
  await client.messageMove('1', 'Archive');
  expect(await client.status('Archive', { messages: true })).toMatchObject({ messages: 1 });
  lock.release();
  await client.logout();
  transport.close();
});

test('nodemailer composes a letter with attachments and it arrives whole', async () => {
  await using office = await startDev();
  const transport = createTransport({ host: office.smtp.host, port: office.smtp.port, ignoreTLS: true });
  await transport.sendMail({ from: 'ann@ash.test', to: 'eve@elm.test', subject: 'Ünïcödé', text: 'plain', html: '<b>rich</b>', attachments: [{ filename: 'ä.txt', content: 'x'.repeat(100_000) }] });
  const client = new ImapFlow({ host: office.imap.host, port: office.imap.port, secure: false, auth: { user: 'eve@elm.test', pass: 'any' }, logger: false, tls: { rejectUnauthorized: false } });
  await client.connect();
  await client.mailboxOpen('INBOX');
  const message = await client.fetchOne('1', { source: true });
  if (message === false || message.source === undefined) throw new Error('no message');
  const parsed = await simpleParser(message.source);
  expect(parsed.subject).toBe('Ünïcödé');
  expect(parsed.html).toContain('<b>rich</b>');
  expect(parsed.attachments[0]?.filename).toBe('ä.txt');
  expect(parsed.attachments[0]?.content.toString()).toBe('x'.repeat(100_000));
  await client.logout();
  transport.close();
});
