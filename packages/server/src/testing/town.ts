/**
 * A town for tests: hosts in one simulated world, and people who type at their ports.
 */
import { once } from 'node:events';
import { silentLog } from '@posthorn/world/log.ts';
import type { Connection, Endpoint } from '@posthorn/world/net.ts';
import { SimClock, settle } from '@posthorn/world/sim/clock.ts';
import { SimMachine } from '@posthorn/world/sim/machine.ts';
import type { Ending } from '@posthorn/world/sim/machine.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { DEFAULTS } from '../config/config.ts';
import type { Config, Protocol } from '../config/config.ts';
import type { Host } from '../host.ts';
import { SimulatedHost } from '../simulated-host.ts';
import type { SimulatedHostOptions } from '../simulated-host.ts';

const PORTS: readonly (readonly [Protocol, number])[] = [['smtp', 25], ['submission', 587], ['lmtp', 24], ['imap', 143]];
const PASSWORD = 'a long secret';

type TownOptions = Pick<SimulatedHostOptions, 'readAgain'>;

export class Town {
  readonly clock = new SimClock();
  readonly net = new SimNet({ clock: this.clock });
  readonly dns = new SimResolver();
  readonly #random = seededRandom(1);
  readonly #hosts = new Map<string, SimulatedHost>();

  /** A host for a domain at an IP address, with these people; known to DNS. */
  async open(domain: string, ip: string, people: readonly string[], more: Partial<Config> = {}, options: TownOptions = {}): Promise<Host> {
    // Loaded from disk with the first letter otherwise, which simulated time does not wait for.
    await import('@posthorn/trust/examine.ts');
    this.dns.set(domain, { mx: [{ preference: 10, exchange: `mx.${domain}` }], txt: [`v=spf1 ip4:${ip} -all`] });
    this.dns.set(`mx.${domain}`, { a: [ip] });
    const machine = new SimMachine({ clock: this.clock, net: this.net, resolver: this.dns, addresses: [ip] });
    const simulated = new SimulatedHost({ config: { ...configOf(domain, ip), ...more }, machine, random: this.#random, log: silentLog, ...options });
    this.#hosts.set(ip, simulated);
    const host = await simulated.start();
    for (const person of people) await host.core.directory.addAccount(`${person}@${domain}`, PASSWORD);
    return host;
  }

  /** The host at an address goes down in the middle of whatever it does. */
  crash(ip: string, ending?: Ending): void {
    this.#hostAt(ip).crash(ending);
  }

  /** It comes up again, with what it had committed. */
  async restart(ip: string): Promise<Host> {
    return this.#hostAt(ip).start();
  }

  #hostAt(ip: string): SimulatedHost {
    const host = this.#hosts.get(ip);
    if (host === undefined) throw new Error(`no host at ${ip}`);
    return host;
  }

  /** Someone types at a port: `lines` one after the other, each after the answer to the one before. All that was said by the server. */
  async talk(from: string, to: Endpoint, lines: readonly string[]): Promise<string> {
    const connection = await this.net.host(from).connect(to);
    const said: string[] = [];
    connection.setEncoding('latin1');
    connection.on('data', (text: string) => said.push(text));
    connection.on('error', () => {});
    await settle();
    for (const line of lines) {
      connection.write(`${line}\r\n`, 'latin1');
      await settle();
    }
    await hangUp(connection);
    return said.join('');
  }

  /** A letter by submission from the host's own (trusted) address. */
  async submit(ip: string, from: string, to: readonly string[], letter: readonly string[]): Promise<string> {
    return this.talk(ip, { host: ip, port: 587 }, [
      'EHLO laptop.test', `MAIL FROM:<${from}>`, ...to.map((recipient) => `RCPT TO:<${recipient}>`), 'DATA', [...letter, '.'].join('\r\n'), 'QUIT',
    ]);
  }

  /** The letters in a person's INBOX, as IMAP would give them, oldest first. */
  async inbox(host: Host, address: string): Promise<readonly string[]> {
    const { accounts, mailboxes, messages } = host.core.store;
    const account = await accounts.byAddress(address);
    if (account === undefined) throw new Error(`nobody is called ${address}`);
    const mailbox = await mailboxes.byName(account.id, 'INBOX');
    if (mailbox === undefined) throw new Error('no INBOX');
    const key = { account: account.id, mailbox: mailbox.id };
    const rows = await messages.rows(key, (await messages.states(key)).map(({ uid }) => uid));
    return Promise.all(rows.map(async (row) => {
      const chunks: Buffer[] = [];
      for await (const chunk of messages.read(row)) chunks.push(chunk);
      return Buffer.concat(chunks).toString('latin1');
    }));
  }

  async close(): Promise<void> {
    const hosts = [...this.#hosts.values()];
    const stopping = Promise.all(hosts.filter((host) => host.isUp).map((host) => host.stop()));
    await this.clock.advance(10_000);
    await stopping;
    for (const { disk } of hosts) disk.destroy();
  }
}

export function configOf(domain: string, ip: string): Config {
  return {
    hostname: `mx.${domain}`,
    data: ':memory:',
    domains: [domain],
    listeners: PORTS.map(([protocol, port]) => ({ protocol, endpoint: { host: ip, port }, from: 'a test' })),
    trustedNetworks: [ip],
    isRetryCollapsed: false,
    messageOctetsMax: DEFAULTS.messageOctetsMax,
    relay: { port: 25, retry: DEFAULTS.retry, expire: DEFAULTS.expire, isLoopbackAllowed: true },
    trust: { isJudging: true, isDmarcRejectObeyed: true },
  };
}

async function hangUp(connection: Connection): Promise<void> {
  if (connection.destroyed) return;
  const closed = once(connection, 'close');
  connection.destroy();
  await closed;
}
