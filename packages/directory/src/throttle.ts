/**
 * How often a password may be guessed, without letting a guesser lock the owner out.
 *
 * Failures are debts that are forgiven with time. They are counted for the network they come
 * from, and for that network with that account; only these two say no. When an account
 * gathers failures from everywhere, networks that never logged in to it get fewer tries each;
 * the owner's own network, and three tries from a new one, are always left. Names that do not
 * exist are counted like those that do. A try counts as failed from its beginning, so that
 * many at once gain nothing.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import { canonicalIp, parseIp } from '@posthorn/world/ip.ts';
import { BoundedMap } from './bounded-map.ts';

const MINUTE = 60_000;
const ENTRIES_MAX = 20_000;

export const NETWORK_FAILURES_MAX = 30;
export const PAIR_FAILURES_MAX = 10;
/** Tries of an unknown network at an account that is being guessed at from many. */
export const WARY_FAILURES_MAX = 3;
const ACCOUNT_FAILURES_WARY = 100;

const NETWORK_FORGIVEN_EVERY = MINUTE / 3;
const PAIR_FORGIVEN_EVERY = MINUTE;
const ACCOUNT_FORGIVEN_EVERY = MINUTE / 2;

export class Throttle {
  readonly #networks: Debts;
  readonly #pairs: Debts;
  readonly #accounts: Debts;
  /** Networks from which an account was logged in to. */
  readonly #known = new BoundedMap<string, true>(ENTRIES_MAX);

  constructor(clock: Clock) {
    this.#networks = new Debts(clock, NETWORK_FORGIVEN_EVERY);
    this.#pairs = new Debts(clock, PAIR_FORGIVEN_EVERY);
    this.#accounts = new Debts(clock, ACCOUNT_FORGIVEN_EVERY);
  }

  /** False: too many failures, do not even look. True: counted as failed until `succeeded` or `untried`. */
  begin(account: string, remoteAddress: string): boolean {
    const { network, pair } = keys(account, remoteAddress);
    const isWary = this.#accounts.of(account) >= ACCOUNT_FAILURES_WARY && this.#known.get(pair) === undefined;
    const pairMax = isWary ? WARY_FAILURES_MAX : PAIR_FAILURES_MAX;
    if (this.#networks.of(network) + 1 > NETWORK_FAILURES_MAX || this.#pairs.of(pair) + 1 > pairMax) return false;
    this.#networks.add(network, 1);
    this.#pairs.add(pair, 1);
    this.#accounts.add(account, 1);
    return true;
  }

  succeeded(account: string, remoteAddress: string): void {
    const { network, pair } = keys(account, remoteAddress);
    this.#networks.add(network, -1);
    this.#accounts.add(account, -1);
    this.#pairs.forget(pair);
    this.#known.set(pair, true);
  }

  /** The try was not made after all. */
  untried(account: string, remoteAddress: string): void {
    const { network, pair } = keys(account, remoteAddress);
    this.#networks.add(network, -1);
    this.#pairs.add(pair, -1);
    this.#accounts.add(account, -1);
  }
}

/** Debts by key, one forgiven each `every`. */
class Debts {
  readonly #debts = new BoundedMap<string, { readonly amount: number; readonly at: Milliseconds }>(ENTRIES_MAX);
  readonly #clock: Clock;
  readonly #every: Milliseconds;

  constructor(clock: Clock, every: Milliseconds) {
    this.#clock = clock;
    this.#every = every;
  }

  of(key: string): number {
    const debt = this.#debts.get(key);
    if (debt === undefined) return 0;
    return Math.max(0, debt.amount - (this.#clock.monotonic() - debt.at) / this.#every);
  }

  add(key: string, change: number): void {
    const amount = this.of(key) + change;
    if (amount <= 0) this.#debts.delete(key);
    else this.#debts.set(key, { amount, at: this.#clock.monotonic() });
  }

  forget(key: string): void {
    this.#debts.delete(key);
  }
}

function keys(account: string, remoteAddress: string): { readonly network: string; readonly pair: string } {
  const network = networkOf(remoteAddress);
  return { network, pair: `${network} ${account}` };
}

/** The address itself, or the /64 of an IPv6 one: nobody is given less. */
export function networkOf(remoteAddress: string): string {
  const canonical = canonicalIp(remoteAddress) ?? remoteAddress;
  const octets = parseIp(canonical);
  return octets?.length === 16 ? Buffer.from(octets.slice(0, 8)).toString('hex') : canonical;
}
