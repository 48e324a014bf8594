import { createTransport, type Transporter } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { postOffice } from '../post-office.ts';
import type { PostOffice } from '../post-office.ts';
import { send } from '../testing/application.ts';

let mail: PostOffice;

beforeAll(async () => {
  mail = await postOffice();
});

afterEach(() => mail.fault.clear());

afterAll(() => mail.close());

describe('A rule', () => {
  test('answers in the place of the host, so many times', async () => {
    const inbox = mail.inbox('ann@slow.test');
    mail.fault.on({ rcpt: /@slow\.test$/ }).times(2).reply('451 4.7.1 greylisted');
    for (let time = 0; time < 2; time += 1) await expect(send(mail, { to: inbox.address })).rejects.toThrow('451 4.7.1 greylisted');
    await send(mail, { to: inbox.address });
    expect(await inbox.letters()).toHaveLength(1);
  });

  test('acts the n-th time only', async () => {
    const inbox = mail.inbox();
    const rule = mail.fault.on({ from: 'app@shop.test' }).nth(2).once().reply('550 5.7.1 not you');
    await send(mail, { to: inbox.address });
    await expect(send(mail, { to: inbox.address })).rejects.toThrow('550 5.7.1 not you');
    await send(mail, { to: inbox.address });
    expect(rule.met).toBe(3);
  });

  test.each([
    ['connect', /421 4\.3\.2 busy/], ['banner', /421 4\.3\.2 busy/], ['mail', /421/], ['data', /421/], ['data-end', /421/],
  ] as const)('at %s, the application hears its reply', async (stage, said) => {
    mail.fault.on({ stage }).reply('421 4.3.2 busy');
    await expect(send(mail, { to: mail.inbox().address })).rejects.toThrow(said);
  });

  test('at the final dot knows the recipients', async () => {
    mail.fault.on({ stage: 'data-end', rcpt: 'full@shop.test' }).reply('552 5.2.2 over quota');
    await send(mail, { to: 'other@shop.test' });
    await expect(send(mail, { to: ['other@shop.test', 'full@shop.test'] })).rejects.toThrow('552 5.2.2 over quota');
  });

  test.each(['drop', 'reset'] as const)('cuts the connection: %s', async (how) => {
    const rule = mail.fault.on({ stage: 'rcpt' }).once();
    if (how === 'drop') rule.drop();
    else rule.reset();
    await expect(send(mail, { to: mail.inbox().address })).rejects.toThrow(/ECONNRESET|closed|close/i);
  });

  test('hangs: the application waits in vain', async () => {
    mail.fault.on({ stage: 'banner' }).once().hang();
    const transport: Transporter = createTransport({ host: mail.smtp.host, port: mail.smtp.port, greetingTimeout: 50 });
    await expect(transport.sendMail({ to: 'ann@shop.test', from: 'app@shop.test', text: '' })).rejects.toThrow(/Greeting never received/);
  });

  test('accepts and loses the reply: the letter is there, the application does not know', async () => {
    const inbox = mail.inbox();
    mail.fault.on({ stage: 'data-end' }).once().accept().then('drop');
    await expect(send(mail, { to: inbox.address })).rejects.toThrow();
    expect(await inbox.waitFor()).toMatchObject({ subject: 'Hello' });
  });

  test('holds up, and throttles', async () => {
    const inbox = mail.inbox();
    mail.fault.on({ stage: 'ehlo' }).delay(5);
    mail.fault.on({ stage: 'body' }).throttle(1_000_000);
    await send(mail, { to: inbox.address });
    await inbox.waitFor();
  });

  test('which is removed is over', async () => {
    const rule = mail.fault.on({ stage: 'mail' }).reply('550 5.7.1 no');
    rule.remove();
    await send(mail, { to: mail.inbox().address });
  });

  test('that is not well said is refused with an example', () => {
    expect(() => mail.fault.on({})).toThrow("on({ stage: 'connect' })");
    expect(() => mail.fault.on({ stage: 'mail' }).reply('no')).toThrow('“no” is no SMTP reply; one is such as 451 4.7.1 greylisted');
  });

  test('that accepts and does not say what is lost says what is missing', () => {
    const unsaid: string = 'nothing';
    expect(() => mail.fault.on({ stage: 'mail' }).accept().then(unsaid as 'drop')).toThrow("accept().then('drop')");
  });
});

describe('A magic address', () => {
  test('is refused as it says, so many times as it says', async () => {
    await expect(send(mail, { to: '550@fault.test' })).rejects.toThrow('550 5.1.1');
    for (let time = 0; time < 2; time += 1) await expect(send(mail, { to: '451x2+mine@fault.test' })).rejects.toThrow('451 4.7.1');
    await send(mail, { to: '451x2+mine@fault.test' });
    await expect(send(mail, { to: 'data-552@fault.test' })).rejects.toThrow('552 5.2.2');
    await send(mail, { to: 'hello@fault.test' });
  });

  test('loses the reply, or cuts', async () => {
    const inbox = mail.inbox('lost@fault.test');
    await expect(send(mail, { to: inbox.address })).rejects.toThrow();
    await inbox.waitFor();
    await expect(send(mail, { to: 'drop@fault.test' })).rejects.toThrow();
  });
});

test('what was refused over SMTP is told when a letter did not come', async () => {
  const inbox = mail.inbox('552@fault.test');
  await send(mail, { to: inbox.address }).catch(() => {});
  await expect(inbox.waitFor(undefined, { timeout: 1 })).rejects.toThrow('Refused over SMTP:\n  localhost: RCPT TO:<552@fault.test> → 552 5.2.2 Mailbox full');
});
