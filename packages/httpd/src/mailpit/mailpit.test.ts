import { MailpitClient } from 'mailpit-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultList } from '@posthorn/world/fault-list.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { openLetterDesk, WHOLE } from '../testing/letter-desk.ts';
import type { LetterDesk } from '../testing/letter-desk.ts';

/** Mailpit's own client, unchanged, against us. */
let desk: LetterDesk;
let mailpit: MailpitClient;
let origin: string;
const faults = new FaultList(seededRandom(1));
beforeEach(async () => {
  faults.set([]);
  desk = await openLetterDesk({
    isMailpit: true, faults,
    submit: {
      submit: async ({ content, recipients, sender }) => {
        const chunks: Buffer[] = [];
        for await (const chunk of content) chunks.push(chunk);
        const text = (address: { localPart: string; domain: string }): string => `${address.localPart}@${address.domain}`;
        const id = await desk.deliver(Buffer.concat(chunks).toString('latin1'), { to: recipients.map(text), sender: sender === null ? '' : text(sender) });
        return { kind: 'accepted', letter: desk.letter(id) };
      },
    },
  });
  origin = await desk.app.listen({ host: '127.0.0.1', port: 0 });
  mailpit = new MailpitClient(origin);
});
afterEach(() => desk.close());

const plain = (subject: string, from = 'ann@ash.test'): readonly string[] => [`From: ${from}`, 'To: eve@elm.test', `Subject: ${subject}`, '', 'Hello.', ''];

describe('Mailpit’s client', () => {
  it('lists letters from the newest, from any start', async () => {
    for (const subject of ['one', 'two', 'three']) await desk.deliver(plain(subject));
    const { messages, ...counts } = await mailpit.listMessages(1, 2);
    expect(messages.map(({ Subject }) => Subject)).toEqual(['two', 'one']);
    expect(counts).toMatchObject({ total: 3, unread: 3, count: 2, messages_count: 3, messages_unread: 3, start: 1, tags: [] });
    expect(messages[0]).toMatchObject({ From: { Name: '', Address: 'ann@ash.test' }, To: [{ Address: 'eve@elm.test' }], Read: false, Attachments: 0, Snippet: 'Hello.', Created: '2026-01-01T00:00:00.000Z' });
  });
  it('reads a letter whole, which is read from then on', async () => {
    const id = await desk.deliver(WHOLE, { to: ['eve@elm.test', 'hidden@elm.test'], sender: 'bounce@ash.test' });
    expect(await mailpit.getMessageSummary(id)).toMatchObject({
      ID: id, MessageID: 'whole@ash.test', From: { Name: 'Jürgen', Address: 'juergen@ash.test' }, ReturnPath: 'bounce@ash.test', Subject: 'Grüße', Date: '2026-01-01T09:00:00.000Z',
      Cc: [{ Address: 'carl@elm.test' }], Bcc: [{ Address: 'hidden@elm.test' }], ReplyTo: [], Text: 'Liebe Eve, der Plan ist gut. Dein Code: 123456\r\n', HTML: expect.stringContaining('schön'),
      Inline: [{ PartID: '1.2', FileName: 'logo.png', ContentType: 'image/png', ContentID: 'logo@ash', Size: 8 }],
      Attachments: [{ PartID: '2', ContentType: 'application/pdf', Size: 5, Checksums: { SHA1: expect.stringMatching(/^[0-9a-f]{40}$/) } }],
    });
    expect((await mailpit.listMessages()).messages[0]?.Read).toBe(true);
  });
  it('reads its headers, source and parts, and the latest', async () => {
    await desk.deliver(WHOLE);
    expect(await mailpit.getMessageHeaders()).toMatchObject({ From: ['Jürgen <juergen@ash.test>'], 'Message-Id': ['<whole@ash.test>'] });
    expect(await mailpit.getMessageSource()).toContain('Content-ID: <logo@ash>');
    expect(Buffer.from(await (await mailpit.getMessageAttachment('latest', '2')).arrayBuffer()).toString()).toBe('%PDF-');
    expect((await mailpit.getAttachmentThumbnail('latest', '1.2')).size).toBe(8);
    expect(await mailpit.renderMessageText()).toContain('Dein Code: 123456');
    expect(await mailpit.renderMessageHTML()).toContain('<b>Eve</b>');
  });
  it('searches, waits, marks and deletes', async () => {
    await desk.deliver(plain('one'));
    const id = await desk.deliver(plain('two', 'bob@ash.test'));
    expect((await mailpit.searchMessages({ query: 'from:bob subject:"two" -is:read' })).messages.map(({ ID }) => ID)).toEqual([id]);
    expect((await mailpit.waitForMessage({ query: 'subject:two' }, { timeout: 1000 })).ID).toBe(id);
    await mailpit.setReadStatus({ IDs: [id], Read: true });
    expect((await mailpit.searchMessages({ query: 'is:read' })).messages_count).toBe(1);
    await mailpit.setReadStatus({ Read: false });
    expect((await mailpit.searchMessages({ query: 'is:unread' })).messages_count).toBe(2);
    await mailpit.deleteMessagesBySearch({ query: 'subject:one' });
    expect((await mailpit.listMessages()).total).toBe(1);
    await mailpit.deleteMessages();
    expect((await mailpit.listMessages()).total).toBe(0);
  });
  it('is told what is wrong with a search, and that a letter is not there', async () => {
    await expect(mailpit.searchMessages({ query: '"never closed' })).rejects.toThrow('never closed');
    await expect(mailpit.getMessageSummary('nobody')).rejects.toThrow('404');
  });
  it('tags letters, also with spaces, renames and removes tags', async () => {
    const id = await desk.deliver(plain('one'));
    await mailpit.setTags({ IDs: [id], Tags: ['Welcome mail', 'Prüfung'] });
    expect(await mailpit.getTags()).toEqual(['Prüfung', 'Welcome mail']);
    await mailpit.renameTag('Welcome mail', 'Hello');
    await mailpit.deleteTag('Prüfung');
    expect((await mailpit.listMessages()).messages[0]?.Tags).toEqual(['Hello']);
    await mailpit.setTags({ IDs: [id], Tags: [] });
    expect(await mailpit.getTags()).toEqual([]);
  });
  it('sends a letter that comes back as it was meant', async () => {
    const { ID } = await mailpit.sendMessage({
      From: { Email: 'jürgen@ash.test', Name: 'Jürgen "J"' }, To: [{ Email: 'eve@elm.test', Name: 'Eve' }], Cc: [{ Email: 'carl@elm.test' }], Bcc: ['hidden@elm.test'], ReplyTo: [{ Email: 'desk@ash.test' }],
      Subject: 'Grüße\r\nX-Evil: 1', Text: 'Schön.', HTML: '<b>Schön.</b>', Tags: ['sent'], Headers: { 'X-Own': 'yes', 'Bad Name': 'no' },
      Attachments: [{ Filename: 'ä.txt', Content: Buffer.from('inside').toString('base64'), ContentType: 'text/plain' }],
    });
    expect(await mailpit.getMessageSummary(ID)).toMatchObject({
      From: { Name: 'Jürgen "J"' }, Subject: 'Grüße X-Evil: 1', Text: 'Schön.', HTML: '<b>Schön.</b>', Tags: ['sent'], Cc: [{ Address: 'carl@elm.test' }], Bcc: [{ Address: 'hidden@elm.test' }], ReplyTo: [{ Address: 'desk@ash.test' }],
      Attachments: [{ FileName: 'ä.txt', Size: 6 }],
    });
    const headers = await mailpit.getMessageHeaders(ID);
    expect(headers['X-Own']).toEqual(['yes']);
    expect(Object.keys(headers)).not.toContain('X-Evil');
    await expect(mailpit.sendMessage({ From: { Email: 'nobody' }, To: [] })).rejects.toThrow('not an address');
  });
  it('checks HTML and links', async () => {
    await desk.deliver(['From: ann@ash.test', 'Content-Type: text/html', '', '<div style="display:flex"><a href="https://a.test/">x</a></div>']);
    const { Total, Warnings } = await mailpit.htmlCheck();
    expect(Total).toMatchObject({ Tests: 1 });
    expect(Warnings.map(({ Slug }) => Slug)).toEqual(['css-flexbox']);
    expect(await mailpit.linkCheck()).toMatchObject({ Errors: 1, Links: [{ URL: 'https://a.test/', StatusCode: 0 }] });
  });
  it('asks about the server, and sets chaos', async () => {
    await desk.deliver(plain('one'), { to: ['eve+shop@elm.test'] });
    expect(await mailpit.getInfo()).toMatchObject({ Messages: 1, Unread: 1, Tags: { shop: 1 } });
    expect(await mailpit.getConfiguration()).toMatchObject({ ChaosEnabled: true, MessageRelay: { Enabled: false } });
    expect(await mailpit.getChaosTriggers()).toMatchObject({ Sender: { Probability: 0 } });
    expect(await mailpit.setChaosTriggers({ Recipient: { ErrorCode: 452, Probability: 100 } })).toMatchObject({ Recipient: { ErrorCode: 452, Probability: 100 }, Sender: { Probability: 0 } });
    expect(faults.ask({ side: 'receiving', stage: 'rcpt', recipient: 'eve@elm.test' })).toMatchObject([{ kind: 'reply', code: 452 }]);
    await mailpit.setChaosTriggers();
    expect(faults.faults).toEqual([]);
    await expect(mailpit.releaseMessage('latest', { To: ['ann@ash.test'] })).rejects.toThrow('Nothing leaves this machine');
  });
});

