/**
 * Where a command finds its server: by configuration, by data folder, or the `.posthorn` here.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '@posthorn/server/config/config.ts';
import { devConfig } from '@posthorn/server/config/dev.ts';
import { readConfigFile } from '@posthorn/server/config/read.ts';
import type { Call, OptionAbout } from './command.ts';
import { Failure, UsageError } from './command.ts';

const SYSTEM_FILE = '/etc/posthorn/posthorn.toml';

export const BOOKS_OPTIONS: Readonly<Record<string, OptionAbout>> = {
  config: { value: 'FILE', help: 'the configuration (default: posthorn.toml here, then /etc/posthorn/posthorn.toml)' },
  data: { value: 'DIR', help: 'the data folder of a `posthorn dev` instead (default, without a configuration: .posthorn here)' },
  json: { help: 'answer in JSON' },
};

/** The configuration's file: as told, or the first that is there. Throws `UsageError`. */
export function configFile(call: Call): string {
  const told = call.value('config');
  if (told !== undefined) return resolve(call.io.cwd(), told);
  const here = join(call.io.cwd(), 'posthorn.toml');
  const found = [here, SYSTEM_FILE].find((file) => existsSync(file));
  if (found === undefined) throw new UsageError(`there is no posthorn.toml here and no ${SYSTEM_FILE}; say which with --config FILE`);
  return found;
}

/** A checked configuration. Throws `ConfigFault` with every problem. */
export function loadConfig(file: string, io: Call['io']): Config {
  const answer = readConfigFile(file, io.env);
  if (answer.kind === 'config') return answer.config;
  throw new ConfigFault(answer.problems.map(({ line, what }) => (line === 0 ? what : `${file}:${line}: ${what}`)).join('\n'));
}

/** Every problem of a configuration, a line each. Exit status 2. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
}

/** The configuration of the server that a command is about. */
export function booksConfig(call: Call): Config {
  const data = call.value('data');
  if (data !== undefined && call.value('config') !== undefined) throw new UsageError('--config and --data exclude each other');
  const here = join(call.io.cwd(), '.posthorn');
  if (data !== undefined) {
    const folder = resolve(call.io.cwd(), data);
    if (!existsSync(folder)) throw new Failure(`there is no data folder ${folder}`);
    return devConfig({ data: folder });
  }
  if (call.value('config') === undefined && !existsSync(join(call.io.cwd(), 'posthorn.toml')) && !existsSync(SYSTEM_FILE) && existsSync(here)) {
    return devConfig({ data: here });
  }
  return loadConfig(configFile(call), call.io);
}
