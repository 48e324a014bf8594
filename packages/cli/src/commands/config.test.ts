import { expect, test } from 'vitest';
import { ELM, Keyboard } from '../testing/keyboard.ts';

test('config check says that a configuration is right', async () => {
  using keyboard = new Keyboard(ELM);
  const file = keyboard.path('posthorn.toml');
  expect(await keyboard.types('config check')).toEqual({ status: 0, out: `${file} is right.\n`, err: '' });
  expect(JSON.parse((await keyboard.types('config check --json')).out)).toEqual({ file, problems: [] });
});

test('config check says everything that is wrong, each with its line', async () => {
  using keyboard = new Keyboard(ELM.replace('"smtp"', '"smpt"').replace('hostname', 'hostnam'));
  const { status, err } = await keyboard.types('config check');
  expect(status).toBe(2);
  expect(err.split('\n')).toEqual([
    expect.stringContaining(':1: hostname is missing'), expect.stringContaining(':1: hostnam is not a key we know; did you mean hostname?'),
    expect.stringContaining(':6: listener.protocol = "smpt" is not one of'), '',
  ]);
  const machine = await keyboard.types('config check --json');
  expect(machine).toMatchObject({ status: 2, err: '' });
  expect(JSON.parse(machine.out)).toMatchObject({ problems: [{ line: 1 }, { line: 1 }, { line: 6, what: expect.any(String) }] });
});

test('a faulty configuration stops every command with the same lines', async () => {
  using keyboard = new Keyboard(ELM.replace('hostname', 'hostnam'));
  const { err } = await keyboard.types('config check');
  expect(await keyboard.types('queue list')).toEqual({ status: 2, out: '', err });
});

test('config reload needs a running server', async () => {
  using keyboard = new Keyboard(ELM);
  expect(await keyboard.types('config reload')).toEqual({ status: 1, out: '', err: 'posthorn: no server is running with that configuration; there is nothing to reload\n' });
});
