/**
 * A stub resolver: asks the given name servers, remembers what they say.
 *
 * `isAuthentic` repeats the AD bit of the server. It means something only when that server
 * validates and the way to it is safe: one on this host, or behind a tunnel (RFC 6840 §5.8
 * and RFC 7672 §2.1.1 on who may believe it).
 * Aliases are followed as the answer gives them. RFC 1035, RFC 2308 (negative answers),
 * RFC 5452 (forgery), RFC 6761 §6 (names with a meaning of their own).
 */
import { getServers } from 'node:dns';
import type { Clock, EpochMs, Milliseconds } from '../clock.ts';
import { canonicalIp, reverseName } from '../ip.ts';
import type { Net } from '../net.ts';
import type { Random } from '../random.ts';
import { type DnsAnswer, DnsFault, type Resolver } from '../resolver.ts';
import { ask, type DnsServerAddress } from './dns-exchange.ts';
import { type DnsRecords, type DnsReply, type DnsType, isDnsName, RCODE } from './dns-message.ts';

export interface StubResolverOptions {
  /** `ip`, `ip:port` or `[ip]:port`; the system's by default. */
  readonly servers?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
  /** How long to wait for a server, one entry a round through all of them. */
  readonly timeouts?: readonly Milliseconds[];
}

const DNS_PORT = 53;
const TIMEOUTS_MS: readonly Milliseconds[] = [1_500, 3_000, 5_000];
const CACHE_ENTRIES_MAX = 10_000;
/** Questions under way at once; others wait their turn. Each has a socket. */
const QUESTIONS_MAX = 256;

type Outcome = Pick<DnsReply, 'code' | 'isAuthentic' | 'records'>;

interface Remembered {
  readonly until: EpochMs;
  readonly outcome: Outcome;
}

const NO_RECORDS: DnsRecords = { A: [], AAAA: [], MX: [], TXT: [], PTR: [], TLSA: [] };

/** Throws a TypeError when a server's address is none. */
export function createStubResolver(options: StubResolverOptions): Resolver {
  const { clock, random, net, timeouts = TIMEOUTS_MS } = options;
  const servers = options.servers?.map(mustParseServer) ?? systemServers();
  const cache = new Map<string, Remembered>();
  const underWay = new Map<string, Promise<Outcome>>();
  const turn = createTurnstile(QUESTIONS_MAX);

  async function askServers(name: string, type: DnsType): Promise<Outcome> {
    let cause: unknown;
    for (const timeout of timeouts) {
      for (const server of servers) {
        try {
          const reply = await ask({ server, name, type, timeout, clock, random, net });
          if (reply.code === RCODE.noError || reply.code === RCODE.noName) {
            remember(`${type} ${name}`, reply);
            return reply;
          }
          cause = new Error(`${server.host} answered with code ${reply.code}`);
        } catch (fault) {
          // The next server, or the next round, may answer: the last fault is the one told.
          cause = fault;
        }
      }
    }
    throw new DnsFault(`no answer about ${type} of ${name}`, { cause });
  }

  function remember(key: string, reply: DnsReply): void {
    if (reply.ttlSeconds <= 0) return;
    // The oldest goes: a Map keeps the order of entry.
    const [oldest] = cache.keys();
    if (oldest !== undefined && cache.size >= CACHE_ENTRIES_MAX) cache.delete(oldest);
    cache.delete(key);
    cache.set(key, { until: clock.now() + reply.ttlSeconds * 1000, outcome: reply });
  }

  async function find(name: string, type: DnsType): Promise<Outcome> {
    const key = `${type} ${name}`;
    const remembered = cache.get(key);
    if (remembered !== undefined && remembered.until > clock.now()) return remembered.outcome;
    const already = underWay.get(key);
    if (already !== undefined) return already;
    const asking = turn(() => askServers(name, type)).finally(() => underWay.delete(key));
    underWay.set(key, asking);
    return asking;
  }

  async function look<Type extends DnsType>(asked: string, type: Type): Promise<DnsAnswer<DnsRecords[Type][number]>> {
    const name = asked.toLowerCase().replace(/\.$/, '');
    const { code, isAuthentic, records } = known(name) ?? await find(name, type);
    if (code === RCODE.noName) return { kind: 'no-name', isAuthentic };
    return records[type].length > 0 ? { kind: 'found', records: records[type], isAuthentic } : { kind: 'none', isAuthentic };
  }

  return {
    mx: (name) => look(name, 'MX'),
    a: (name) => look(name, 'A'),
    aaaa: (name) => look(name, 'AAAA'),
    txt: (name) => look(name, 'TXT'),
    ptr: (ip) => look(reverseName(ip) ?? ip, 'PTR'),
    tlsa: (name) => look(name, 'TLSA'),
  };
}

/** What needs no asking. */
function known(name: string): Outcome | undefined {
  // RFC 6761 §6.3: localhost is this host, whatever DNS says.
  if (name === 'localhost' || name.endsWith('.localhost')) {
    return { code: RCODE.noError, isAuthentic: false, records: { ...NO_RECORDS, A: ['127.0.0.1'], AAAA: ['::1'] } };
  }
  // RFC 6761 §6.4; and what cannot be written in a question has no answer.
  if (name === 'invalid' || name.endsWith('.invalid') || !isDnsName(name)) {
    return { code: RCODE.noName, isAuthentic: false, records: NO_RECORDS };
  }
  return undefined;
}

/** Those the system names that we can ask (not those with an IPv6 zone), or this host. */
function systemServers(): readonly DnsServerAddress[] {
  const servers = getServers().map(parseServer).filter((server) => server !== undefined);
  return servers.length > 0 ? servers : [{ host: '127.0.0.1', port: DNS_PORT }];
}

function mustParseServer(text: string): DnsServerAddress {
  const server = parseServer(text);
  if (server === undefined) throw new TypeError(`${text} is not the address of a name server`);
  return server;
}

function parseServer(text: string): DnsServerAddress | undefined {
  const withPort = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? /^([\d.]+):(\d{1,5})$/.exec(text);
  const [host, port] = withPort === null ? [text, DNS_PORT] : [withPort[1] ?? '', Number(withPort[2] ?? DNS_PORT)];
  const ip = canonicalIp(host);
  return ip === undefined || port > 65_535 ? undefined : { host: ip, port };
}

/** Lets so many in at once, the others in order of coming. */
function createTurnstile(places: number): <T>(act: () => Promise<T>) => Promise<T> {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => { waiting.push(resolve); });
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
