import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postOffice } from './post-office.ts';
import type { PostOffice } from './post-office.ts';
import { send } from './testing/application.ts';

let mail: PostOffice;

beforeAll(async () => {
  mail = await postOffice();
});

afterAll(async () => {
  await mail.close();
});

describe('Waiting', () => {
  test('a letter that comes while we wait is given', async () => {
    const inbox = mail.inbox();
    const waiting = inbox.waitFor({ subject: /verify/i });
    await send(mail, { to: inbox.address, subject: 'Welcome' });
    await send(mail, { to: inbox.address, subject: 'Verify', text: 'Your code is 482913.' });
    const letter = await waiting;
    expect(letter.code()).toBe('482913');
    expect(letter.envelope).toEqual({ from: 'app@shop.test', to: [inbox.address] });
    expect(letter.session).toMatchObject({ listener: 'submission', client: '127.0.0.1', tls: null, user: null });
  });

  test('a letter that came before we wait is given at once, and again', async () => {
    const inbox = mail.inbox();
    await send(mail, { to: inbox.address });
    const letter = await inbox.waitFor();
    expect(await inbox.waitFor()).toBe(letter);
  });

  test('what came before the inbox was made is not its own, unless asked for', async () => {
    const address = mail.inbox().address;
    await send(mail, { to: address, subject: 'early' });
    const [late, whole] = [mail.inbox(address), mail.inbox({ address, fromStart: true })];
    await send(mail, { to: address, subject: 'late' });
    expect((await late.waitFor()).subject).toBe('late');
    expect((await whole.letters()).map(({ subject }) => subject)).toEqual(['early', 'late']);
  });

  test('so many letters are given in the order in which they came', async () => {
    const inbox = mail.inbox();
    const waiting = inbox.waitFor(undefined, { count: 3 });
    for (const subject of ['one', 'two', 'three']) await send(mail, { to: inbox.address, subject });
    expect((await waiting).map(({ subject }) => subject)).toEqual(['one', 'two', 'three']);
  });

  test('all that are waited for are given, in whatever order they come', async () => {
    const inbox = mail.inbox();
    const waiting = inbox.waitForAll([/second/, /first/]);
    for (const subject of ['first', 'second']) await send(mail, { to: inbox.address, subject });
    expect((await waiting).map(({ subject }) => subject)).toEqual(['second', 'first']);
  });

  test('the next letter is one that was not given as next before', async () => {
    const inbox = mail.inbox();
    for (const text of ['code 111111', 'code 222222']) await send(mail, { to: inbox.address, text });
    expect([(await inbox.next()).code(), (await inbox.next()).code()]).toEqual(['111111', '222222']);
  });

  test('an inbox has its plus-forms; one of a whole domain has all its addresses', async () => {
    const [one, whole] = [mail.inbox(), mail.inbox({ wholeDomain: true })];
    await send(mail, { to: [one.form('news'), whole.form('ann'), whole.form('bob')] });
    expect((await one.waitFor()).recipient).toBe(one.form('news'));
    expect((await whole.waitFor(undefined, { count: 2 })).map(({ recipient }) => recipient).toSorted()).toEqual([whole.form('ann'), whole.form('bob')]);
  });

  test('after a timeout the error tells what came, and why each letter was no match', async () => {
    const [inbox, other] = [mail.inbox(), mail.inbox()];
    await send(mail, { to: inbox.address, subject: 'Welcome' });
    await send(mail, { to: other.address, subject: 'Verify' });
    await expect(inbox.waitFor({ subject: /verify/i }, { timeout: 1 })).rejects.toThrow([
      `a letter with subject /verify/i did not come to ${inbox.address} within 1 ms`,
      'No match:',
      '  “Welcome” from app@shop.test: subject is "Welcome"',
      'Came for others:',
      `  “Verify” from app@shop.test to ${other.address}`,
    ].join('\n'));
  });

  test('a wait is called off by its signal', async () => {
    const calling = new AbortController();
    const waiting = mail.inbox().waitFor(undefined, { signal: calling.signal });
    calling.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('Nothing', () => {
  test('an inbox without letters stays quiet', async () => {
    const inbox = mail.inbox();
    await send(mail, { to: mail.inbox().address });
    await inbox.expectNone({ quiet: 1 });
  });

  test('a letter that is there, or comes meanwhile, is told at once', async () => {
    const inbox = mail.inbox();
    const broken = expect(inbox.expectNone({ quiet: '1h', matching: /no/ })).rejects.toThrow(/there is “no” from app@shop\.test/);
    await send(mail, { to: inbox.address, subject: 'yes' });
    await send(mail, { to: inbox.address, subject: 'no' });
    await broken;
    await expect(inbox.expectNone({ quiet: '1h' })).rejects.toThrow('“yes”');
  });
});

test('the application reads the same letters over IMAP', async () => {
  const inbox = mail.inbox();
  await send(mail, { to: inbox.address, subject: 'Over IMAP' });
  const reader = new ImapFlow({ ...mail.imap.login(inbox.address), logger: false });
  await reader.connect();
  await reader.mailboxOpen('INBOX');
  const found = await reader.fetchOne('1', { envelope: true });
  await reader.logout();
  expect(found === false ? undefined : found.envelope?.subject).toBe('Over IMAP');
});

test('the environment says where it is', async () => {
  const env = mail.env();
  expect(env['SMTP_URL']).toBe(`smtp://127.0.0.1:${env['SMTP_PORT']}`);
  expect(env['IMAP_URL']).toBe(mail.imap.url);
  const answer = await fetch(`${env['POSTHORN_URL']}/healthz`);
  expect(answer.status).toBe(200);
});

test('a letter comes back octet for octet as it was sent, what the host added apart from it', async () => {
  const inbox = mail.inbox();
  const raw = Buffer.from('Subject: raw\r\n\r\n..dots\r\n\u00fc\r\n', 'utf8');
  await send(mail, { envelope: { from: 'app@shop.test', to: [inbox.address] }, raw });
  const letter = await inbox.waitFor();
  expect(letter.raw.equals(raw)).toBe(true);
  expect(letter.trace).toMatch(/^Return-Path: <app@shop\.test>\r\n/);
});

test('two post offices know nothing of each other, and a closed one leaves nothing open', async () => {
  await using other = await postOffice();
  const [here, there] = [mail.inbox('ann@shop.test'), other.inbox('ann@shop.test')];
  await send(other, { to: 'ann@shop.test' });
  await there.waitFor();
  expect(await here.letters()).toEqual([]);
  const { smtp: { url } } = other;
  await other.close();
  await expect(send({ smtp: { host: '', port: 0, url } }, { to: 'ann@shop.test' })).rejects.toThrow(/ECONNREFUSED/);
});
