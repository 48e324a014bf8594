/**
 * `posthorn test`: a post office for test suites of any language, driven over HTTP.
 */
import { isIP } from 'node:net';
import { postOffice } from '@posthorn/testkit';
import type { PostOffice } from '@posthorn/testkit';
import { integerOption, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { serveUntilSignal } from '../serving.ts';
import { toldFault } from '../told-fault.ts';

export const test: Command = {
  name: 'test',
  words: '',
  wordCount: { min: 0, max: 0 },
  summary: 'a post office for test suites: wait for letters, make things fail, move the clock, over HTTP',
  details: `
Keeps everything in memory. The control API is below /rest/v1/test, described at
/rest/v1/openapi.json. With --json the first line says where it is:
{"event":"ready","pid":…,"smtp":{…},"imap":{…},"http":{…},"env":{"SMTP_HOST":…}}

Example: posthorn test --json`,
  options: {
    host: { value: 'ADDR', help: 'address to listen on (default: 127.0.0.1)' },
    'smtp-port': { value: 'N', help: 'SMTP (default: any free one)' },
    'imap-port': { value: 'N', help: 'IMAP (default: any free one)' },
    'http-port': { value: 'N', help: 'HTTP, with the control API (default: any free one)' },
    domain: { value: 'NAME', help: 'of the addresses of inboxes (default: inbox.test)' },
    tls: { help: 'offer STARTTLS, with a certificate of its own authority' },
    simulated: { help: 'the clock stands still until it is moved' },
    json: { help: 'say where it is in a line of JSON' },
  },
  run: runTest,
};

async function runTest(call: Call): Promise<number> {
  const host = call.value('host') ?? '127.0.0.1';
  if (isIP(host) === 0) throw new UsageError(`--host takes an IP address such as 127.0.0.1, not “${host}”`);
  const port = (name: string): number => integerOption(call, name, { min: 0, max: 65_535, absent: 0 });
  const domain = call.value('domain');
  const mail = await opened({
    host,
    ports: { smtp: port('smtp-port'), imap: port('imap-port'), http: port('http-port') },
    tls: call.isSet('tls'),
    time: call.isSet('simulated') ? 'simulated' : 'real',
    ...(domain === undefined ? {} : { domain }),
  });
  return serveUntilSignal({
    host: mail,
    endsWithParent: true,
    announce: () => call.io.stdout.write(call.isSet('json') ? readyLine(mail) : welcome(mail)),
  });
}

async function opened(options: Parameters<typeof postOffice>[0]): Promise<PostOffice> {
  try {
    return await postOffice(options);
  } catch (error) {
    throw toldFault(error);
  }
}

/** The one line that test suites wait for. */
function readyLine(mail: PostOffice): string {
  const at = ({ host, port, url }: PostOffice['smtp']): object => ({ host, port, url });
  return `${JSON.stringify({ event: 'ready', pid: process.pid, smtp: at(mail.smtp), imap: at(mail.imap), http: at(mail.http), env: mail.env() })}\n`;
}

function welcome({ smtp, imap, http }: PostOffice): string {
  return `
  A post office for tests is ready; it keeps everything in memory.

  SMTP     ${smtp.url}
  IMAP     ${imap.url}
  Control  ${http.url}/rest/v1/test, described at ${http.url}/rest/v1/openapi.json

  Ctrl-C ends it.

`;
}
