/**
 * How often a password may be guessed, without letting a guesser lock the owner out.
 *
 * Failures are debts that are forgiven with time. They are counted for the network they come
 * from, and for that network with that account; only these two say no. When an account
 * gathers failures from everywhere, networks that never logged in to it get fewer tries each;
 * the owner's own network, and three tries from a new one, are always left. Names that do not
 * exist are counted like those that do. No more tries are under way at once than may still
 * fail; the others wait for them, so that many at once gain nothing and lose nothing.
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
/** More are turned away. */
const WAITING_MAX = 200;

const NETWORK_FORGIVEN_EVERY = MINUTE / 3;
const PAIR_FORGIVEN_EVERY = MINUTE;
const ACCOUNT_FORGIVEN_EVERY = MINUTE / 2;

/** One try under way. Say once how it ended; what is said later does not count. */
export interface Try {
  succeeded(): void;
  failed(): void;
  /** It was not made after all. */
  untried(): void;
}

export class Throttle {
  readonly #networks: Debts;
  readonly #pairs: Debts;
  readonly #accounts: Debts;
  /** Networks from which an account was logged in to. */
  readonly #known = new BoundedMap<string, true>(ENTRIES_MAX);
  /** Tries under way, by network and by pair. */
  readonly #underWay = new Map<string, number>();
  #waiting = 0;
  /** Resolves when the next try has ended. */
  #ended = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#networks = new Debts(clock, NETWORK_FORGIVEN_EVERY);
    this.#pairs = new Debts(clock, PAIR_FORGIVEN_EVERY);
    this.#accounts = new Debts(clock, ACCOUNT_FORGIVEN_EVERY);
  }

  /** Undefined: too many failures, do not even look. */
  async begin(account: string, remoteAddress: string): Promise<Try | undefined> {
    const network = networkOf(remoteAddress);
    const pair = `${network} ${account}`;
    while (!this.#isWithin({ account, network, pair }, true)) {
      if (!this.#isWithin({ account, network, pair }, false) || this.#waiting >= WAITING_MAX) return undefined;
      this.#waiting += 1;
      await this.#ended.promise;
      this.#waiting -= 1;
    }
    this.#count(network, 1);
    this.#count(pair, 1);
    return this.#try(account, network, pair);
  }

  /** Whether one more may fail, those under way being counted as failed or not. */
  #isWithin({ account, network, pair }: { account: string; network: string; pair: string }, isCountingUnderWay: boolean): boolean {
    const isWary = this.#accounts.of(account) >= ACCOUNT_FAILURES_WARY && this.#known.get(pair) === undefined;
    const underWay = (key: string): number => (isCountingUnderWay ? this.#underWay.get(key) ?? 0 : 0);
    return this.#networks.of(network) + underWay(network) + 1 <= NETWORK_FAILURES_MAX
      && this.#pairs.of(pair) + underWay(pair) + 1 <= (isWary ? WARY_FAILURES_MAX : PAIR_FAILURES_MAX);
  }

  #try(account: string, network: string, pair: string): Try {
    let isOver = false;
    const end = (act: () => void) => (): void => {
      if (isOver) return;
      isOver = true;
      this.#count(network, -1);
      this.#count(pair, -1);
      act();
      this.#ended.resolve();
      this.#ended = Promise.withResolvers();
    };
    return {
      succeeded: end(() => {
        this.#pairs.forget(pair);
        this.#known.set(pair, true);
      }),
      failed: end(() => {
        this.#networks.add(network);
        this.#pairs.add(pair);
        this.#accounts.add(account);
      }),
      untried: end(() => {}),
    };
  }

  #count(key: string, change: number): void {
    const count = (this.#underWay.get(key) ?? 0) + change;
    if (count === 0) this.#underWay.delete(key);
    else this.#underWay.set(key, count);
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

  add(key: string): void {
    this.#debts.set(key, { amount: this.of(key) + 1, at: this.#clock.monotonic() });
  }

  forget(key: string): void {
    this.#debts.delete(key);
  }
}

/** The address itself, or the /64 of an IPv6 one: nobody is given less. */
export function networkOf(remoteAddress: string): string {
  const canonical = canonicalIp(remoteAddress) ?? remoteAddress;
  const octets = parseIp(canonical);
  return octets?.length === 16 ? Buffer.from(octets.slice(0, 8)).toString('hex') : canonical;
}
