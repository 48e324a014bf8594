/**
 * Checks passwords: throttled, off the main thread, as slow for nobody as for somebody.
 *
 * A password that was right a moment ago is not hashed again: mail programs log in all the
 * time. What is remembered is an HMAC under a secret of this process, bound to the kept
 * credentials, so a changed password is forgotten at once.
 */
import { createHmac } from 'node:crypto';
import type { Accounts, ScramKeys } from '@posthorn/store/accounts.ts';
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Random } from '@posthorn/world/random.ts';
import { BoundedMap } from './bounded-map.ts';
import type { LoginAnswer, ScramLookup } from './directory.ts';
import { Gate } from './gate.ts';
import { SCRAM_ITERATIONS } from './hasher.ts';
import type { Hasher } from './hasher.ts';
import { saslPrepared } from './password.ts';
import { Throttle } from './throttle.ts';
import type { Try } from './throttle.ts';

const REMEMBERED_MAX = 2000;
export const REMEMBERED_FOR: Milliseconds = 5 * 60_000;
/** Two of the four threads of the pool that reads and writes files too. */
const HASHES_AT_ONCE = 2;
const HASHES_WAITING_MAX = 100;

/** Longest time for a SCRAM exchange. */
export const EXCHANGE_MAX: Milliseconds = 30_000;

/** A SCRAM exchange under way; those of one name and address need not be told apart. */
interface OpenExchange {
  readonly one: Try;
  readonly giveUp: Timer;
}

export interface LoginDeskOptions {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  /** Makes the salts of users that do not exist; keep it, or a restart tells them apart. */
  readonly secret: Buffer;
}

export class LoginDesk {
  readonly #options: LoginDeskOptions;
  readonly #throttle: Throttle;
  readonly #gate = new Gate({ places: HASHES_AT_ONCE, waitingMax: HASHES_WAITING_MAX });
  readonly #memorySecret: Buffer;
  /** By name and address; the throttle bounds how many. */
  readonly #exchanges = new Map<string, readonly OpenExchange[]>();
  readonly #remembered = new BoundedMap<string, Milliseconds>(REMEMBERED_MAX);

  constructor(options: LoginDeskOptions) {
    this.#options = options;
    this.#throttle = new Throttle(options.clock);
    this.#memorySecret = options.random.bytes(32);
  }

  /** `name` is an account's address as `addressKey` makes it, or whatever was given instead of one. */
  async login({ name, password, remoteAddress }: {
    readonly name: string; readonly password: string; readonly remoteAddress: string;
  }): Promise<LoginAnswer> {
    const one = await this.#throttle.begin(name, remoteAddress);
    if (one === undefined) return { kind: 'throttled' };
    try {
      const answer = await this.#verify(name, password);
      if (answer.kind === 'welcome') one.succeeded();
      if (answer.kind === 'refused') one.failed();
      return answer;
    } finally {
      // Too busy, or the books are out of reach: nobody's fault.
      one.untried();
    }
  }

  async #verify(name: string, given: string): Promise<LoginAnswer> {
    const { accounts, clock, hasher } = this.#options;
    const password = saslPrepared(given);
    if (password === undefined) return { kind: 'refused' };
    const account = await accounts.byAddress(name);
    const argon2id = account?.credentials?.argon2id;
    const memory = createHmac('sha256', this.#memorySecret).update(`${account?.id ?? ''}\0${argon2id ?? ''}\0${password}`).digest('base64');
    const until = this.#remembered.get(memory);
    if (account !== undefined && until !== undefined && until > clock.monotonic()) return { kind: 'welcome', account };
    const verified = await this.#gate.run(() => hasher.verify(password, argon2id));
    if (verified === undefined) return { kind: 'throttled' };
    if (account === undefined || !verified.value) return { kind: 'refused' };
    this.#remembered.set(memory, clock.monotonic() + REMEMBERED_FOR);
    return { kind: 'welcome', account };
  }

  async scram(name: string, remoteAddress: string): Promise<ScramLookup | 'throttled'> {
    const one = await this.#throttle.begin(name, remoteAddress);
    if (one === undefined) return 'throttled';
    this.#keepOpen(exchangeKey(name, remoteAddress), one);
    const account = await this.#options.accounts.byAddress(name);
    const keys = account?.credentials?.scramSha256;
    if (account === undefined || keys === undefined) return { keys: this.#madeUpKeys(name) };
    return { keys, account };
  }

  scramOutcome(name: string, remoteAddress: string, isWelcome: boolean): void {
    const key = exchangeKey(name, remoteAddress);
    const [open, ...others] = this.#exchanges.get(key) ?? [];
    if (open === undefined) return;
    this.#setExchanges(key, others);
    open.giveUp.cancel();
    if (isWelcome) open.one.succeeded();
    else open.one.failed();
  }

  /** An exchange that its client does not bring to its end has failed. */
  #keepOpen(key: string, one: Try): void {
    const giveUp = this.#options.clock.deadline(EXCHANGE_MAX, () => {
      one.failed();
      this.#setExchanges(key, (this.#exchanges.get(key) ?? []).filter((open) => open.one !== one));
    });
    this.#setExchanges(key, [...this.#exchanges.get(key) ?? [], { one, giveUp }]);
  }

  #setExchanges(key: string, open: readonly OpenExchange[]): void {
    if (open.length === 0) this.#exchanges.delete(key);
    else this.#exchanges.set(key, open);
  }

  /** The same each time for a name, as real ones are. */
  #madeUpKeys(name: string): ScramKeys {
    const made = (what: string): Buffer => createHmac('sha256', this.#options.secret).update(`${what}\0${name}`).digest();
    return {
      salt: made('salt').subarray(0, 16).toString('base64'),
      iterations: this.#options.hasher.scramIterations ?? SCRAM_ITERATIONS,
      storedKey: made('stored').toString('base64'),
      serverKey: made('server').toString('base64'),
    };
  }
}

function exchangeKey(name: string, remoteAddress: string): string {
  return `${remoteAddress} ${name}`;
}
