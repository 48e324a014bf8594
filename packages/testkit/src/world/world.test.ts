import { describe, expect, test } from 'vitest';
import { badCertificate, down, full, greylisting, ok, postOffice, rejecting, slow, unreachable, withoutTls } from '../post-office.ts';
import { send } from '../testing/application.ts';

describe.each(['real', 'simulated'] as const)('In a world with %s time', (time) => {
  test('a letter goes by MX and SMTP to a domain, and its journey is told', async () => {
    await using mail = await postOffice({ time });
    const gmail = await mail.world.domain('gmail.test', { mx: [down, unreachable, ok] });
    const inbox = mail.inbox('bob@gmail.test');
    await send(mail, { to: 'bob@gmail.test', messageId: '<1@shop.test>' });
    const letter = await inbox.waitFor();
    expect(letter).toMatchObject({ host: 'gmail.test', session: { listener: 'smtp', client: '198.18.0.1', helo: 'localhost', tls: expect.stringMatching(/^TLSv1\.3/) } });
    await mail.queue.idle();
    const steps = await mail.journey(letter);
    expect(steps.map(({ host, act }) => `${host} ${act}`)).toEqual(['localhost accepted', 'localhost queued', 'gmail.test accepted', 'gmail.test placed', 'localhost delivered']);
    expect(steps[2]?.transcript.slice(0, 2)).toEqual(['S: 220 mx3.gmail.test ESMTP Posthorn', 'C: EHLO localhost']);
    expect(gmail.transcripts('mx3.gmail.test')).toHaveLength(1);
  });

  test('mail to other domains is caught as before', async () => {
    await using mail = await postOffice({ time });
    await mail.world.domain('gmail.test');
    await send(mail, { to: ['ann@shop.test', 'bob@gmail.test'] });
    await mail.queue.idle();
    expect((await mail.letters()).map(({ host, recipient }) => `${recipient} at ${host}`).toSorted()).toEqual(['ann@shop.test at localhost', 'bob@gmail.test at gmail.test']);
  });

  test('five days of retries, the delay notice and the final bounce take no time', async () => {
    await using mail = await postOffice({ time });
    await mail.world.domain('down.test', { mx: [down] });
    const sender = mail.inbox('app@shop.test');
    await send(mail, { to: 'bob@down.test' });
    await mail.clock.advance('5h');
    expect((await sender.waitFor({ subject: /delay|late/i })).text).toContain('bob@down.test');
    expect(await mail.queue.list()).toHaveLength(1);
    await mail.clock.advance('5d');
    const bounce = await sender.waitFor({ sender: '', where: ({ raw }) => raw.includes('Action: failed') });
    expect(bounce.raw.toString()).toMatch(/^Status: 5\.4\.7/m);
    expect(await mail.queue.list()).toEqual([]);
  });

  test('a host that greylists takes the letter at the next try', async () => {
    await using mail = await postOffice({ time });
    const domain = await mail.world.domain('grey.test', { mx: [greylisting('4m')] });
    await send(mail, { to: 'bob@grey.test' });
    await mail.queue.idle();
    expect(await mail.letters()).toEqual([]);
    await mail.clock.advance('10m');
    expect(await mail.letters()).toHaveLength(1);
    expect(domain.transcripts().flat().filter((line) => line.startsWith('S: 451 4.7.1'))).toHaveLength(1);
  });

  test('who is not there is refused, and the sender is told', async () => {
    await using mail = await postOffice({ time });
    await mail.world.domain('small.test', { users: ['bob'] });
    await mail.world.domain('full.test', { mx: [full] });
    const sender = mail.inbox('app@shop.test');
    await send(mail, { to: ['bob@small.test', 'eve@small.test', 'eve@full.test'] });
    await mail.queue.idle();
    const notices = (await sender.letters()).map(({ raw }) => raw.toString()).join('');
    expect(notices).toMatch(/^Status: 5\.1\.1/m);
    expect(notices).toMatch(/^Status: 5\.2\.2/m);
    expect((await mail.letters()).filter(({ recipient }) => recipient === 'bob@small.test')).toHaveLength(1);
  });
});

