/**
 * Checks passwords: throttled, off the main thread, as slow for nobody as for somebody.
 *
 * A password that was right a moment ago is not hashed again: mail programs log in all the
 * time. What is remembered is an HMAC under a secret of this process, bound to the kept
 * credentials, so a changed password is forgotten at once.
 */
import { createHmac } from 'node:crypto';
import type { Account, Accounts, ScramKeys } from '@posthorn/store/accounts.ts';
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Random } from '@posthorn/world/random.ts';
import { BoundedMap } from './bounded-map.ts';
import type { LoginAnswer, ScramLookup } from './directory.ts';
import { Gate } from './gate.ts';
import type { Hasher } from './hasher.ts';
import { saslPrepared } from './password.ts';
import { Throttle } from './throttle.ts';

const REMEMBERED_MAX = 2000;
export const REMEMBERED_FOR: Milliseconds = 5 * 60_000;
/** Two of the four threads of the pool that reads and writes files too. */
const HASHES_AT_ONCE = 2;
const HASHES_WAITING_MAX = 100;

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
    if (!this.#throttle.begin(name, remoteAddress)) return { kind: 'throttled' };
    const prepared = saslPrepared(password);
    if (prepared === undefined) return { kind: 'refused' };
    const account = await this.#options.accounts.byAddress(name);
    const answer = await this.#verify(account, prepared);
    if (answer.kind === 'welcome') this.#throttle.succeeded(name, remoteAddress);
    if (answer.kind === 'throttled') this.#throttle.untried(name, remoteAddress);
    return answer;
  }

  async #verify(account: Account | undefined, password: string): Promise<LoginAnswer> {
    const { clock, hasher } = this.#options;
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
    if (!this.#throttle.begin(name, remoteAddress)) return 'throttled';
    const account = await this.#options.accounts.byAddress(name);
    const keys = account?.credentials?.scramSha256;
    if (account === undefined || keys === undefined) return { keys: this.#madeUpKeys(name) };
    return { keys, account };
  }

  scramSucceeded(name: string, remoteAddress: string): void {
    this.#throttle.succeeded(name, remoteAddress);
  }

  /** The same each time for a name, as real ones are. */
  #madeUpKeys(name: string): ScramKeys {
    const made = (what: string): Buffer => createHmac('sha256', this.#options.secret).update(`${what}\0${name}`).digest();
    return {
      salt: made('salt').subarray(0, 16).toString('base64'),
      iterations: this.#options.hasher.scramIterations,
      storedKey: made('stored').toString('base64'),
      serverKey: made('server').toString('base64'),
    };
  }
}
