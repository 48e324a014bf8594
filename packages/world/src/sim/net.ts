/**
 * A simulated network: hosts by IP address, and wires that delay, refuse and break when told.
 *
 * Without latency everything happens at once, without the clock; with latency it happens
 * when the clock gets there. Nothing is random: the same program gives the same bytes in
 * the same order.
 */
import type { Clock, Milliseconds } from '../clock.ts';
import { canonicalIp, isLoopback, parseIp } from '../ip.ts';
import { type Connection, type Endpoint, type Listening, type Net, NetFault } from '../net.ts';
import { createWire, type Wire, type WireEvent } from './wire.ts';

export interface SimNetOptions {
  readonly clock: Clock;
  /** From one end of any wire to the other; 0 by default. */
  readonly latency?: Milliseconds;
  /** The most octets that arrive at once: small, and every reader meets lines cut anywhere. */
  readonly segmentMax?: number;
}

/** The network as one host sees it, for as long as it is there. */
export interface HostNet extends Net {
  /**
   * The host is gone, as it stands: nobody listens there any more, nothing it waits for comes, and
   * its connections end. `close`: the kernel closes them, after what was sent, and refuses others.
   * `half-open`: nobody does, and who connects gets no answer.
   */
  leave(how: 'close' | 'half-open'): void;
}

/** What befalls connections to a host, or to one port of it. */
export interface NetTrouble {
  readonly to: string;
  /** Only of who connects from there; from anywhere by default. */
  readonly from?: string;
  readonly port?: number;
  /** How many connections it befalls; all of them by default, until healed. */
  readonly times?: number;
  /**
   * `refuse`: ECONNREFUSED. `silent`: connecting never ends, unless called off.
   * `unreachable`: EHOSTUNREACH. The others strike when `at` octets have gone one way: see `WireEvent`.
   */
  readonly kind: 'refuse' | 'silent' | 'unreachable' | WireEvent['kind'];
  /** Whose octets count: of who connected (`outward`, the default) or of who accepted. */
  readonly direction?: 'outward' | 'inward';
  readonly at?: number;
  readonly ms?: Milliseconds;
}

/** A host's time on the network. */
interface Presence {
  readonly own: readonly string[];
  readonly keys: Set<string>;
  readonly ends: Map<Connection, Wire>;
  isOver: boolean;
}

interface Listener {
  readonly presence: Presence;
  readonly accept: (connection: Connection) => void;
}

interface ActiveTrouble {
  readonly trouble: NetTrouble;
  left: number;
}

type Refusal = 'refuse' | 'silent' | 'unreachable';

type ConnectOptions = NonNullable<Parameters<Net['connect']>[1]>;

const FIRST_FREE_PORT = 49_152;
const SEGMENT_OCTETS_MAX = 65_536;

export class SimNet {
  readonly #clock: Clock;
  readonly #latency: Milliseconds;
  readonly #segmentMax: number;
  readonly #hosts = new Set<string>();
  /** Addresses of hosts without power: not even a refusal comes from there. */
  readonly #dark = new Set<string>();
  readonly #wires = new Set<Wire>();
  readonly #listeners = new Map<string, Listener>();
  readonly #troubles = new Set<ActiveTrouble>();
  #nextPort = FIRST_FREE_PORT;

  constructor({ clock, latency = 0, segmentMax = SEGMENT_OCTETS_MAX }: SimNetOptions) {
    this.#clock = clock;
    this.#latency = latency;
    this.#segmentMax = segmentMax;
  }

  /** The network as a host with these addresses sees it. */
  host(...addresses: readonly [string, ...string[]]): HostNet {
    const own = addresses.map(mustBeIp);
    const presence: Presence = { own, keys: new Set(), ends: new Map(), isOver: false };
    for (const address of own) {
      this.#hosts.add(address);
      this.#dark.delete(address);
    }
    return {
      connect: (target, options) => this.#connect(presence, target, options ?? {}),
      listen: (at, accept) => this.#listen(presence, at, accept),
      leave: (how) => this.#leave(presence, how),
    };
  }