it('tells over its WebSocket of letters that come, and how many there are', async () => {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/events`);
  const told: { Type: string; Data: unknown }[] = [];
  const until = (type: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.addEventListener('message', ({ data }) => {
      told.push(JSON.parse(String(data)));
      if (told.at(-1)?.Type === type) resolve();
    });
    return promise;
  };
  const { promise: isOpen, resolve } = Promise.withResolvers<Event>();
  socket.addEventListener('open', resolve);
  await isOpen;
  const stats = until('stats');
  await desk.deliver(plain('one'));
  await desk.clock.advance(20);
  await stats;
  expect(told).toMatchObject([{ Type: 'new', Data: { Subject: 'one', Read: false } }, { Type: 'stats', Data: { Total: 1, Unread: 1 } }]);
  socket.close();
});

it('shows HTML at /view under the policy of letters, and the latest that a search finds', async () => {
  await desk.deliver(['Subject: first', 'Content-Type: text/html', '', '<script>alert(1)</script><b>first</b>']);
  await desk.deliver(['Subject: second', 'Content-Type: text/html', '', 'second']);
  const first = await desk.get('/view/latest.html?query=subject:first');
  expect(first.text).toContain('<b>first</b>');
  expect(first.headers['content-security-policy']).toMatch(/^sandbox .*default-src 'none'/);
  expect((await desk.get('/view/latest.html')).text).toContain('second');
  for (const url of ['/view/nobody.html', '/view/latest.pdf', '/view/..%2f..%2fetc%2fpasswd.txt', '/view/latest.html?query=subject:third']) expect((await desk.get(url)).status).toBe(404);
});
