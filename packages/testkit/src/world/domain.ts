/**
 * A domain of the world: its DNS, its MX hosts, its mailboxes. One engine behind all its MX.
 */
import { DEFAULTS } from '@posthorn/server/config/config.ts';
import type { Config } from '@posthorn/server/config/config.ts';
import { type Host, openHost } from '@posthorn/server/host.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { FaultAction, FaultOccasion, FaultRules } from '@posthorn/world/fault.ts';
import type { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { Arrivals } from '../office/arrivals.ts';
import { type MxBehaviour, ok } from './behaviour.ts';
import { MappedNet } from './mapped-net.ts';
import type { WorldParts } from './parts.ts';

export interface DomainOptions {
  /** The best first; one that takes everything by default. `none`: the domain says that it takes no mail (RFC 7505). */
  readonly mx?: readonly MxBehaviour[] | 'none';
  /** Who is there: `['bob']`; everyone by default. */
  readonly users?: readonly string[];
  /** `failing`: no name server answers. `missing`: there is no such domain. */
  readonly dns?: 'failing' | 'missing';
  /** Look at SPF, DKIM and DMARC of what comes; off by default, since it takes its time. */
  readonly judges?: boolean;
}

export interface MxHost {
  /** `mx1.gmail.test` */
  readonly name: string;
  /** Made up. */
  readonly address: string;
  /** Where a program outside reaches it; undefined for one that is down, or in a simulated world. */
  readonly place: { readonly host: string; readonly port: number } | undefined;
}

export interface DomainParts extends WorldParts {
  readonly name: string;
  readonly options: DomainOptions;
  readonly dns: SimResolver;
  readonly freeAddress: () => string;
}

interface Exchange {
  readonly name: string;
  readonly address: string;
  readonly behaviour: MxBehaviour;
  readonly act: (occasion: FaultOccasion, now: EpochMs) => readonly FaultAction[];
}

const MX_PORT = 25;
const PASSWORD = 'any password';

export class WorldDomain {
  readonly name: string;
  readonly #parts: DomainParts;
  readonly #exchanges: readonly Exchange[];
  #host: Host | undefined;
  #arrivals: Arrivals | undefined;

  constructor(parts: DomainParts) {
    const { name, options: { mx = [ok] }, freeAddress } = parts;
    this.name = name;
    this.#parts = parts;
    this.#exchanges = (mx === 'none' ? [] : mx).map((behaviour, at) => ({
      name: `mx${at + 1}.${name}`, address: freeAddress(), behaviour, act: behaviour.acts(),
    }));
  }

  /** Its MX, the best first. */
  get hosts(): readonly MxHost[] {
    const { wires } = this.#parts;
    return this.#exchanges.map(({ name, address }) => ({
      name, address, place: wires instanceof MappedNet ? wires.realPlace(address, MX_PORT) : undefined,
    }));
  }

  /** Every dialogue at one of its MX, or at all, in the order in which they began. */
  transcripts(mx?: string): readonly (readonly string[])[] {
    const { overheard } = this.#parts;
    return this.#exchanges.filter(({ name }) => mx === undefined || name === mx)
      .flatMap(({ name }) => overheard.sessions(name).map((session) => overheard.transcript(session)));
  }

  async open(): Promise<void> {
    this.#publish();
    const { options: { users }, world, register, dns } = this.#parts;
    for (const { address, behaviour } of this.#exchanges) if (behaviour.is !== 'absent') this.#parts.wires.host(address);
    const [first, ...others] = this.#exchanges.filter(({ behaviour }) => behaviour.is === 'up');
    if (first === undefined) return;
    this.#host = await this.#openHost(first, others);
    for (const user of users ?? []) await this.#host.core.directory.addAccount(`${user}@${this.name}`, PASSWORD);
    this.#arrivals = new Arrivals({
      store: this.#host.core.store, host: this.name, register, resolver: dns, onFault: (err) => world.log.error({ err }, 'letters cannot be read'),
    });
  }

  async close(): Promise<void> {
    const { dns } = this.#parts;
    dns.heal(this.name);
    for (const name of [this.name, ...this.#exchanges.map((exchange) => exchange.name)]) dns.set(name);
    this.#arrivals?.close();
    await this.#host?.close();
  }

  /** For journeys; undefined while all its MX are down. */
  get host(): Host | undefined {
    return this.#host;
  }

  /** Resolves when it has nothing under way. */
  async idle(): Promise<void> {
    await this.#host?.queue.idle();
  }

  #publish(): void {
    const { dns, options } = this.#parts;
    if (options.dns === 'failing') dns.fail(this.name);
    if (options.dns === 'missing') return;
    dns.set(this.name, {
      mx: options.mx === 'none' ? [{ preference: 0, exchange: '' }] : this.#exchanges.map(({ name }, at) => ({ preference: 10 * (at + 1), exchange: name })),
    });
    for (const { name, address } of this.#exchanges) dns.set(name, { a: [address] });
  }

  #openHost(first: Exchange, others: readonly Exchange[]): Promise<Host> {
    const { world, wires, dns, options, authority } = this.#parts;
    const { name, address } = first;
    const up = [first, ...others];
    const config: Config = {
      hostname: name,
      data: ':memory:',
      domains: options.users === undefined ? 'any' : [this.name],
      listeners: up.map(({ address }) => ({ protocol: 'smtp', endpoint: { host: address, port: MX_PORT }, from: 'the world of a test' })),
      trustedNetworks: [],
      isRetryCollapsed: false,
      messageOctetsMax: DEFAULTS.messageOctetsMax,
      relay: { port: MX_PORT, retry: DEFAULTS.retry, expire: DEFAULTS.expire, isLoopbackAllowed: true },
      trust: { isJudging: options.judges ?? false, isDmarcRejectObeyed: options.judges ?? false },
    };
    return openHost({
      config,
      certificates: authority.issue([name, ...others.map((exchange) => exchange.name)]),
      world: {
        ...world, net: wires.host(address, ...others.map((exchange) => exchange.address)), resolver: dns, hasThreads: false, faults: this.#faults(),
        overhear: (utterance) => this.#parts.overheard.at(this.#at(utterance.localAddress)?.name ?? this.name)(utterance),
      },
    });
  }

  /** How its MX behave, and what the test wants besides. */
  #faults(): FaultRules {
    const { fault, world } = this.#parts;
    return {
      ask: (occasion) => {
        const exchange = this.#at(occasion.localAddress);
        return [...exchange?.act(occasion, world.clock.now()) ?? [], ...fault.of(exchange?.name ?? this.name).ask(occasion)];
      },
    };
  }

  #at(address: string | undefined): Exchange | undefined {
    return this.#exchanges.find((exchange) => exchange.address === address);
  }
}
