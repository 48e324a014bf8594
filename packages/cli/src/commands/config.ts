/**
 * `posthorn config`: is it right, and take it up.
 */
import { BOOKS_OPTIONS, booksConfig, configFile } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { Failure } from '../command.ts';
import { withControl } from '../control.ts';
import { readConfigFile } from '@posthorn/server/config/read.ts';

const CONFIG_OPTIONS = { config: BOOKS_OPTIONS['config'] ?? { help: '' }, json: BOOKS_OPTIONS['json'] ?? { help: '' } };

export const configCommands: readonly Command[] = [
  {
    name: 'config check',
    words: '',
    wordCount: { min: 0, max: 0 },
    summary: 'say everything that is wrong with the configuration, without starting',
    options: CONFIG_OPTIONS,
    run: check,
  },
  {
    name: 'config reload',
    words: '',
    wordCount: { min: 0, max: 0 },
    summary: 'let the running server read configuration and certificates again',
    details: 'No session is dropped. A faulty file changes nothing and is told.',
    options: CONFIG_OPTIONS,
    run: reload,
  },
];

async function check(call: Call): Promise<number> {
  const file = configFile(call);
  const answer = readConfigFile(file, call.io.env);
  const problems = answer.kind === 'faulty' ? answer.problems : [];
  if (call.isSet('json')) {
    call.io.stdout.write(`${JSON.stringify({ file, problems })}\n`);
  } else if (problems.length === 0) {
    call.io.stdout.write(`${file} is right.\n`);
  } else {
    for (const { line, what } of problems) call.io.stderr.write(`${line === 0 ? '' : `${file}:${line}: `}${what}\n`);
  }
  return problems.length === 0 ? 0 : 2;
}

async function reload(call: Call): Promise<number> {
  return withControl(booksConfig(call), async (control) => {
    if (!control.isRunning) throw new Failure('no server is running with that configuration; there is nothing to reload');
    const answer = await control.ask({ method: 'POST', path: '/rest/v1/config/reload' });
    call.io.stdout.write(call.isSet('json') ? `${JSON.stringify(answer)}\n` : 'The server has taken up the configuration.\n');
    return 0;
  });
}
