import { describe, expect } from 'vitest';
import { send } from './testing/application.ts';
import { letterOf } from './testing/letters.ts';
import { mailSnapshot, test } from './vitest.ts';

describe('In Vitest', () => {
  test('an inbox is asked whether it receives', async ({ mail, inbox }) => {
    const coming = expect(inbox).toReceive({ subject: /verify/i });
    await send(mail, { to: inbox.address, subject: 'Verify', text: 'Your code is 482913. https://shop.test/v', attachments: [{ filename: 'a.pdf', content: 'x' }] });
    await coming;
    const letter = await inbox.waitFor();
    expect(letter).toMatchMail({ subject: 'Verify', to: inbox.address });
    expect(letter).toHaveLink(/shop/);
    expect(letter).toHaveCode('482913');
    expect(letter).toHaveAttachment('a.pdf');
    await expect(letter).toBeDeliverable();
    expect(letter).not.toHaveLink('bank');
    expect(letter).not.toHaveCode('111111');
  });

  test('what fails says why', async ({ inbox }) => {
    const letter = letterOf('From: a@b.test', 'Subject: Hi', '', 'x'.repeat(1000));
    await expect(expect(inbox).toReceive(undefined, { timeout: 1 })).rejects.toThrow('No letter came at all');
    expect(() => expect(letter).toMatchMail({ subject: 'Bye' })).toThrow('subject is "Hi"');
    expect(() => expect(letter).toHaveLink('x')).toThrow('it has no links');
    expect(() => expect(letter).toHaveAttachment('x')).toThrow('the attachments of “Hi” are none');
    expect(() => expect(letter).toHaveCode()).toThrow('no code in “Hi”');
    await expect(expect(letter).toBeDeliverable()).rejects.toThrow('error line-length: line 4 has 1000 octets');
  });

  test('a letter is the same at every run, but for what changes', () => {
    const letter = letterOf(
      'From: App <app@shop.test>', 'To: eve@elm.test', 'Subject: Verify 482913', `Message-ID: <${Math.random()}@shop.test>`, '',
      'Hello eve@elm.test, your code is 482913 or 482-913.', 'It is Mon, 23 Nov 2026 12:34:56 +0100, or 2026-11-23T11:34:56Z, or November 23, 2026.',
      'https://shop.test/verify?token=abc123&lang=de', 'http://localhost:43123/u/9f86d081884c7d659a2feaa0c55ad015', 'Order 550e8400-e29b-41d4-a716-446655440000 for user-7   ',
    );
    expect(mailSnapshot(letter, { mask: { user: /user-\d+/ } })).toBe([
      'From: App <app@shop.test>', 'To: <recipient>', 'Subject: Verify <code>', '--- text',
      'Hello <recipient>, your code is <code> or <code>.', 'It is <date>, or <date>, or <date>.',
      'https://shop.test/verify?token=<token>&lang=de', 'http://localhost:<port>/u/<token>', 'Order <uuid> for <user>', '',
    ].join('\n'));
    expect(letter).toMatchMailSnapshot({ mask: { user: /user-\d+/ } });
  });
});