  /** Begins a trouble; `heal` ends it for connections to come. */
  trouble(trouble: NetTrouble): { heal(): void } {
    const { to, from, times = Number.POSITIVE_INFINITY } = trouble;
    const active: ActiveTrouble = { trouble: { ...trouble, to: mustBeIp(to), ...(from === undefined ? {} : { from: mustBeIp(from) }) }, left: times };
    this.#troubles.add(active);
    return { heal: () => void this.#troubles.delete(active) };
  }

  /**
   * Parts some hosts from others: between them connecting is `silent`, and connections that are
   * open now go half-open. `heal` ends it for connections to come.
   */
  part(some: readonly string[], others: readonly string[]): { heal(): void } {
    const [one, other] = [some.map(mustBeIp), others.map(mustBeIp)];
    for (const wire of this.#wires) {
      const { remoteAddress, localAddress } = wire.near;
      const isAcross = one.includes(localAddress) ? other.includes(remoteAddress) : other.includes(localAddress) && one.includes(remoteAddress);
      if (isAcross) wire.strike('half-open');
    }
    const walls = one.flatMap((from) => other.flatMap((to) => [
      this.trouble({ from, to, kind: 'silent' }), this.trouble({ from: to, to: from, kind: 'silent' }),
    ]));
    return {
      heal: () => {
        for (const wall of walls) wall.heal();
      },
    };
  }

  #leave(presence: Presence, how: 'close' | 'half-open'): void {
    presence.isOver = true;
    for (const key of presence.keys) this.#listeners.delete(key);
    if (how === 'half-open') for (const address of presence.own) this.#dark.add(address);
    for (const [end, wire] of presence.ends) {
      if (how === 'half-open') wire.strike('half-open');
      end.destroy();
    }
  }

  async #listen(presence: Presence, at: Endpoint, accept: (connection: Connection) => void): Promise<Listening> {
    if (presence.isOver) return new Promise<never>(() => {});
    const { own } = presence;
    const endpoint = 'path' in at ? at : { host: mustBeIp(at.host), port: at.port === 0 ? this.#freePort() : at.port };
    const keys = 'path' in endpoint ? [pathKey(own, endpoint.path)] : this.#bound(own, endpoint.host).map((host) => portKey(own, host, endpoint.port));
    if (keys.length === 0) throw new NetFault('EADDRNOTAVAIL', `listening is not possible: ${describe(at)} is not an address of this host`);
    if (keys.some((key) => this.#listeners.has(key))) throw new NetFault('EADDRINUSE', `cannot listen on ${describe(at)}: it is in use`);
    const listener = { accept, presence };
    for (const key of keys) {
      this.#listeners.set(key, listener);
      presence.keys.add(key);
    }
    return {
      endpoint,
      close: async () => {
        for (const key of keys) {
          if (this.#listeners.get(key) !== listener) continue;
          this.#listeners.delete(key);
          presence.keys.delete(key);
        }
      },
    };
  }

  /** The addresses that an address to listen on stands for. */
  #bound(own: readonly string[], host: string): readonly string[] {
    if (host === '0.0.0.0') return [...own.filter((address) => !address.includes(':')), '127.0.0.1'];
    if (host === '::') return [...own, '127.0.0.1', '::1'];
    return own.includes(host) || isLoopback(host) ? [host] : [];
  }

  async #connect(presence: Presence, target: Endpoint, { signal, localAddress }: ConnectOptions): Promise<Connection> {
    const { own } = presence;
    const events: { outward: WireEvent[]; inward: WireEvent[] } = { outward: [], inward: [] };
    const refusal = 'path' in target ? undefined : this.#meetTroubles(own, { host: mustBeIp(target.host), port: target.port }, events);
    // There and back.
    await this.#pass(2 * this.#latency, refusal === 'silent' || this.#isDark(target), signal, target);
    if (presence.isOver) return new Promise<never>(() => {});
    if (refusal === 'refuse') throw new NetFault('ECONNREFUSED', `cannot connect to ${describe(target)}: refused`);
    if (refusal === 'unreachable') throw new NetFault('EHOSTUNREACH', `cannot connect to ${describe(target)}: no route`);
    const listener = this.#find(own, target);
    const addresses = 'path' in target
      ? { remoteAddress: '', remotePort: 0, localAddress: '', localPort: 0 }
      : { remoteAddress: mustBeIp(target.host), remotePort: target.port, localAddress: source(own, target.host, localAddress), localPort: this.#freePort() };
    const wire = createWire(addresses, { clock: this.#clock, latency: this.#latency, segmentMax: this.#segmentMax, ...events });
    this.#keep(wire, presence, listener.presence);
    listener.accept(wire.far);
    return wire.near;
  }

  /** Knows of a wire and whose its ends are, for as long as they are open. */
  #keep(wire: Wire, near: Presence, far: Presence): void {
    this.#wires.add(wire);
    for (const [end, presence] of [[wire.near, near], [wire.far, far]] as const) {
      presence.ends.set(end, wire);
      end.once('close', () => {
        presence.ends.delete(end);
        if (wire.near.closed && wire.far.closed) this.#wires.delete(wire);
      });
    }
  }

  #find(own: readonly string[], target: Endpoint): Listener {
    const key = 'path' in target ? pathKey(own, target.path) : portKey(own, mustBeIp(target.host), target.port);
    const listener = this.#listeners.get(key);
    if (listener !== undefined) return listener;
    if ('host' in target && !isLoopback(target.host) && !this.#hosts.has(mustBeIp(target.host))) {
      throw new NetFault('EHOSTUNREACH', `cannot connect to ${describe(target)}: no such host`);
    }
    throw new NetFault('path' in target ? 'ENOENT' : 'ECONNREFUSED', `cannot connect to ${describe(target)}: nobody listens`);
  }

  #isDark(target: Endpoint): boolean {
    return 'host' in target && this.#dark.has(mustBeIp(target.host));
  }

  /** Counts down what befalls this connection, and says whether it fails at once. */
  #meetTroubles(own: readonly string[], { host, port }: { readonly host: string; readonly port: number }, events: { outward: WireEvent[]; inward: WireEvent[] }): Refusal | undefined {
    let refusal: Refusal | undefined;
    for (const active of this.#troubles) {
      const { trouble } = active;
      if (trouble.to !== host || (trouble.port ?? port) !== port || active.left <= 0) continue;
      if (trouble.from !== undefined && !own.includes(trouble.from)) continue;
      active.left -= 1;
      const { kind, at = 0, ms = 0, direction = 'outward' } = trouble;
      if (kind === 'refuse' || kind === 'silent' || kind === 'unreachable') refusal ??= kind;
      else events[direction].push({ kind, at, ms });
    }
    for (const list of [events.outward, events.inward]) list.sort((a, b) => a.at - b.at);
    return refusal;
  }

