import { createRequire } from 'node:module';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { noFaults } from '@posthorn/world/fault.ts';
import { silentLog } from '@posthorn/world/log.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { realRandom } from '@posthorn/world/node/random.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createRelay, type Relay, type RelayOptions } from './relay.ts';
import { parseSmarthost } from './smarthost.ts';
import { makeErrand } from './testing/errand.ts';

/** What we use of npm's smtp-server, which is a dependency of smtpd only. */
interface ForeignServer {
  readonly server: Server;
  listen(port: number, host: string): void;
  close(done: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}
interface ForeignSession {
  readonly secure: boolean;
  readonly envelope: { readonly rcptTo: readonly { readonly address: string }[] };
}
type ForeignConstructor = new (options: object) => ForeignServer;

function hasServer(module: unknown): module is { readonly SMTPServer: ForeignConstructor } {
  return typeof module === 'object' && module !== null && 'SMTPServer' in module;
}

const foreign: unknown = createRequire(new URL('../../smtpd/package.json', import.meta.url))('smtp-server');
if (!hasServer(foreign)) throw new Error('smtp-server is not what it was');
const { SMTPServer } = foreign;
const { certificate, key } = makeCertificate({ names: ['elm.test'] });

interface Received {
  readonly text: string;
  readonly recipients: readonly string[];
  readonly isSecure: boolean;
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serve(options: object = {}): Promise<{ readonly port: number; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    cert: certificate,
    key,
    onRcptTo: ({ address }: { readonly address: string }, _: unknown, done: (error?: Error) => void) => {
      done(address.startsWith('nobody@') ? Object.assign(new Error('5.1.1 No such user'), { responseCode: 550 }) : undefined);
    },
    onAuth: ({ username, password }: { readonly username: string; readonly password: string }, _: unknown, done: (error: Error | null, answer?: object) => void) => {
      if (username === 'ann' && password === 'secret') done(null, { user: username });
      else done(new Error('5.7.8 Wrong'));
    },
    onData: (stream: AsyncIterable<Buffer>, session: ForeignSession, done: () => void) => {
      void (async () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk);
        received.push({ text: Buffer.concat(chunks).toString('utf8'), recipients, isSecure: session.secure });
        done();
      })();
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  closing.push(() => new Promise((resolve) => {
    server.close(resolve);
  }));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, received };
}

function relayTo(port: number, text: string, wish: Partial<RelayOptions> = {}): Relay {
  const relay = createRelay({
    net: nodeNet, clock: realClock, random: realRandom, log: silentLog, faults: noFaults, hostname: 'mx.ash.test', port,
    resolver: new SimResolver({ 'elm.test': { a: ['127.0.0.1'] } }), isLoopbackAllowed: true,
    readLetter: async function* read() {
      const octets = Buffer.from(text);
      for (let at = 0; at < octets.length; at += 10_007) yield octets.subarray(at, at + 10_007);
    },
    ...wish,
  });
  closing.push(() => relay.close());
  return relay;
}

const { signal } = new AbortController();

describe('npm\'s smtp-server', () => {
  it('receives a letter of many dots byte for byte, under TLS', async () => {
    const { port, received } = await serve();
    const text = `Subject: dots\r\n\r\n${'.\r\n..\r\n.x\r\nplain line\r\n'.repeat(20_000)}`;
    const { outcomes } = await relayTo(port, text).carry(makeErrand({ to: ['eve@elm.test'], text }), signal);
    expect(outcomes).toMatchObject([{ kind: 'relayed-without-dsn', remark: { code: 250 }, detail: { tls: true, tlsVerified: false } }]);
    expect(received).toHaveLength(1);
    expect(received[0]?.text === text).toBe(true);
  });

  it('answers for each recipient, and takes several letters over one connection', async () => {
    const { port, received } = await serve();
    const relay = relayTo(port, 'Subject: one\r\n\r\nHi\r\n');
    for (let letter = 0; letter < 3; letter += 1) {
      const { outcomes } = await relay.carry(makeErrand({ to: ['eve@elm.test', 'nobody@elm.test', 'bob@elm.test'] }), signal);
      expect(outcomes.map(({ kind, remark }) => `${kind} ${remark.code}`)).toEqual(['relayed-without-dsn 250', 'failed 550', 'relayed-without-dsn 250']);
    }
    expect(received.map(({ recipients }) => recipients)).toEqual(Array.from({ length: 3 }, () => ['eve@elm.test', 'bob@elm.test']));
  });

  it('without TLS and extensions gets the letter all the same', async () => {
    const { port, received } = await serve({ disabledCommands: ['STARTTLS', 'AUTH'], hidePIPELINING: true, hide8BITMIME: true, hideSMTPUTF8: true });
    const text = 'Subject: plain\r\n\r\nno line end';
    const { outcomes } = await relayTo(port, text).carry(makeErrand({ to: ['eve@elm.test'], text }), signal);
    expect(outcomes).toMatchObject([{ kind: 'relayed-without-dsn', detail: { tls: false } }]);
    expect(received[0]?.text).toBe(`${text}\r\n`);
    expect(received[0]?.isSecure).toBe(false);
  });

  it('takes our login as a smarthost, and only the right one', async () => {
    const { port, received } = await serve({ authOptional: false, authMethods: ['PLAIN', 'LOGIN'] });
    for (const [password, expected] of [['secret', 'relayed-without-dsn'], ['wrong', 'deferred']] as const) {
      const smarthost = parseSmarthost(`submission://ann:${password}@127.0.0.1:${port}?verify=no`);
      if (smarthost === undefined) throw new Error('a good URL');
      const { outcomes } = await relayTo(25, 'Subject: x\r\n\r\n', { smarthost }).carry(makeErrand({ to: ['eve@elm.test'] }), signal);
      expect(outcomes).toMatchObject([{ kind: expected }]);
    }
    expect(received).toHaveLength(1);
  });
});
