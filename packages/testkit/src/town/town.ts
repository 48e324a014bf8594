/**
 * A town: several mail hosts in one simulated world, whose time stands still until it is moved.
 */
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { type Duration, milliseconds } from '../duration.ts';
import { FaultBook } from '../faults/fault-book.ts';
import type { Letter } from '../letter/letter.ts';
import { Register } from '../waiting/register.ts';
import { TownHost, type TownHostOptions, type TownParts } from './town-host.ts';

export interface TownOptions {
  /** The same seed, the same letters. */
  readonly seed?: number;
  /** How long octets take from one host to another. */
  readonly latency?: Duration;
}

/** Of RFC 2544. */
const NETWORK = '198.19.0';

export class Town implements AsyncDisposable {
  readonly dns = new SimResolver();
  readonly fault: FaultBook;
  readonly #clock = new SimClock();
  readonly #net: SimNet;
  readonly #parts: TownParts;
  readonly #hosts: TownHost[] = [];

  constructor({ seed = 1, latency = 0 }: TownOptions = {}) {
    this.#net = new SimNet({ clock: this.#clock, latency: milliseconds(latency) });
    this.fault = new FaultBook();
    this.#parts = { clock: this.#clock, net: this.#net, dns: this.dns, random: seededRandom(seed), fault: this.fault, register: new Register() };
  }

  /** A host for a domain, known to DNS, with these people. */
  async open(domain: string, options: TownHostOptions = {}): Promise<TownHost> {
    const address = `${NETWORK}.${this.#hosts.length + 1}`;
    this.dns.set(domain, { mx: [{ preference: 10, exchange: `mx.${domain}` }], txt: [`v=spf1 ip4:${address} -all`] });
    this.dns.set(`mx.${domain}`, { a: [address] });
    const host = new TownHost(domain, address, { options, parts: this.#parts });
    this.#hosts.push(host);
    await host.start();
    for (const person of options.people ?? []) await host.add(person);
    return host;
  }

  /** What time it is. */
  now(): Date {
    return new Date(this.#clock.now());
  }

  /** Moves the clock of all; everything that falls due on the way happens in its order. */
  async advance(duration: Duration): Promise<void> {
    await this.#clock.advance(milliseconds(duration));
  }

  /** Parts some hosts from others, in the middle of what they say to each other. */
  partition(some: readonly TownHost[], others: readonly TownHost[]): { heal(): void } {
    const addresses = (hosts: readonly TownHost[]): readonly string[] => hosts.map(({ address }) => address);
    return this.#net.part(addresses(some), addresses(others));
  }

  /** Every letter that is in a mailbox of the town, oldest first. */
  async letters(): Promise<readonly Letter[]> {
    await this.#parts.register.look();
    return this.#parts.register.all.map(({ letter }) => letter);
  }

  async close(): Promise<void> {
    for (const host of this.#hosts) await host.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
