/**
 * `posthorn dev`: catches all mail on a laptop; nothing leaves the machine.
 */
import { resolve } from 'node:path';
import { DEV_DEFAULTS, devConfig } from '@posthorn/server/config/dev.ts';
import type { Bound } from '@posthorn/server/parts.ts';
import { realWorld } from '@posthorn/server/world.ts';
import { UsageError, integerOption } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { openServing, serveUntilSignal } from '../serving.ts';
import { isIP } from 'node:net';

export const dev: Command = {
  name: 'dev',
  words: '',
  wordCount: { min: 0, max: 0 },
  summary: 'catch all mail on this machine and read it over IMAP',
  details: `
Point an application at the SMTP port and a mail program at the IMAP port, with any user
name and any password: who logs in as bob@x.test sees what was sent to bob@x.test.

Example: posthorn dev --memory --smtp-port 0`,
  options: {
    data: { value: 'DIR', help: 'where mail is kept (default: .posthorn here); survives a restart' },
    memory: { help: 'keep nothing on disk' },
    host: { value: 'ADDR', help: `address to listen on (default: ${DEV_DEFAULTS.host})` },
    'smtp-port': { value: 'N', help: `SMTP (default: ${DEV_DEFAULTS.smtpPort}; 0: any free one)` },
    'imap-port': { value: 'N', help: `IMAP (default: ${DEV_DEFAULTS.imapPort})` },
    'http-port': { value: 'N', help: `HTTP (default: ${DEV_DEFAULTS.httpPort})` },
    'retry-collapse': { help: 'store a letter once that is sent again because its 250 was lost' },
    json: { help: 'log JSON lines on standard output' },
  },
  run: runDev,
};

async function runDev(call: Call): Promise<number> {
  const config = readOptions(call);
  const isJson = call.isSet('json');
  const host = await openServing({ config, world: realWorld({ config, log: isJson ? 'json' : 'quiet' }) });
  return serveUntilSignal({
    host,
    endsWithParent: true,
    announce: () => call.io.stdout.write(isJson ? readyLine(host.bound) : welcome(host.bound, config.data)),
  });
}

function readOptions(call: Call): ReturnType<typeof devConfig> {
  const memory = call.isSet('memory');
  const data = call.value('data');
  if (memory && data !== undefined) throw new UsageError('--memory keeps nothing on disk: it excludes --data');
  const host = call.value('host') ?? DEV_DEFAULTS.host;
  if (isIP(host) === 0) throw new UsageError(`--host takes an IP address such as 127.0.0.1, not “${host}”`);
  const port = (name: string, absent: number): number => integerOption(call, name, { min: 0, max: 65_535, absent });
  return devConfig({
    data: memory ? ':memory:' : resolve(call.io.cwd(), data ?? '.posthorn'),
    host,
    smtpPort: port('smtp-port', DEV_DEFAULTS.smtpPort),
    imapPort: port('imap-port', DEV_DEFAULTS.imapPort),
    httpPort: port('http-port', DEV_DEFAULTS.httpPort),
    isRetryCollapsed: call.isSet('retry-collapse'),
  });
}

/** The one line that scripts wait for: a contract. */
function readyLine(bound: readonly Bound[]): string {
  const at = (protocol: string): { host: string; port: number } | undefined => {
    const endpoint = bound.find((one) => one.protocol === protocol)?.endpoint;
    return endpoint !== undefined && 'port' in endpoint ? { host: endpoint.host, port: endpoint.port } : undefined;
  };
  return `${JSON.stringify({ event: 'ready', pid: process.pid, smtp: at('submission'), imap: at('imap'), http: at('http') })}\n`;
}

function welcome(bound: readonly Bound[], data: string): string {
  const at = (protocol: string): string => {
    const endpoint = bound.find((one) => one.protocol === protocol)?.endpoint;
    if (endpoint === undefined || 'path' in endpoint) return 'nowhere';
    return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
  };
  return `
  Posthorn is ready and catches all mail; nothing leaves this machine.

  SMTP  ${at('submission').padEnd(22)} send here: any sender, any recipient, any password or none
  IMAP  ${at('imap').padEnd(22)} read here: user is the recipient's address, any password
  Web   http://${at('http')}
  Kept  ${data === ':memory:' ? 'in memory, until this ends' : data}

  Ctrl-C ends it.

`;
}
