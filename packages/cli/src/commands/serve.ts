/**
 * `posthorn serve`: the real thing, from a configuration file.
 */
import type { Host } from '@posthorn/server/host.ts';
import { formatEndpoint } from '@posthorn/server/config/units.ts';
import { readConfigFile } from '@posthorn/server/config/read.ts';
import { realWorld } from '@posthorn/server/world.ts';
import { configFile, loadConfig } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { openServing, serveUntilSignal } from '../serving.ts';
import { table } from '../table.ts';

export const serve: Command = {
  name: 'serve',
  words: '',
  wordCount: { min: 0, max: 0 },
  summary: 'run a mail host from a configuration file',
  details: `
A faulty configuration is told whole, each problem with its line, and nothing is started.
SIGHUP, or \`posthorn config reload\`, reads configuration and certificates again; SIGTERM ends it in order.

Example: posthorn serve --config /etc/posthorn/posthorn.toml`,
  options: {
    config: { value: 'FILE', help: 'the configuration (default: posthorn.toml here, then /etc/posthorn/posthorn.toml)' },
    json: { help: 'log JSON lines on standard output' },
  },
  run: runServe,
};

async function runServe(call: Call): Promise<number> {
  const file = configFile(call);
  const config = loadConfig(file, call.io);
  const isJson = call.isSet('json');
  const world = realWorld({ config, log: isJson ? 'json' : 'plain' });
  const readAgain = (): ReturnType<typeof readConfigFile> => readConfigFile(file, call.io.env);
  const host = await openServing({ config, world, readAgain });
  return serveUntilSignal({
    host,
    endsWithParent: false,
    // What is wrong is in the log.
    reload: async () => {
      await host.reload();
    },
    announce: () => call.io.stdout.write(isJson ? readyLine(host) : welcome(host, config.hostname)),
  });
}

/** The one line that scripts wait for: a contract. */
function readyLine(host: Host): string {
  const listeners = host.bound.map(({ protocol, endpoint }) => ({ protocol, ...endpoint }));
  return `${JSON.stringify({ event: 'ready', pid: process.pid, listeners })}\n`;
}

function welcome(host: Host, hostname: string): string {
  return `Posthorn serves as ${hostname}.\n\n${table(['PROTOCOL', 'LISTENS ON'],
    host.bound.map(({ protocol, endpoint }) => [protocol, formatEndpoint(endpoint)]))}\n`;
}
