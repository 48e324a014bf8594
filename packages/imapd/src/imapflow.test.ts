import { createSecureContext } from 'node:tls';
import { ImapFlow } from 'imapflow';
import { expect, onTestFinished, test } from 'vitest';
import { createOpenDirectory } from '@posthorn/directory/open-directory.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import { silentLog } from '@posthorn/world/log.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { realRandom } from '@posthorn/world/node/random.ts';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createImapServer } from './server.ts';
import { PARCEL } from './testing/letters.ts';

const { certificate, key } = makeCertificate({ names: ['imap.elm.test'] });

/** Over real sockets, for a foreign client. */
async function serve(): Promise<number> {
  const store = await openSqliteStore({ path: ':memory:', clock: realClock, log: silentLog });
  const server = createImapServer({
    net: nodeNet, clock: realClock, random: realRandom, log: silentLog, store, directory: createOpenDirectory({ store, clock: realClock }),
    tls: () => ({ context: createSecureContext({ cert: certificate, key }) }), isImplicitTls: false, isClearLoginAllowed: false, isScramOffered: false,
  });
  const { endpoint } = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await server.close(0);
    await store.close();
  });
  return 'port' in endpoint ? endpoint.port : 0;
}

function client(port: number): ImapFlow {
  return new ImapFlow({
    host: '127.0.0.1', port, secure: false, doSTARTTLS: true, logger: false,
    tls: { ca: certificate, servername: 'imap.elm.test' },
    auth: { user: 'eve@elm.test', pass: 'secret' },
  });
}

test('imapflow goes on the whole tour, under STARTTLS', async () => {
  const port = await serve();
  const flow = client(port);
  await flow.connect();
  expect(flow.secureConnection).toBe(true);
  expect((await flow.list()).map(({ path, specialUse }) => [path, specialUse ?? '']).toSorted()).toEqual([
    ['Archive', '\\Archive'], ['Drafts', '\\Drafts'], ['INBOX', '\\Inbox'], ['Junk', '\\Junk'], ['Sent', '\\Sent'], ['Trash', '\\Trash'],
  ]);
  await flow.mailboxCreate(['Büro', 'Über uns']);
  await expect(flow.status('Büro/Über uns', { messages: true, uidNext: true })).resolves.toMatchObject({ messages: 0, uidNext: 1 });

  const appended = await flow.append('INBOX', PARCEL, ['\\Flagged', '$Label1'], new Date('2026-01-06T10:00:00Z'));
  expect(appended).toMatchObject({ destination: 'INBOX', uid: 1 });
  const opened = await flow.mailboxOpen('INBOX');
  expect(opened).toMatchObject({ exists: 1, uidNext: 2, readOnly: false });

  const message = await flow.fetchOne('1', { source: true, envelope: true, bodyStructure: true, flags: true, internalDate: true, size: true, uid: true });
  if (message === false) throw new Error('no message');
  expect(message.source?.toString()).toBe(PARCEL);
  expect(message.size).toBe(Buffer.byteLength(PARCEL));
  expect(message.envelope).toMatchObject({ subject: 'Grüße aus Köln', from: [{ name: 'Jürgen', address: 'j@ash.test' }] });
  expect(message.bodyStructure?.childNodes?.map(({ type, part }) => [part, type])).toEqual([['1', 'text/plain'], ['2', 'message/rfc822'], ['3', 'image/png']]);
  expect([...message.flags ?? []].toSorted()).toEqual(['$Label1', '\\Flagged']);
  // It has enabled IMAP4rev2, which knows no \Recent.
  expect(flow.enabled.has('IMAP4REV2')).toBe(true);
  expect(message.internalDate).toEqual(new Date('2026-01-06T10:00:00Z'));
  const { content } = await flow.download('1', '1');
  const chunks: Buffer[] = [];
  for await (const chunk of content ?? []) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toContain('zerschnitten');

  expect(await flow.search({ body: 'schlüssel', from: 'jürgen' }, { uid: true })).toEqual([1]);
  expect(await flow.search({ seen: true })).toEqual([]);
  await flow.messageFlagsAdd('1', ['\\Answered']);
  await flow.messageFlagsRemove('1', ['$Label1']);
  expect(await flow.messageCopy('1', 'Archive')).toMatchObject({ destination: 'Archive', uidMap: new Map([[1, 1]]) });
  expect(await flow.messageMove('1', 'Büro/Über uns')).toMatchObject({ uidMap: new Map([[1, 1]]) });
  await expect(flow.status('INBOX', { messages: true })).resolves.toMatchObject({ messages: 0 });
  await flow.mailboxOpen('Archive');
  await flow.messageDelete('1:*');
  await expect(flow.status('Archive', { messages: true })).resolves.toMatchObject({ messages: 0 });
  await flow.mailboxRename('Büro/Über uns', 'Büro/Wir');
  await flow.mailboxDelete('Büro/Wir');
  await flow.logout();
});

test('imapflow, idling, hears of a letter that another session brings', async () => {
  const port = await serve();
  const [reader, writer] = [client(port), client(port)];
  await reader.connect();
  await writer.connect();
  await reader.mailboxOpen('INBOX');
  const heard = new Promise<{ count: number; prevCount: number }>((resolve) => { reader.once('exists', resolve); });
  const idling = reader.idle();
  await writer.append('INBOX', PARCEL);
  expect(await heard).toMatchObject({ count: 1, prevCount: 0 });
  await reader.noop();
  await idling;
  await reader.logout();
  await writer.logout();
});
