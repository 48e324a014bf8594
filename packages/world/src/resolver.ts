/**
 * DNS, as the rest of the house asks it.
 *
 * An answer says whether it was authentic (AD bit, RFC 4035 §3.2.3), which `node:dns` hides.
 * Names are A-labels without a trailing dot, in lower case.
 */

/** What a look-up found. `none`: the name exists without such records; `no-name`: NXDOMAIN. */
export type DnsAnswer<T> =
  | { readonly kind: 'found'; readonly records: readonly T[]; readonly isAuthentic: boolean }
  | { readonly kind: 'none' | 'no-name'; readonly isAuthentic: boolean };

export interface MxRecord {
  readonly preference: number;
  /** Empty for a null MX (RFC 7505). */
  readonly exchange: string;
}

export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificate: Buffer;
}

/** Throws `DnsFault` when nothing answered in time or a server failed (SERVFAIL, REFUSED): temporary. */
export interface Resolver {
  mx(name: string): Promise<DnsAnswer<MxRecord>>;
  /** IPv4 addresses in dotted form. */
  a(name: string): Promise<DnsAnswer<string>>;
  /** IPv6 addresses in RFC 5952 form. */
  aaaa(name: string): Promise<DnsAnswer<string>>;
  /** Each record's strings joined into one. */
  txt(name: string): Promise<DnsAnswer<string>>;
  /** Host names of an IP address. */
  ptr(ip: string): Promise<DnsAnswer<string>>;
  tlsa(name: string): Promise<DnsAnswer<TlsaRecord>>;
}

/** DNS could not answer now; asking again later may help. */
export class DnsFault extends Error {
  override readonly name = 'DnsFault';
}
