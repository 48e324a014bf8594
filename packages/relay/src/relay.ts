/**
 * Carries a letter to another host over SMTP.
 *
 * Finds the hosts, best first, and tries one after the other until each recipient has an
 * answer. What the network or the other side does is an outcome, never thrown. A letter is
 * sent at least once: where the final dot went out and no answer came back it is tried
 * again. RFC 5321 §5.1, §4.5.4.1.
 */
import type { CarryReport, Courier, Outcome } from '@posthorn/queue/courier.ts';
import type { Errand } from '@posthorn/store/spool.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { FaultRules } from '@posthorn/world/fault.ts';
import { canonicalIp } from '@posthorn/world/ip.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Net } from '@posthorn/world/net.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import { Attempt } from './attempt.ts';
import { openConnection, type ConnectionWorld, type OpenAnswer } from './connection.ts';
import { findHosts, type HostAddress, type Route } from './mx.ts';
import type { ReadLetter } from './needs.ts';
import { Pool, type PoolLimits } from './pool.ts';
import { findSmarthost, type Smarthost } from './smarthost.ts';
import type { Target } from './target.ts';

export interface RelayOptions {
  readonly net: Net;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly faults: FaultRules;
  /** Our name: in EHLO, and never to be sent to. */
  readonly hostname: string;
  /** IP addresses that are ours: never to be sent to. */
  readonly ownAddresses?: readonly string[];
  /** Where other hosts' MX listens: 25. */
  readonly port: number;
  /** All mail goes there instead. */
  readonly smarthost?: Smarthost;
  /** Laboratories: hosts on loopback and private addresses are hosts like others. */
  readonly isLoopbackAllowed: boolean;
  /** The letter as it goes out: `(letter) => store.messages.read(letter)`. */
  readonly readLetter: ReadLetter;
  readonly tls?: {
    /** Trusted authorities in PEM instead of the system's. */
    readonly ca?: string | readonly string[];
  };
  readonly limits?: Partial<RelayLimits>;
}

export interface RelayLimits extends PoolLimits {
  /** Addresses tried for one errand. RFC 5321 §5.1: at least two. */
  readonly hosts: number;
  /** Recipients in one transaction; RFC 5321 §4.5.3.1.8 says that all hosts take a hundred. */
  readonly recipients: number;
}

export type Relay = Courier & {
  /** Takes leave of the hosts. Errands under way are the caller's to call off. */
  close(): Promise<void>;
};

const defaultLimits: RelayLimits = { hosts: 10, recipients: 100, perHost: 10, resting: 100, rest: 30_000, letters: 100 };

export function createRelay(options: RelayOptions): Relay {
  const { clock, resolver, smarthost, log } = options;
  const ownAddresses = (options.ownAddresses ?? []).map((address) => canonicalIp(address) ?? address);
  const limits = { ...defaultLimits, ...options.limits };
  const pool = new Pool({ clock, limits, open: opener(options) });

  const routeFor = (domain: string): Promise<Route> => (smarthost === undefined
    ? findHosts(domain, { ...options, ownAddresses })
    : findSmarthost(smarthost, resolver));

  const carry = async (errand: Errand, signal: AbortSignal): Promise<CarryReport> => {
    const started = clock.monotonic();
    const route = await routeFor(errand.route);
    if (route.kind !== 'hosts') return report(errand, (index) => ({ index, kind: route.kind, remark: route.remark, detail: {} }));
    const attempt = new Attempt({
      errand, signal, pool, log, readLetter: options.readLetter, recipientsMax: limits.recipients, isSmarthost: smarthost !== undefined,
    });
    for (const host of route.hosts.slice(0, limits.hosts)) {
      if (attempt.isOver) break;
      await attempt.tryHost(host, targetFor(host, { errand, options }));
    }
    return { outcomes: attempt.outcomes(Math.round(clock.monotonic() - started)) };
  };

  return { carry, close: () => pool.close() };
}

function report(errand: Errand, outcome: (index: number) => Outcome): CarryReport {
  return { outcomes: errand.recipients.map(({ index }) => outcome(index)) };
}

/** What TLS to demand: what the smarthost needs, what the letter needs, or whatever there is. */
function targetFor({ host, address }: HostAddress, { errand, options }: { readonly errand: Errand; readonly options: RelayOptions }): Target {
  const { smarthost, port } = options;
  const { isTlsRequired } = errand.letter;
  if (smarthost === undefined) return { host, address, port, tls: isTlsRequired ? 'required' : 'opportunistic', isVerified: isTlsRequired };
  const { credentials, isVerified, tls } = smarthost;
  return {
    host,
    address,
    port: smarthost.port,
    tls: isTlsRequired && tls === 'opportunistic' ? 'required' : tls,
    isVerified: isVerified || isTlsRequired,
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** Opens connections; where TLS is not required and fails, once more in clear text (RFC 3207 §4.1, RFC 7435). */
function opener(options: RelayOptions): (target: Target, signal: AbortSignal) => Promise<OpenAnswer> {
  const { net, clock, random, faults, hostname, tls } = options;
  const world: ConnectionWorld = { net, clock, random, faults, hostname, ...(tls?.ca === undefined ? {} : { ca: tls.ca }) };
  return async (target, signal) => {
    const answer = await openConnection(world, target, { signal });
    const isTlsTrouble = answer.kind === 'failed' && answer.failure.why === 'tls';
    if (!isTlsTrouble || target.tls !== 'opportunistic' || signal.aborted) return answer;
    options.log.warn({ host: target.host, address: target.address, reason: answer.failure.text }, 'TLS failed, going on in clear text');
    return openConnection(world, target, { signal, tls: 'never' });
  };
}
