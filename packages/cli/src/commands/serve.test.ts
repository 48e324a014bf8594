import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { ELM, Keyboard } from '../testing/keyboard.ts';
import { Serving, ends, talk } from '../testing/process.ts';

/** What submission says to someone without a password who comes from this machine. */
async function mayIn(serving: Serving): Promise<string> {
  return talk(await serving.port('submission'), ['EHLO laptop.test', 'MAIL FROM:<eve@elm.test>']);
}

const TRUSTED = `${ELM}\n[submission]\ntrusted = ["127.0.0.0/8"]\n`;

test('the ready line lists its listeners, and SIGTERM ends it with status 0', async () => {
  using keyboard = new Keyboard(ELM);
  await using serving = await Serving.start(['serve'], keyboard.folder);
  const place = { host: '127.0.0.1', port: expect.any(Number) };
  expect(await serving.line('ready')).toEqual({ event: 'ready', pid: serving.pid, listeners: [{ protocol: 'smtp', ...place }, { protocol: 'submission', ...place }] });
  expect(await talk(await serving.port('smtp'), ['QUIT'])).toMatch(/^220 mx\.elm\.test /);
  expect(await serving.endBy('SIGTERM')).toBe(0);
});

test('while it runs, commands speak to it: a person is added, a letter is sent to her, its trace is told', async () => {
  using keyboard = new Keyboard(ELM);
  await using serving = await Serving.start(['serve'], keyboard.folder);
  expect(serving.pid).toBeGreaterThan(0);
  expect(await keyboard.types('account add eve@elm.test --password-stdin', 'a long secret\n')).toEqual({ status: 0, out: 'Added eve@elm.test.\n', err: '' });
  const letter = 'From: cron@elm.test\nTo: Eve <eve@elm.test>\nSubject: The road\n\nIt works.\n';
  expect(await keyboard.types('sendmail -t -i', letter)).toEqual({ status: 0, out: '', err: '' });
  const { out } = await keyboard.types('trace eve@elm.test');
  expect(out).toContain('“The road”');
  expect(out).toMatch(/from cron@elm\.test/);
  expect(out).toMatch(/INBOX of eve@elm\.test/);
  expect(await keyboard.types('sendmail -i nobody@elm.test', letter)).toMatchObject({ status: 1, out: '', err: expect.stringMatching(/^posthorn: nobody@elm\.test: [^\n]+\n$/) });
});

test('SIGHUP takes up the configuration for who comes next; a faulty one changes nothing, and the log says why', async () => {
  using keyboard = new Keyboard(ELM);
  await using serving = await Serving.start(['serve'], keyboard.folder);
  expect(await mayIn(serving)).toMatch(/\n530 5\.7\.0 [^\n]*\n$/);
  expect((await keyboard.types('account add bob@ash.test')).status).toBe(1);
  keyboard.configure(`${TRUSTED}[[domain]]\nname = "ash.test"\n`);
  serving.signal('SIGHUP');
  await serving.line('configuration taken up');
  expect(await mayIn(serving)).toMatch(/\n250 2\.1\.0 [^\n]*\n$/);
  expect((await keyboard.types('account add bob@ash.test')).status).toBe(0);
  keyboard.configure(ELM.replace('hostname', 'hostnam'));
  serving.signal('SIGHUP');
  const { problems } = await serving.line('configuration not taken up');
  expect(problems).toEqual([expect.stringContaining('hostname is missing'), expect.stringMatching(/^line 1: hostnam is not a key we know/)]);
  expect(await mayIn(serving)).toMatch(/\n250 2\.1\.0 [^\n]*\n$/);
});

test('config reload says whether it was taken up, or every problem', async () => {
  using keyboard = new Keyboard(ELM);
  await using serving = await Serving.start(['serve'], keyboard.folder);
  keyboard.configure(TRUSTED);
  expect(await keyboard.types('config reload')).toEqual({ status: 0, out: 'The server has taken up the configuration.\n', err: '' });
  expect(await mayIn(serving)).toMatch(/\n250 2\.1\.0 [^\n]*\n$/);
  keyboard.configure(TRUSTED.replace('mx.elm.test', 'mail.elm.test'));
  expect(await keyboard.types('config reload')).toEqual({
    status: 1, out: '', err: 'posthorn: The configuration is faulty; nothing was changed.\n  hostname takes effect at a restart only; nothing was changed\n',
  });
});

test('a second server on the same data is refused in one sentence', async () => {
  using keyboard = new Keyboard(ELM);
  await using serving = await Serving.start(['serve'], keyboard.folder);
  expect(await keyboard.types('serve --json')).toEqual({ status: 1, out: '', err: `posthorn: the data folder ${keyboard.path('data')} is in use by another Posthorn\n` });
  expect((await keyboard.types('account list')).status).toBe(0);
  expect(await serving.endBy('SIGINT')).toBe(0);
});

test('a faulty configuration is told whole, and nothing is started', async () => {
  using keyboard = new Keyboard(ELM.replace('"smtp"', '"smpt"').replace('[relay]', '[relay]\nports = 25'));
  const { status, out, err } = await keyboard.types('serve');
  expect({ status, out }).toEqual({ status: 2, out: '' });
  const file = keyboard.path('posthorn.toml');
  expect(err.split('\n')).toEqual([
    expect.stringContaining(`${file}:6: listener.protocol = "smpt" is not one of`), expect.stringContaining(`${file}:12: relay.ports is not a key we know`), '',
  ]);
  expect(existsSync(keyboard.path('data'))).toBe(false);
});

test('a port in use is told with the line that asks for it', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = String(typeof address === 'object' ? address?.port : address);
  using keyboard = new Keyboard(ELM.replace('127.0.0.1:0', `127.0.0.1:${port}`));
  const { status, err } = await ends(['serve', '--json'], keyboard.folder);
  holder.close();
  expect(status).toBe(1);
  expect(err).toBe(`posthorn: smtp: port ${port} (127.0.0.1:${port}) is in use by another program; see line 7 of the configuration\n`);
});

test('without a configuration it says where it looked', async () => {
  using keyboard = new Keyboard();
  const { status, err } = await keyboard.types('serve --config gone.toml');
  expect({ status, err }).toEqual({ status: 2, err: `${keyboard.path('gone.toml')} cannot be read (ENOENT)\n` });
});
