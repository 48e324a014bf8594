import { expect, test } from 'vitest';
import { COMMANDS } from './commands.ts';
import { ELM, Keyboard } from './testing/keyboard.ts';

test('the help shows every command, and each has a page of its own', async () => {
  using keyboard = new Keyboard();
  const { out } = await keyboard.types('help');
  for (const { name } of COMMANDS) {
    expect(out).toContain(`  ${name}`);
    expect((await keyboard.types(`help ${name}`)).out).toContain(`Usage: posthorn ${name}`);
    expect((await keyboard.types(`${name} --help`)).out).toContain(`Usage: posthorn ${name}`);
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
  ['help foo', 'there is no command “foo”'],
  ['trace', 'missing words: posthorn trace ID-OR-ADDRESS'],
  ['account list now', 'too many words, from “now” on: posthorn account list'],
  ['account list --config a --data b', '--config and --data exclude each other'],
  ['dev --host localhost', '--host takes an IP address such as 127.0.0.1, not “localhost”'],
  ['sendmail -bs', '-bs is not for us'],
  ['dev --colour', "Unknown option '--colour'"],
])('wrong usage, “%s”, is told in one sentence', async (words, sentence) => {
  using keyboard = new Keyboard(ELM);
  const { status, out, err } = await keyboard.types(words);
  expect(status).toBe(2);
  expect(out).toBe('');
  expect(err.split('\n')[0]).toContain(sentence);
});

test('the help of a group shows its commands', async () => {
  using keyboard = new Keyboard();
  const { status, out } = await keyboard.types('help queue');
  expect(status).toBe(0);
  expect(out.split('\n').map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
    'posthorn queue list', 'posthorn queue show ID', 'posthorn queue retry ID…', 'posthorn queue hold ID…', 'posthorn queue release ID…', 'posthorn queue cancel ID…', '',
  ]);
  expect(await keyboard.types('queue --help')).toEqual({ status: 0, out, err: '' });
});

test('it tells its version', async () => {
  using keyboard = new Keyboard();
  expect((await keyboard.types('--version')).out).toMatch(/^posthorn \d+\.\d+\.\d+\n$/);
});
