/**
 * DNS as an object: answers from a zone, and fails when told.
 *
 * Nothing is cached: what a test changes, the next question sees.
 */
import { type DnsAnswer, DnsFault, type MxRecord, type Resolver, type TlsaRecord } from '../resolver.ts';
import { reverseName } from '../ip.ts';
import { askZone, type Zone, type ZoneNode, type ZoneRecordType } from '../zone.ts';

export interface SimQuestion {
  readonly type: ZoneRecordType;
  readonly name: string;
}

export class SimResolver implements Resolver {
  #zone: Zone;
  readonly #failing = new Map<string, number>();
  readonly #asked: SimQuestion[] = [];

  /** Whether answers are authentic, as from a resolver that validates. */
  isAuthentic: boolean;

  constructor(zone: Zone = {}, { isAuthentic = false }: { readonly isAuthentic?: boolean } = {}) {
    this.#zone = zone;
    this.isAuthentic = isAuthentic;
  }

  /** Replaces what is known of a name; without `node` the name is gone. */
  set(name: string, node?: ZoneNode): void {
    const { [name]: _, ...others } = this.#zone;
    this.#zone = node === undefined ? others : { ...others, [name]: node };
  }

  /** Questions about `name` fail, the next `times` of them or until `heal`. */
  fail(name: string, times: number = Number.POSITIVE_INFINITY): void {
    this.#failing.set(name.toLowerCase(), times);
  }

  heal(name: string): void {
    this.#failing.delete(name.toLowerCase());
  }

  /** Every question so far, in order. */
  get asked(): readonly SimQuestion[] {
    return this.#asked;
  }

  mx(name: string): Promise<DnsAnswer<MxRecord>> {
    return this.#ask(name, 'mx');
  }

  a(name: string): Promise<DnsAnswer<string>> {
    return this.#ask(name, 'a');
  }

  aaaa(name: string): Promise<DnsAnswer<string>> {
    return this.#ask(name, 'aaaa');
  }

  txt(name: string): Promise<DnsAnswer<string>> {
    return this.#ask(name, 'txt');
  }

  ptr(ip: string): Promise<DnsAnswer<string>> {
    return this.#ask(reverseName(ip) ?? ip, 'ptr', ip);
  }

  tlsa(name: string): Promise<DnsAnswer<TlsaRecord>> {
    return this.#ask(name, 'tlsa');
  }

  async #ask<Type extends ZoneRecordType>(name: string, type: Type, asked: string = name): Promise<DnsAnswer<NonNullable<ZoneNode[Type]>[number]>> {
    this.#asked.push({ type, name: asked });
    const key = asked.toLowerCase();
    const failures = this.#failing.get(key) ?? 0;
    if (failures > 0) {
      this.#failing.set(key, failures - 1);
      throw new DnsFault(`no answer about ${asked}`);
    }
    const { kind, records } = askZone(this.#zone, name, type);
    const { isAuthentic } = this;
    return kind === 'found' ? { kind, records, isAuthentic } : { kind, isAuthentic };
  }
}
