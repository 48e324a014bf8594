/**
 * Tests for Node's own runner: started by `node.test.ts`.
 */
import assert from 'node:assert';
import { test } from 'node:test';
import { useMail } from '../node.ts';
import { send } from './application.ts';

const mail = await useMail();

void test('a letter is received', async (t) => {
  const inbox = mail.inbox();
  await send(mail, { to: inbox.address, subject: 'Verify', text: 'Your code is 482913. https://shop.test/v' });
  const letter = await t.assert.receives(inbox, { subject: 'Verify' });
  t.assert.matchesMail(letter, /Verify/);
  t.assert.hasCode(letter, '482913');
  t.assert.hasLink(letter, 'shop');
  await t.assert.isDeliverable(letter);
});

void test('what fails says why', async (t) => {
  const inbox = mail.inbox();
  await assert.rejects(t.assert.receives(inbox, undefined, { timeout: 1 }), /No letter came at all/);
  await send(mail, { to: inbox.address, subject: 'Hi' });
  const letter = await inbox.waitFor();
  assert.throws(() => t.assert.hasLink(letter, 'x'), /it has no links/);
  assert.throws(() => t.assert.hasAttachment(letter, 'x'), /the attachments of “Hi” are none/);
});
