import { afterAll, beforeAll, expect } from 'vitest';
import { postOffice, type PostOffice } from '@posthorn/testkit';
import { test } from '@posthorn/testkit/vitest';
import { openShop, type Shop } from '../src/shop.ts';
import { post } from './post.ts';

let mail: PostOffice;
let shop: Shop;

beforeAll(async () => {
  mail = await postOffice();
  shop = await openShop({ smtpUrl: mail.smtp.url, imap: mail.imap });
});

afterAll(async () => {
  await shop.close();
  await mail.close();
});

test('who signs up confirms with the code from the letter', async () => {
  const ann = mail.inbox();
  await post(`${shop.url}/sign-up`, { email: ann.address });
  const letter = await ann.waitFor({ subject: /confirm/i });
  expect(await post(`${shop.url}/confirm`, { email: ann.address, code: '000000' })).toMatchObject({ status: 403 });
  expect(await post(`${shop.url}/confirm`, { email: ann.address, code: letter.code() })).toMatchObject({ status: 200 });
  await expect(letter).toBeDeliverable();
});

test('a password is reset by the link, once', async () => {
  const ann = mail.inbox();
  await post(`${shop.url}/forgot`, { email: ann.address });
  const letter = await ann.waitFor();
  expect(letter).toHaveLink(/new one/);
  expect(await post(letter.link(/reset/))).toMatchObject({ status: 200, json: { changed: ann.address } });
  expect(await post(letter.link(/reset/))).toMatchObject({ status: 410 });
});

test('a reader leaves the newsletter with one click, and hears no more of it', async () => {
  const ann = mail.inbox();
  await post(`${shop.url}/newsletter/subscribe`, { email: ann.address });
  await post(`${shop.url}/newsletter/send`, { subject: 'Spring', text: 'Everything is green.' });
  const letter = await ann.waitFor({ subject: 'Spring' });
  await expect(letter).toBeDeliverable({ bulk: true });
  await ann.unsubscribe(letter);
  await post(`${shop.url}/newsletter/send`, { subject: 'Summer', text: 'Everything is warm.' });
  await ann.expectNone({ quiet: 20, matching: { subject: 'Summer' } });
});

test('an address that bounces gets no more news, and an answer is read', async () => {
  const [gone, ann] = [mail.inbox(), mail.inbox()];
  for (const inbox of [gone, ann]) await post(`${shop.url}/newsletter/subscribe`, { email: inbox.address });
  await post(`${shop.url}/newsletter/send`, { subject: 'Autumn', text: 'Leaves.' });
  await gone.bounce(await gone.waitFor({ subject: 'Autumn' }), '5.1.1');
  await ann.reply(await ann.waitFor({ subject: 'Autumn' }), { text: 'Lovely.' });
  expect((await post(`${shop.url}/newsletter/read-mailbox`)).json).toEqual({
    bounced: [gone.address], answers: [{ from: ann.address, subject: 'Re: Autumn', text: 'Lovely.' }],
  });
  const subscribers = await (await fetch(`${shop.url}/newsletter/subscribers`)).json();
  expect(subscribers).not.toContain(gone.address);
});

test('a mail host that is full for a while does not lose the sign-up: the shop says so', async () => {
  const ann = mail.inbox();
  using _ = { [Symbol.dispose]: () => mail.fault.clear() };
  mail.fault.on({ rcpt: ann.address }).once().reply('452 4.2.2 mailbox full');
  const answer = await fetch(`${shop.url}/sign-up`, { method: 'POST', body: JSON.stringify({ email: ann.address }) });
  expect(answer.status).toBe(500);
  await ann.expectNone({ quiet: 5 });
});
