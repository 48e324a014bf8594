import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMMANDS } from './commands.ts';
import { run } from './run.ts';

const TOML = `hostname = "mx.elm.test"
data = "data"
[[domain]]
name = "elm.test"
[[listener]]
protocol = "smtp"
address = "127.0.0.1:25"
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-cli-'));
  writeFileSync(join(folder, 'posthorn.toml'), TOML);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a command as typed in the folder; its status and what it said. */
async function typed(words: string, input = ''): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  const said = { out: '', err: '' };
  const status = await run(words.split(' '), {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: { write: (text) => { said.out += text; } },
    stderr: { write: (text) => { said.err += text; } },
    env: {},
    cwd: () => folder,
  });
  return { status, ...said };
}

test('the help shows every command, and each has a page of its own', async () => {
  const { out } = await typed('help');
  for (const { name } of COMMANDS) {
    expect(out).toContain(`  ${name}`);
    expect((await typed(`help ${name}`)).out).toContain(`Usage: posthorn ${name}`);
  }
});

test.each([
  ['foo', 'there is no command “foo”'],
  ['queue', 'queue needs one more word'],
  ['queue jump', 'there is no “queue jump”'],
  ['account add', 'missing words: posthorn account add ADDRESS'],
  ['queue retry', 'say which: the IDs of letters, or --all'],
  ['dev --smtp-port x', '--smtp-port takes a whole number from 0 to 65535, not “x”'],
  ['dev --memory --data x', '--memory keeps nothing on disk'],
  ['dev --colour', "Unknown option '--colour'"],
])('wrong usage, “%s”, is told in one sentence', async (words, sentence) => {
  const { status, out, err } = await typed(words);
  expect(status).toBe(2);
  expect(out).toBe('');
  expect(err).toContain(sentence);
});

test('config check says that a configuration is right, or everything that is wrong with it', async () => {
  expect(await typed('config check')).toMatchObject({ status: 0, out: `${join(folder, 'posthorn.toml')} is right.\n` });
  writeFileSync(join(folder, 'posthorn.toml'), TOML.replace('"smtp"', '"smpt"').replace('hostname', 'hostnam'));
  const { status, err } = await typed('config check');
  expect(status).toBe(2);
  expect(err.split('\n')).toEqual([
    expect.stringContaining(':1: hostname is missing'), expect.stringContaining(':1: hostnam is not a key we know; did you mean hostname?'),
    expect.stringContaining(':6: listener.protocol = "smpt" is not one of'), '',
  ]);
});

test('people and aliases come and go without a running server', async () => {
  expect(await typed('account add eve@elm.test --password-stdin', 'a long secret\n')).toMatchObject({ status: 0, out: 'Added eve@elm.test.\n' });
  expect(await typed('account add eve@elm.test')).toMatchObject({ status: 1, err: 'posthorn: There is an account eve@elm.test already.\n' });
  expect((await typed('account add eve@ash.test')).err).toContain('not one of ours');
  expect((await typed('alias add team@elm.test eve@elm.test')).out).toBe('team@elm.test now stands for eve@elm.test.\n');
  expect((await typed('alias list')).out).toBe('ALIAS          STANDS FOR\nteam@elm.test  eve@elm.test\n');
  expect(JSON.parse((await typed('account list --json')).out)).toMatchObject({ accounts: [{ address: 'eve@elm.test', canLogIn: true }] });
  expect((await typed('account remove eve@elm.test')).out).toContain('These aliases still name it: team@elm.test');
  expect((await typed('queue list')).out).toBe('Nothing is under way.\n');
});

test('signing keys are made once, and their records are lines of a zone file', async () => {
  const first = await typed('domain dkim elm.test');
  expect(first.out).toMatch(/^p\d{6}r\._domainkey\.elm\.test\. IN TXT \( "v=DKIM1; k=rsa; p=.*" "/m);
  expect(first.out).toMatch(/^p\d{6}e\._domainkey\.elm\.test\. IN TXT "v=DKIM1; k=ed25519; p=/m);
  expect((await typed('domain dkim elm.test')).out).toBe(first.out);
  expect(await typed('domain dkim ash.test')).toMatchObject({ status: 1, err: expect.stringContaining('not a domain of ours') });
});

test('sendmail without a server says so and fails', async () => {
  expect(await typed('sendmail -t -i -f eve@elm.test', 'To: bob@elm.test\n\nHello\n')).toMatchObject({ status: 1, err: 'posthorn: no server is running that could send it\n' });
  expect((await typed('sendmail -i -f eve@elm.test', 'Subject: x\n\nHello\n')).err).toContain('to whom?');
});
