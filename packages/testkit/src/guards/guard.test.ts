import { afterAll, beforeAll, expect, test } from 'vitest';
import { postOffice } from '../post-office.ts';
import type { PostOffice } from '../post-office.ts';
import { send } from '../testing/application.ts';

let mail: PostOffice;

beforeAll(async () => {
  mail = await postOffice();
});

afterAll(() => mail.close());

test('a letter that nobody asked for is told, one that was claimed is not', async () => {
  const [inbox, other] = [mail.inbox(), mail.inbox()];
  const guard = mail.guard();
  await send(mail, { to: inbox.address });
  await inbox.waitFor();
  await guard.check();
  await send(mail, { to: other.address, subject: 'Stray' });
  await expect(guard.check()).rejects.toThrow(`nobody asked for “Stray” from app@shop.test to ${other.address}`);
});

test('the same letter twice is told, whatever its Message-ID', async () => {
  const inbox = mail.inbox();
  const guard = mail.guard();
  for (const messageId of ['<1@shop.test>', '<2@shop.test>']) await send(mail, { to: inbox.address, messageId });
  await inbox.letters();
  await expect(guard.check()).rejects.toThrow(/^sent twice: “Hello”[^\n]*$/);
});

test('mail to a domain that is not allowed is told', async () => {
  const guard = mail.guard({ allow: ['inbox.test', /\.example$/], unclaimed: false });
  await send(mail, { to: ['a@eu.inbox.test', 'b@x.example'] });
  await guard.check();
  await send(mail, { to: 'eve@real.com' });
  await expect(guard.check()).rejects.toThrow('not allowed: “Hello” from app@shop.test to eve@real.com');
});

test('leaving its scope checks', async () => {
  await expect((async () => {
    await using _ = mail.guard();
    await send(mail, { to: 'stray@shop.test' });
  })()).rejects.toThrow('nobody asked for');
});
