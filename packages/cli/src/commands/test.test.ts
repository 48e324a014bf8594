import { expect, test } from 'vitest';
import { Keyboard } from '../testing/keyboard.ts';
import { Serving, talk } from '../testing/process.ts';

test('posthorn test says where it is, catches a letter, and is asked for it over HTTP', async () => {
  using keyboard = new Keyboard();
  await using office = await Serving.start(['test', '--json', '--domain', 'box.test'], keyboard.folder);
  const ready = await office.line('ready');
  const place = { host: '127.0.0.1', port: expect.any(Number), url: expect.stringMatching(/^\w+:\/\/127\.0\.0\.1:\d+$/) };
  expect(ready).toEqual({ event: 'ready', pid: office.pid, smtp: place, imap: place, http: place, env: expect.objectContaining({ SMTP_HOST: '127.0.0.1' }) });
  const api = `http://127.0.0.1:${await office.port('http')}/rest/v1/test`;
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${api}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    return Object(await answer.json());
  };
  const { id, address } = await post('/inboxes', {});
  expect(address).toMatch(/^\w+@box\.test$/);
  await talk(await office.port('smtp'), ['EHLO laptop.test', 'MAIL FROM:<ann@here.test>', `RCPT TO:<${String(address)}>`, 'DATA', ['Subject: Hi', '', 'Your code is 482913.', '.'].join('\r\n')]);
  expect(await post(`/inboxes/${String(id)}/wait`, {})).toMatchObject({ letters: [{ subject: 'Hi', codes: ['482913'] }] });
  expect(await office.endBy('SIGTERM')).toBe(0);
});

test('an address that is none is refused', async () => {
  using keyboard = new Keyboard();
  const { status, err } = await keyboard.types('test --host here');
  expect([status, err]).toEqual([2, expect.stringContaining('--host takes an IP address')]);
});