test('in simulated time a slow host is waited for by moving the clock', async () => {
  await using mail = await postOffice({ time: 'simulated' });
  await mail.world.domain('slow.test', { mx: [slow('3s')] });
  const inbox = mail.inbox('bob@slow.test');
  await send(mail, { to: 'bob@slow.test' });
  expect(await inbox.letters()).toEqual([]);
  await mail.clock.advance('3s');
  expect(await inbox.letters()).toHaveLength(1);
});

test('in simulated time quiet is waited for at once', async () => {
  await using mail = await postOffice({ time: 'simulated' });
  const before = mail.clock.now().getTime();
  await mail.inbox().expectNone({ quiet: '2d' });
  expect(mail.clock.now().getTime() - before).toBe(2 * 86_400_000);
});

test('a domain without mail, without DNS, or that is not there', async () => {
  await using mail = await postOffice();
  const sender = mail.inbox('app@shop.test');
  await mail.world.domain('null.test', { mx: 'none' });
  await mail.world.domain('gone.test', { dns: 'missing' });
  await mail.world.domain('dark.test', { dns: 'failing' });
  for (const to of ['a@null.test', 'a@gone.test', 'a@dark.test']) await send(mail, { to });
  await mail.queue.idle();
  const notices = (await sender.letters()).map(({ raw }) => raw.toString()).join('');
  expect(notices).toMatch(/^Status: 5\.1\.10/m);
  expect(notices).toMatch(/^Status: 5\.1\.2/m);
  expect((await mail.queue.list()).flatMap(({ recipients }) => recipients.filter(({ state }) => state === 'waiting').map(({ address }) => address))).toEqual(['a@dark.test']);
});

test('a program outside can send to an MX of the world by its real port', async () => {
  await using mail = await postOffice();
  const { hosts: [mx] } = await mail.world.domain('gmail.test', { mx: [withoutTls, rejecting('550 5.7.1 not wanted')] });
  await send({ smtp: { host: '', port: 0, url: `smtp://127.0.0.1:${mx?.place?.port}?ignoreTLS=true` } }, { to: 'bob@gmail.test' });
  expect((await mail.letters())[0]).toMatchObject({ host: 'gmail.test', session: { client: '127.0.0.1' } });
});

test('a domain that is removed is caught again', async () => {
  await using mail = await postOffice();
  await mail.world.domain('gmail.test', { mx: [down] });
  await mail.world.remove('gmail.test');
  await send(mail, { to: 'bob@gmail.test' });
  expect(await mail.letters()).toHaveLength(1);
});

describe('With TLS', () => {
  test('an application that trusts the authority sends by STARTTLS', async () => {
    await using mail = await postOffice({ tls: true });
    await send(mail, { to: 'ann@shop.test' }, { tls: { ca: mail.authority } });
    expect((await mail.letters())[0]?.session.tls).toMatch(/^TLSv1\.3/);
  });

  test.each(['expired', 'wrong-name', 'untrusted'] as const)('a certificate that is %s is refused by it', async (which) => {
    await using mail = await postOffice({ tls: true });
    mail.fault.on({ stage: 'starttls' }).once().certificate(which);
    const reason = { expired: /expired/, 'wrong-name': /altnames/, untrusted: /self-signed/ }[which];
    await expect(send(mail, { to: 'ann@shop.test' }, { tls: { ca: mail.authority } })).rejects.toThrow(reason);
    await send(mail, { to: 'ann@shop.test' }, { tls: { ca: mail.authority } });
  });

  test('a host of the world whose certificate is wrong gets its mail all the same: nobody asked for more', async () => {
    await using mail = await postOffice();
    await mail.world.domain('gmail.test', { mx: [badCertificate('expired')] });
    await send(mail, { to: 'bob@gmail.test' });
    await mail.queue.idle();
    expect((await mail.letters())[0]?.session.tls).toMatch(/^TLSv1\.3/);
  });
});