  #pass(ms: Milliseconds, isForEver: boolean, signal: AbortSignal | undefined, target: Endpoint): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        timer?.cancel();
        reject(new NetFault('ECANCELED', `connecting to ${describe(target)} was called off`));
      };
      const arrive = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const timer = ms > 0 && !isForEver ? this.#clock.deadline(ms, arrive) : undefined;
      if (signal?.aborted) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      if (ms === 0 && !isForEver) process.nextTick(arrive);
    });
  }

  #freePort(): number {
    this.#nextPort += 1;
    return this.#nextPort - 1;
  }
}

/** A loopback address is each host's own. */
function portKey(own: readonly string[], host: string, port: number): string {
  return isLoopback(host) ? `${own[0] ?? ''} ${host} ${port}` : `${host} ${port}`;
}

function pathKey(own: readonly string[], path: string): string {
  return `${own[0] ?? ''} ${path}`;
}

/** The near address of a connection: the one asked for, or one of the target's kind. */
function source(own: readonly string[], target: string, asked: string | undefined): string {
  if (asked !== undefined) {
    if (own.includes(asked) || isLoopback(asked)) return asked;
    throw new NetFault('EADDRNOTAVAIL', `${asked} is not an address of this host`);
  }
  if (isLoopback(target)) return mustBeIp(target);
  const family = parseIp(mustBeIp(target))?.length;
  const found = own.find((address) => parseIp(address)?.length === family);
  if (found === undefined) throw new NetFault('ENETUNREACH', `cannot connect to ${target}: this host has no such address family`);
  return found;
}

function mustBeIp(text: string): string {
  const ip = canonicalIp(text);
  if (ip === undefined) throw new NetFault('EINVAL', `${text} is not an IP address`);
  return ip;
}

function describe(endpoint: Endpoint): string {
  return 'path' in endpoint ? endpoint.path : `${endpoint.host} port ${endpoint.port}`;
}
