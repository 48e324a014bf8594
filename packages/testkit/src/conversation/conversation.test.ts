import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postOffice } from '../post-office.ts';
import type { Inbox, Letter, PostOffice } from '../post-office.ts';
import { send } from '../testing/application.ts';

let mail: PostOffice;

beforeAll(async () => {
  mail = await postOffice();
});

afterAll(() => mail.close());

/** A letter of the application in somebody's inbox, and the application's own inbox. */
async function exchange(more: Parameters<typeof send>[1] = {}): Promise<{ readonly inbox: Inbox; readonly letter: Letter; readonly app: Inbox }> {
  const inbox = mail.inbox();
  const app = mail.inbox(`app-${inbox.address.slice(0, 4)}@shop.test`);
  await send(mail, { from: app.address, to: inbox.address, subject: 'Grüße', text: 'one\ntwo', ...more });
  return { inbox, letter: await inbox.waitFor(), app };
}

describe('The other half of the conversation', () => {
  test('an answer is threaded, quotes, and reaches the application', async () => {
    const { inbox, letter, app } = await exchange({ references: ['<0@shop.test>'] });
    const { messageId } = await inbox.reply(letter, { text: 'ok', html: '<p>ok</p>' });
    const answer = await app.waitFor();
    expect(answer).toMatchObject({ subject: 'Re: Grüße', messageId, envelope: { from: inbox.address, to: [app.address] }, html: '<p>ok</p>' });
    expect(answer.header('in-reply-to')).toBe(letter.messageId);
    expect(answer.header('references')).toBe(`<0@shop.test> ${letter.messageId}`);
    expect(answer.text).toMatch(/^ok\n\nOn .* wrote:\n> one\n> two\n$/);
  });

  test('a vacation program answers from nobody', async () => {
    const { inbox, letter, app } = await exchange({ replyTo: 'other@shop.test' });
    await inbox.outOfOffice(letter);
    const answer = await app.waitFor();
    expect([answer.envelope.from, answer.header('auto-submitted')]).toEqual(['', 'auto-replied']);
    await expect(inbox.outOfOffice(answer)).rejects.toThrow('never answered by a program');
  });

  test('a bounce is a delivery status notification', async () => {
    const { inbox, letter, app } = await exchange();
    await inbox.bounce(letter, '5.2.2');
    const notice = await app.waitFor();
    expect(notice).toMatchObject({ envelope: { from: '' }, structure: { type: 'multipart', subtype: 'report' } });
    const text = notice.raw.toString();
    expect(text).toMatch(new RegExp(`^Final-Recipient: rfc822; ?${inbox.address}`, 'm'));
    expect(text).toMatch(/^Action: failed\r\nStatus: 5\.2\.2/m);
    expect(text).toMatch(/552 5\.2\.2 Mailbox full/);
    expect(text).toContain(letter.messageId);
    await inbox.bounce(letter, '4.4.7');
    expect((await app.next(({ raw }) => raw.includes('Action: delayed'))).subject).toMatch(/Grüße/);
    await expect(inbox.bounce(letter, 'full')).rejects.toThrow('“full” is no status of a failure');
    await expect(inbox.bounce(notice)).rejects.toThrow('never bounced');
  });

  test('a complaint is an abuse report with the letter in it', async () => {
    const { inbox, letter } = await exchange();
    const abuse = mail.inbox('abuse@shop.test');
    await inbox.complain(letter);
    const report = await abuse.waitFor();
    expect(report.structure).toMatchObject({ type: 'multipart', subtype: 'report', parts: [{ type: 'text' }, { subtype: 'feedback-report' }, { subtype: 'rfc822' }] });
    expect(report.raw.toString()).toMatch(/^Feedback-Type: abuse\r\nUser-Agent: \S+\r\nVersion: 1\r\n/m);
    expect(report.raw.includes(letter.raw)).toBe(true);
  });

  test('an invitation is answered to its organizer', async () => {
    const invitation = ['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:7@shop.test', 'SEQUENCE:1', 'SUMMARY:Tea', 'DTSTART:20260301T090000Z', 'ORGANIZER:mailto:tea@shop.test', 'END:VEVENT', 'END:VCALENDAR'];
    const { inbox, letter } = await exchange({ icalEvent: { method: 'REQUEST', content: invitation.join('\r\n') } });
    const organizer = mail.inbox('tea@shop.test');
    await inbox.rsvp(letter, 'ACCEPTED');
    const answer = await organizer.waitFor();
    expect(answer.subject).toBe('Accepted: Tea');
    expect(answer.calendar).toMatchObject({ method: 'REPLY', uid: '7@shop.test', sequence: 1, attendees: [{ address: inbox.address, status: 'ACCEPTED' }] });
  });

  test('a letter out of the blue', async () => {
    const [inbox, app] = [mail.inbox(), mail.inbox('support@shop.test')];
    await inbox.write(app.address, { subject: 'Help', text: 'ü' });
    expect(await app.waitFor()).toMatchObject({ subject: 'Help', text: 'ü', envelope: { from: inbox.address } });
    await expect(inbox.write('nobody', {})).rejects.toThrow('“nobody” is no address');
  });
});

describe('One click', () => {
  test('posts what the RFC says to the address in the letter', async () => {
    const heard: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => {
        heard.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
        response.writeHead(request.url === '/moved' ? 302 : 200, { location: '/' }).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const offer = (path: string): Parameters<typeof send>[1] => ({
      headers: { 'List-Unsubscribe': `<http://127.0.0.1:${port}${path}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    });
    const { inbox, letter } = await exchange(offer('/u/1'));
    expect(await inbox.unsubscribe(letter)).toEqual({ status: 200, url: `http://127.0.0.1:${port}/u/1` });
    expect(heard).toEqual(['POST /u/1 application/x-www-form-urlencoded List-Unsubscribe=One-Click']);
    const moved = await exchange(offer('/moved'));
    await expect(moved.inbox.unsubscribe(moved.letter)).rejects.toThrow('302: a redirect is not allowed');
    server.close();
  });

  test('is not possible where the letter does not offer it', async () => {
    const { inbox, letter } = await exchange({ list: { unsubscribe: 'https://shop.test/u' } });
    await expect(inbox.unsubscribe(letter)).rejects.toThrow('offers no one-click unsubscription');
  });
});
