import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { Keyboard } from '../testing/keyboard.ts';
import { FREE_PORTS, MAIN, Serving, ends, talk } from '../testing/process.ts';

const LETTER = ['From: ann@here.test', 'Subject: The road', '', 'It works.', '.'].join('\r\n');

async function send(dev: Serving): Promise<string> {
  return talk(await dev.port('smtp'), ['EHLO laptop.test', 'MAIL FROM:<ann@here.test>', 'RCPT TO:<bob@there.test>', 'DATA', LETTER]);
}

/** What Bob sees in his INBOX. */
async function read(dev: Serving): Promise<string> {
  return talk(await dev.port('imap'), ['a LOGIN bob@there.test anything', 'b EXAMINE INBOX', 'c FETCH 1:* BODY[TEXT]', 'd LOGOUT']);
}

test('the ready line says where it listens and which process to signal, and mail goes in and out there', async () => {
  using keyboard = new Keyboard();
  await using dev = await Serving.start(['dev', '--memory', ...FREE_PORTS], keyboard.folder);
  const place = { host: '127.0.0.1', port: expect.any(Number) };
  expect(await dev.line('ready')).toEqual({ event: 'ready', pid: dev.pid, smtp: place, imap: place, http: place });
  expect(await send(dev)).toMatch(/\n250 2\.0\.0 [^\n]*\n$/);
  expect(await read(dev)).toContain('It works.');
  expect((await fetch(`http://127.0.0.1:${await dev.port('http')}/healthz`)).status).toBe(200);
  expect(readdirSync(keyboard.folder)).toEqual([]);
});

test('SIGINT ends it with status 0, a client still connected', async () => {
  using keyboard = new Keyboard();
  await using dev = await Serving.start(['dev', '--memory', ...FREE_PORTS], keyboard.folder);
  const client = connect({ host: '127.0.0.1', port: await dev.port('imap') });
  // How it is parted with is not the matter here.
  client.on('error', () => {});
  await once(client, 'data');
  expect(await dev.endBy('SIGINT')).toBe(0);
  client.destroy();
});

test.each([['SIGTERM', 0], ['SIGKILL', null]] as const)('mail that was acknowledged is there after %s and another start', async (signal, status) => {
  using keyboard = new Keyboard();
  const words = ['dev', '--data', 'mail', ...FREE_PORTS];
  await using dev = await Serving.start(words, keyboard.folder);
  expect(statSync(keyboard.path('mail', 'control.sock')).mode & 0o777).toBe(0o600);
  expect(await send(dev)).toMatch(/\n250 2\.0\.0 [^\n]*\n$/);
  expect(await dev.endBy(signal)).toBe(status);
  await using again = await Serving.start(words, keyboard.folder);
  expect(await read(again)).toMatch(/\* 1 EXISTS\r\n[^]*It works\./);
  expect((await keyboard.types('trace bob@there.test --data mail')).out).toContain('bob@there.test');
});

test('a port in use is told in one line that names the port and its option', async () => {
  using keyboard = new Keyboard();
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = String(typeof address === 'object' ? address?.port : address);
  const { status, out, err } = await ends(['dev', ...FREE_PORTS, '--imap-port', port], keyboard.folder);
  holder.close();
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toBe(`posthorn: imap: port ${port} (127.0.0.1:${port}) is in use by another program; choose another with --imap-port N\n`);
});

test('.posthorn here is the data folder when nothing is said, for commands too; it has one server at a time', async () => {
  using keyboard = new Keyboard();
  const words = ['dev', ...FREE_PORTS];
  await using dev = await Serving.start(words, keyboard.folder);
  expect(readdirSync(keyboard.folder)).toEqual(['.posthorn']);
  expect(await keyboard.types(words)).toEqual({ status: 1, out: '', err: `posthorn: the data folder ${keyboard.path('.posthorn')} is in use by another Posthorn\n` });
  expect(await send(dev)).toMatch(/\n250 2\.0\.0 [^\n]*\n$/);
  expect((await keyboard.types('account list')).out).toContain('bob@there.test');
});

test('a data folder that cannot be one is told in one line', async () => {
  using keyboard = new Keyboard('a file');
  const { status, err } = await keyboard.types(['dev', '--data', 'posthorn.toml', ...FREE_PORTS]);
  expect(status).toBe(1);
  expect(err).toMatch(/^posthorn: the data folder \S+posthorn\.toml cannot be used: EEXIST[^\n]*\n$/);
});

test('it ends when whoever started it is gone', async () => {
  using keyboard = new Keyboard();
  // A starter that begins it, hands its output on, and waits; killed, it cannot tell its child.
  const starter = spawn(process.execPath, ['-e', `
    require('node:child_process').spawn(process.execPath, ${JSON.stringify([MAIN, 'dev', '--memory', '--json', ...FREE_PORTS])}, { stdio: ['ignore', 'inherit', 'inherit'] });
  `], { cwd: keyboard.folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const said = text(starter.stdout);
  await once(starter.stdout, 'data');
  starter.kill('SIGKILL');
  // The pipe closes when the last process that writes to it has ended.
  expect(await said).toContain('"event":"ready"');
});
