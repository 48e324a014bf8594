/**
 * The same in Node's own runner: `node --test test/shop.node.ts`.
 */
import assert from 'node:assert';
import { after, test } from 'node:test';
import { useMail } from '@posthorn/testkit/node';
import { openShop } from '../src/shop.ts';
import { post } from './post.ts';

const mail = await useMail();
const shop = await openShop({ smtpUrl: mail.smtp.url, imap: mail.imap });
after(() => shop.close());

void test('who signs up confirms with the code from the letter', async (t) => {
  const ann = mail.inbox();
  await post(`${shop.url}/sign-up`, { email: ann.address });
  const letter = await t.assert.receives(ann, { subject: /confirm/i });
  await t.assert.isDeliverable(letter);
  assert.equal((await post(`${shop.url}/confirm`, { email: ann.address, code: letter.code() })).status, 200);
});

void test('a password is reset by the link, once', async (t) => {
  const ann = mail.inbox();
  await post(`${shop.url}/forgot`, { email: ann.address });
  const letter = await ann.waitFor();
  t.assert.hasLink(letter, /new one/);
  assert.equal((await post(letter.link(/reset/))).status, 200);
  assert.equal((await post(letter.link(/reset/))).status, 410);
});

void test('a reader leaves the newsletter with one click', async (t) => {
  const ann = mail.inbox();
  await post(`${shop.url}/newsletter/subscribe`, { email: ann.address });
  await post(`${shop.url}/newsletter/send`, { subject: 'Spring', text: 'Everything is green.' });
  const letter = await t.assert.receives(ann, { subject: 'Spring' });
  assert.equal((await ann.unsubscribe(letter)).status, 200);
});

void test('a bounce and an answer are read from the mailbox', async () => {
  const [gone, ann] = [mail.inbox(), mail.inbox()];
  for (const inbox of [gone, ann]) await post(`${shop.url}/newsletter/subscribe`, { email: inbox.address });
  await post(`${shop.url}/newsletter/send`, { subject: 'Autumn', text: 'Leaves.' });
  await gone.bounce(await gone.waitFor({ subject: 'Autumn' }), '5.1.1');
  await ann.reply(await ann.waitFor({ subject: 'Autumn' }), { text: 'Lovely.' });
  assert.deepEqual((await post(`${shop.url}/newsletter/read-mailbox`)).json, {
    bounced: [gone.address], answers: [{ from: ann.address, subject: 'Re: Autumn', text: 'Lovely.' }],
  });
});
