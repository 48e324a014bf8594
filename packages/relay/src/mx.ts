/**
 * Decides which hosts to try for a domain, best first.
 *
 * Asks DNS only; connecting, and what TLS to demand, is the caller's.
 * RFC 5321 §5.1 (MX), RFC 7505 (null MX), RFC 5321 §4.1.3 (address literals).
 */
import { isAddressLiteral, literalIp } from '@posthorn/mail/domain.ts';
import type { Remark } from '@posthorn/store/spool.ts';
import type { Random } from '@posthorn/world/random.ts';
import { DnsFault, type MxRecord, type Resolver } from '@posthorn/world/resolver.ts';
import { isPlaceForMail } from './places.ts';

/** One address to try. */
export interface HostAddress {
  /** The exchange's name; for an address literal the IP address itself. */
  readonly host: string;
  readonly address: string;
}

export type Route =
  | { readonly kind: 'hosts'; readonly hosts: readonly HostAddress[] }
  /** Nowhere to go: for now, or for good. */
  | { readonly kind: 'deferred' | 'failed'; readonly remark: Remark };

export interface RouteQuestion {
  readonly resolver: Resolver;
  readonly random: Random;
  /** Our own name and addresses: we are never sent to. */
  readonly hostname: string;
  readonly ownAddresses: readonly string[];
  /** Laboratories: loopback and private addresses are hosts like others. */
  readonly isLoopbackAllowed: boolean;
}

interface Exchange {
  readonly host: string;
  readonly preference: number;
  readonly addresses: readonly string[];
  /** DNS could not say. */
  readonly isUnknown: boolean;
}

/** More exchanges than this are not looked at. */
const EXCHANGES_MAX = 20;

export async function findHosts(domain: string, question: RouteQuestion): Promise<Route> {
  if (isAddressLiteral(domain)) return literalRoute(domain, question);
  try {
    const answer = await question.resolver.mx(domain);
    if (answer.kind === 'no-name') return failed('5.1.2', `The domain ${domain} does not exist`);
    // RFC 5321 §5.1: without MX records the domain itself is its only exchange, implicitly.
    const records = answer.kind === 'found' ? answer.records : [{ preference: 0, exchange: domain }];
    // RFC 7505 §3: an empty exchange says that the domain takes no mail.
    if (records.every(({ exchange }) => exchange === '' || exchange === '.')) return failed('5.1.10', `The domain ${domain} accepts no mail`);
    return await routeTo(domain, records.filter(({ exchange }) => exchange !== '' && exchange !== '.'), question);
  } catch (fault) {
    if (!(fault instanceof DnsFault)) throw fault;
    return unknown(domain);
  }
}

/** IPv6 and IPv4 addresses of a host, by turns, IPv6 first. */
export async function addressesOf(host: string, resolver: Resolver): Promise<readonly string[]> {
  const [v6, v4] = await Promise.all([resolver.aaaa(host), resolver.a(host)]);
  const sixes = v6.kind === 'found' ? v6.records : [];
  const fours = v4.kind === 'found' ? v4.records : [];
  const turns = Array.from({ length: Math.max(sixes.length, fours.length) }, (_, turn) => [sixes[turn], fours[turn]]);
  return turns.flat().filter((address) => address !== undefined);
}

async function routeTo(domain: string, records: readonly MxRecord[], question: RouteQuestion): Promise<Route> {
  const ordered = inOrder(records, question.random).slice(0, EXCHANGES_MAX);
  const exchanges = await Promise.all(ordered.map((record) => lookUp(record, question.resolver)));
  const own = exchanges.filter((exchange) => isOurs(exchange, question)).map(({ preference }) => preference);
  // RFC 5321 §5.1: where we are an exchange ourselves, only better ones than us are tried.
  const better = exchanges.filter(({ preference }) => preference < Math.min(...own));
  if (better.length === 0) return failed('5.4.6', `Mail for ${domain} would come back to us: we are its best exchange and do not know it`);
  const hosts = better.flatMap(({ host, addresses }) => addresses.map((address) => ({ host, address })));
  const allowed = hosts.filter(({ address }) => isPlaceForMail(address, question));
  if (allowed.length > 0) return { kind: 'hosts', hosts: allowed };
  if (better.some(({ isUnknown }) => isUnknown)) return unknown(domain);
  if (hosts.length === 0) return failed('5.4.4', `No exchange of ${domain} has an address`);
  return failed('5.4.4', `The exchanges of ${domain} have only addresses that no mail goes to, such as ${hosts[0]?.address ?? ''}`);
}

/** By preference; among equals by chance, so that the load is shared (RFC 5321 §5.1). */
function inOrder(records: readonly MxRecord[], random: Random): readonly MxRecord[] {
  return records
    .map((record) => ({ record, chance: random.fraction() }))
    .sort((one, other) => one.record.preference - other.record.preference || one.chance - other.chance)
    .map(({ record }) => record);
}

/** The resolver follows CNAMEs; RFC 5321 §5.1 forbids them here, and everyone is kind. */
async function lookUp({ exchange, preference }: MxRecord, resolver: Resolver): Promise<Exchange> {
  const host = exchange.toLowerCase().replace(/\.$/, '');
  try {
    return { host, preference, addresses: await addressesOf(host, resolver), isUnknown: false };
  } catch (fault) {
    if (!(fault instanceof DnsFault)) throw fault;
    return { host, preference, addresses: [], isUnknown: true };
  }
}

function isOurs({ host, addresses }: Exchange, { hostname, ownAddresses }: RouteQuestion): boolean {
  return host === hostname.toLowerCase() || addresses.some((address) => ownAddresses.includes(address));
}

function literalRoute(domain: string, question: RouteQuestion): Route {
  const address = literalIp(domain);
  if (address === undefined) return failed('5.1.2', `${domain} is not an address that we know how to reach`);
  if (question.ownAddresses.includes(address)) return failed('5.4.6', `Mail for ${domain} would come back to us`);
  if (!isPlaceForMail(address, question)) return failed('5.4.4', `No mail goes to ${address}`);
  return { kind: 'hosts', hosts: [{ host: address, address }] };
}

function failed(status: string, text: string): Route {
  return { kind: 'failed', remark: { code: 0, status, text, host: '' } };
}

function unknown(domain: string): Route {
  return { kind: 'deferred', remark: { code: 0, status: '4.4.3', text: `DNS could not say where mail for ${domain} goes`, host: '' } };
}
