import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postOffice } from '../post-office.ts';
import type { PostOffice } from '../post-office.ts';
import { send } from '../testing/application.ts';

let mail: PostOffice;

beforeAll(async () => {
  mail = await postOffice();
});

afterAll(() => mail.close());

/** What the tests look at, of all that may be answered. */
interface Answered {
  readonly status: number;
  readonly text: string;
  readonly json: {
    readonly id: string; readonly address: string; readonly detail: string; readonly code: string; readonly url: string; readonly now: string;
    readonly lines: readonly string[];
    readonly hosts: readonly unknown[];
    readonly letters: readonly [{ readonly key: string; readonly subject: string; readonly recipients: readonly unknown[] }];
  };
}

/** Asks the control API, as a program of any language does. */
async function ask(method: string, path: string, body?: unknown): Promise<Answered> {
  const answer = await fetch(`${mail.http.url}/rest/v1/test${path}`, {
    method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(/^[{[]/.test(text) ? text : '{}') };
}

describe('Over HTTP', () => {
  test('it says where it is', async () => {
    expect((await ask('GET', '')).json).toMatchObject({ smtp: mail.smtp.url, env: { SMTP_URL: mail.smtp.url } });
  });

  test('an inbox is made, waited in, and its letter read', async () => {
    const { json: inbox } = await ask('POST', '/inboxes', {});
    const waiting = ask('POST', `/inboxes/${inbox.id}/wait`, { criteria: { subject: '/verify/i' }, timeout: '10s' });
    await send(mail, { to: inbox.address, subject: 'Verify', text: 'Your code is 482913. https://shop.test/v', attachments: [{ filename: 'a.txt', content: 'octets' }] });
    const { json: { letters: [letter] } } = await waiting;
    expect(letter).toMatchObject({ subject: 'Verify', recipient: inbox.address, codes: ['482913'], html: null, attachments: [{ filename: 'a.txt', size: 6 }] });
    expect((await ask('GET', `/letters/${letter.key}/code`)).json.code).toBe('482913');
    expect((await ask('GET', `/letters/${letter.key}/link?matches=/shop/`)).json.url).toBe('https://shop.test/v');
    expect((await ask('GET', `/letters/${letter.key}/raw`)).text).toContain('Subject: Verify\r\n');
    expect((await ask('GET', `/letters/${letter.key}/attachments/0`)).text).toBe('octets');
    expect((await ask('GET', `/letters/${letter.key}/transcript`)).json.lines[0]).toBe('S: 220 localhost ESMTP Posthorn');
    expect((await ask('GET', `/letters/${letter.key}/snapshot`)).text).toContain('Your code is <code>.');
    expect((await ask('POST', `/letters/${letter.key}/deliverability`, {})).json).toEqual({ findings: [] });
    expect((await ask('GET', `/inboxes/${inbox.id}/letters`)).json.letters).toHaveLength(1);
    expect((await ask('GET', `/letters/${letter.key}/link?matches=bank`)).status).toBe(404);
  });

  test('what did not come is told with what did', async () => {
    const { json: inbox } = await ask('POST', '/inboxes', {});
    await send(mail, { to: inbox.address, subject: 'Welcome' });
    const { status, json } = await ask('POST', `/inboxes/${inbox.id}/wait`, { criteria: { subject: 'Verify' }, timeout: 1 });
    expect([status, json.detail]).toEqual([408, expect.stringContaining('“Welcome” from app@shop.test: subject is "Welcome"')]);
    const none = await ask('POST', `/inboxes/${inbox.id}/expect-none`, { quiet: 1 });
    expect([none.status, none.json.detail]).toEqual([409, expect.stringContaining('there is “Welcome”')]);
  });

  test('something goes wrong, until it no longer does', async () => {
    const { json: { id } } = await ask('POST', '/faults', { on: { rcpt: '/@slow\\.test$/' }, reply: '451 4.7.1 greylisted' });
    await expect(send(mail, { to: 'ann@slow.test' })).rejects.toThrow('451 4.7.1 greylisted');
    expect((await ask('DELETE', `/faults/${id}`)).status).toBe(204);
    await send(mail, { to: 'ann@slow.test' });
    expect((await ask('POST', '/faults', { on: {} })).status).toBe(400);
    expect((await ask('POST', '/faults', { on: { stage: 'mail' }, reply: 'no' })).json.detail).toContain('“no” is no SMTP reply');
  });

  test('a domain of the world, its queue, and the clock', async () => {
    expect((await ask('PUT', '/world/domains/grey.test', { mx: ['down', { greylisting: '1m' }] })).json.hosts).toHaveLength(2);
    await send(mail, { to: 'bob@grey.test' });
    await ask('POST', '/queue/idle');
    expect((await ask('GET', '/queue')).json.letters[0].recipients).toMatchObject([{ address: 'bob@grey.test', state: 'waiting', attempts: 1 }]);
    const before = (await ask('GET', '/clock')).json.now;
    const { json: { now } } = await ask('POST', '/clock/advance', { by: '1h' });
    expect(Date.parse(now) - Date.parse(before)).toBeGreaterThanOrEqual(3_600_000);
    expect((await ask('GET', '/queue')).json.letters).toEqual([]);
    expect((await ask('GET', '/world/domains/grey.test/transcripts')).json.lines.join('\n')).toContain('S: 451 4.7.1 Greylisted');
    await ask('DELETE', '/world/domains/grey.test');
  });

  test('the other half of the conversation', async () => {
    const { json: app } = await ask('POST', '/inboxes', { address: 'news@shop.test' });
    const { json: reader } = await ask('POST', '/inboxes', {});
    await send(mail, { from: 'news@shop.test', to: reader.address, subject: 'News' });
    const { json: { letters: [letter] } } = await ask('POST', `/inboxes/${reader.id}/wait`, {});
    await ask('POST', `/letters/${letter.key}/reply`, { text: 'ok' });
    await ask('POST', `/letters/${letter.key}/bounce`, { status: '5.2.2' });
    const { json: { letters } } = await ask('POST', `/inboxes/${app.id}/wait`, { count: 2 });
    expect(letters.map(({ subject }) => subject)).toEqual(['Re: News', expect.stringMatching(/^Not delivered: News/)]);
    expect((await ask('POST', `/letters/${letter.key}/unsubscribe`)).json.detail).toContain('RFC 8058');
  });

  test('events tell of each letter', async () => {
    const leaving = new AbortController();
    const answer = await fetch(`${mail.http.url}/rest/v1/test/events`, { signal: leaving.signal });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    await send(mail, { to: 'ann@shop.test', subject: 'Event' });
    let heard = '';
    while (!heard.includes('"subject":"Event"')) heard += (await reader?.read())?.value ?? '';
    expect(heard).toMatch(/^event: letter$/m);
    leaving.abort();
  });

  test('all of it is described', async () => {
    const { paths } = await (await fetch(`${mail.http.url}/rest/v1/openapi.json`)).json() as { paths: Record<string, unknown> };
    expect(Object.keys(paths).filter((path) => path.startsWith('/rest/v1/test'))).toEqual(expect.arrayContaining([
      '/rest/v1/test', '/rest/v1/test/inboxes/{id}/wait', '/rest/v1/test/letters/{key}/bounce', '/rest/v1/test/faults', '/rest/v1/test/world/domains/{name}', '/rest/v1/test/clock/advance', '/rest/v1/test/events',
    ]));
  });
});
