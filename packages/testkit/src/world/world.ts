/**
 * The world around a post office: domains with their DNS and hosts, as a test wants them.
 *
 * Mail to a domain of the world leaves the post office by its queue: MX look-up, SMTP, retries.
 */
import { domainToAscii } from '@posthorn/mail/domain.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import type { ZoneNode } from '@posthorn/world/zone.ts';
import { type DomainOptions, WorldDomain } from './domain.ts';
import type { WorldParts } from './parts.ts';

/** Of RFC 2544: nobody's, and none of those that a relay refuses to send to. */
const NETWORK = '198.18';
const HOSTS_MAX = 60_000;

export class KitWorld {
  /** What every host of this world is told; a domain's own records can be changed here too. */
  readonly dns = new SimResolver();
  readonly #parts: WorldParts;
  readonly #domains = new Map<string, WorldDomain>();
  #addresses = 0;

  constructor(parts: WorldParts) {
    this.#parts = parts;
  }

  /** Makes a domain, or changes what it is; its hosts are up when this resolves. */
  async domain(name: string, options: DomainOptions = {}): Promise<WorldDomain> {
    const key = domainToAscii(name);
    if (key === undefined) throw new TypeError(`“${name}” is no domain`);
    await this.remove(name);
    const domain = new WorldDomain({ ...this.#parts, name: key, options, dns: this.dns, freeAddress: () => this.freeAddress() });
    await domain.open();
    this.#domains.set(key, domain);
    return domain;
  }

  /** Its mail is caught by the post office again, as that of any other domain is. */
  async remove(name: string): Promise<void> {
    const key = domainToAscii(name) ?? name;
    const domain = this.#domains.get(key);
    this.#domains.delete(key);
    await domain?.close();
  }

  /** Whether a domain is one of the world's. */
  has(name: string): boolean {
    return this.#domains.has(name);
  }

  /** More records: SPF, DKIM, DMARC of the application's domain. Without a node the name is gone. */
  record(name: string, node?: ZoneNode): void {
    this.dns.set(name, node);
  }

  get domains(): readonly WorldDomain[] {
    return [...this.#domains.values()];
  }

  /** An IP address that no other host has. */
  freeAddress(): string {
    this.#addresses += 1;
    if (this.#addresses > HOSTS_MAX) throw new RangeError('this world has no more addresses');
    return `${NETWORK}.${this.#addresses >> 8}.${this.#addresses & 255}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.domains.map((domain) => domain.close()));
    this.#domains.clear();
  }
}
