/**
 * A host of a town: people with mailboxes, and a machine that can sleep, crash and come back.
 */
import type { Config, Protocol } from '@posthorn/server/config/config.ts';
import { DEFAULTS } from '@posthorn/server/config/config.ts';
import { SimulatedHost } from '@posthorn/server/simulated-host.ts';
import { silentLog } from '@posthorn/world/log.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import { identifier, type Random } from '@posthorn/world/random.ts';
import type { SimClock } from '@posthorn/world/sim/clock.ts';
import { SimMachine } from '@posthorn/world/sim/machine.ts';
import type { SimNet } from '@posthorn/world/sim/net.ts';
import type { SimResolver } from '@posthorn/world/sim/resolver.ts';
import type { Sent } from '../conversation/outgoing.ts';
import { writeTo, type Writing } from '../conversation/reply.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import { Arrivals } from '../office/arrivals.ts';
import { handIn } from '../office/counter.ts';
import { Inbox } from '../waiting/inbox.ts';
import type { Register } from '../waiting/register.ts';
import { scopeOf } from '../waiting/scope.ts';

export interface TownParts {
  readonly clock: SimClock;
  readonly net: SimNet;
  readonly dns: SimResolver;
  readonly random: Random;
  readonly fault: FaultBook;
  readonly register: Register;
}

export interface TownHostOptions {
  /** Who has a mailbox: `['ann', 'bob']`. */
  readonly people?: readonly string[];
  /** Look at SPF, DKIM and DMARC of what comes. */
  readonly judges?: boolean;
}

const PORTS: readonly (readonly [Protocol, number])[] = [['smtp', 25], ['submission', 587], ['imap', 143]];
const PASSWORD = 'a long secret';
const WORD_LENGTH = 10;
/** Of the town's clock: for sessions that are seen out. */
const STOP_MS = 10_000;

export class TownHost {
  readonly domain: string;
  readonly address: string;
  readonly #parts: TownParts;
  readonly #host: SimulatedHost;
  readonly #seen = new Set<string>();
  #arrivals: Arrivals | undefined;

  constructor(domain: string, address: string, { options, parts }: { readonly options: TownHostOptions; readonly parts: TownParts }) {
    const { clock, net, dns, random, fault } = parts;
    this.domain = domain;
    this.address = address;
    this.#parts = parts;
    this.#host = new SimulatedHost({
      config: configOf(domain, address, options),
      machine: new SimMachine({ clock, net, resolver: dns, addresses: [address] }),
      random, log: silentLog, faults: fault.of(`mx.${domain}`),
    });
  }

  get isUp(): boolean {
    return this.#host.isUp;
  }

  /** Gives someone a mailbox. */
  async add(person: string): Promise<void> {
    await this.#host.running.core.directory.addAccount(`${person}@${this.domain}`, PASSWORD);
  }

  /** The inbox of someone who lives here, or of the whole domain. */
  inbox(person = '*'): Inbox {
    const { clock, register, random } = this.#parts;
    return new Inbox({
      scope: scopeOf(`${person}@${this.domain}`),
      letters: register,
      since: 0,
      clock: realClock,
      quiet: (ms) => clock.advance(ms),
      complaints: () => [],
      send: async (write) => handIn(this.#host.running, write({ now: clock.now(), word: identifier(random, WORD_LENGTH) })),
    });
  }

  /** Someone who lives here writes a letter; it is accepted when this resolves, and under way. */
  async send(person: string, to: string, writing: Writing = {}): Promise<Sent> {
    const { clock, random } = this.#parts;
    return handIn(this.#host.running, writeTo(`${person}@${this.domain}`, to, writing, { now: clock.now(), word: identifier(random, WORD_LENGTH) }));
  }

  /** What still waits to go on to other hosts. */
  async waiting(): Promise<readonly string[]> {
    const letters = await this.#host.running.queue.list({ limit: 1000 });
    return letters.flatMap(({ recipients }) => recipients.filter(({ state }) => state === 'waiting' || state === 'leased').map(({ address }) => address));
  }

  /** Comes up: for the first time, after sleep, or after a crash. */
  async start(): Promise<void> {
    const { core } = await this.#host.start();
    const { register, dns } = this.#parts;
    this.#arrivals = new Arrivals({ store: core.store, host: this.domain, register, resolver: dns, seen: this.#seen, onFault: () => {} });
  }

  /** Stops in order: sessions end, nothing under way is cut. Others get no connection until `start`. */
  async sleep(): Promise<void> {
    this.#arrivals?.close();
    const stopping = this.#host.stop();
    await this.#parts.clock.advance(STOP_MS);
    await stopping;
  }

  /** Goes down in the middle of whatever it does. `power`: without even closing its connections. */
  crash(how: 'process' | 'power' = 'process'): void {
    this.#arrivals?.close();
    this.#host.crash(how === 'power' ? 'power-cut' : 'killed');
  }

  async restart(): Promise<void> {
    if (this.isUp) this.crash();
    await this.start();
  }

  async close(): Promise<void> {
    if (this.isUp) await this.sleep();
    this.#host.disk.destroy();
  }
}

function configOf(domain: string, address: string, { judges = false }: TownHostOptions): Config {
  return {
    hostname: `mx.${domain}`,
    data: ':memory:',
    domains: [domain],
    listeners: PORTS.map(([protocol, port]) => ({ protocol, endpoint: { host: address, port }, from: 'a town' })),
    trustedNetworks: [address],
    isRetryCollapsed: false,
    messageOctetsMax: DEFAULTS.messageOctetsMax,
    relay: { port: 25, retry: DEFAULTS.retry, expire: DEFAULTS.expire, isLoopbackAllowed: true },
    trust: { isJudging: judges, isDmarcRejectObeyed: judges },
  };
}
