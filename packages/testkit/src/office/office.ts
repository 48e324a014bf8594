/**
 * A post office: the engine of `posthorn dev` in this process, and what a test does with it.
 */
import { devConfig } from '@posthorn/server/config/dev.ts';
import { openHost } from '@posthorn/server/host.ts';
import type { Host } from '@posthorn/server/host.ts';
import type { World } from '@posthorn/server/world.ts';
import type { Milliseconds } from '@posthorn/world/clock.ts';
import { silentLog } from '@posthorn/world/log.ts';
import { OffsetClock, realClock } from '@posthorn/world/node/clock.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { realRandom } from '@posthorn/world/node/random.ts';
import { identifier } from '@posthorn/world/random.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import type { Letter } from '../letter/letter.ts';
import { Inbox } from '../waiting/inbox.ts';
import { Register } from '../waiting/register.ts';
import { scopeOf } from '../waiting/scope.ts';
import { type Door, doorAt, environment, type ImapDoor, imapDoorAt } from './address-book.ts';
import { FaultBook } from '../faults/fault-book.ts';
import { Arrivals } from './arrivals.ts';
import { Overheard } from './overheard.ts';

export interface PostOfficeOptions {
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free port by default. */
  readonly ports?: { readonly smtp?: number; readonly imap?: number; readonly http?: number };
  /** The domain of the addresses that `inbox()` makes up; `inbox.test` by default. */
  readonly domain?: string;
}

export interface InboxOptions {
  /** `ann@shop.test`, or `*@shop.test` for a whole domain. */
  readonly address?: string;
  /** A whole domain of its own, `*@k3f9.inbox.test`, where no address is given. */
  readonly wholeDomain?: boolean;
  /** What came before counts too. */
  readonly fromStart?: boolean;
}

const UNIQUE_LENGTH = 10;
/** Of the post office itself. */
const HOSTNAME = 'localhost';

export interface OfficeParts {
  readonly options: PostOfficeOptions;
  readonly world: World;
  readonly host: Host;
  readonly fault: FaultBook;
  readonly overheard: Overheard;
}

export async function openOffice(options: PostOfficeOptions = {}): Promise<PostOffice> {
  const { host = '127.0.0.1', ports = {} } = options;
  const config = devConfig({ data: ':memory:', host, smtpPort: ports.smtp ?? 0, imapPort: ports.imap ?? 0, httpPort: ports.http ?? 0 });
  const fault = new FaultBook();
  const overheard = new Overheard();
  const world: World = {
    clock: new OffsetClock(), random: realRandom, net: nodeNet, resolver: new SimResolver(), log: silentLog, hasThreads: false,
    faults: fault.of(HOSTNAME), overhear: overheard.at(HOSTNAME),
  };
  return new PostOffice({ options, world, fault, overheard, host: await openHost({ config, world, certificates: 'none' }) });
}

export class PostOffice implements AsyncDisposable {
  /** Where the application sends: any sender and recipient, any password or none. */
  readonly smtp: Door;
  /** Where the application reads: the user is an address, with any password. */
  readonly imap: ImapDoor;
  readonly http: Door;
  /** What goes wrong. */
  readonly fault: FaultBook;
  readonly #parts: OfficeParts;
  readonly #register = new Register();
  readonly #arrivals: Arrivals;

  constructor(parts: OfficeParts) {
    const { host, world } = parts;
    this.#parts = parts;
    this.fault = parts.fault;
    this.smtp = doorAt('smtp', this.#place('submission'));
    this.imap = imapDoorAt(this.#place('imap'));
    this.http = doorAt('http', this.#place('http'));
    this.#arrivals = new Arrivals({
      store: host.core.store, host: HOSTNAME, register: this.#register, onFault: (err) => world.log.error({ err }, 'letters cannot be read'),
    });
  }

  /** What to put into the environment of the application. */
  env(): Readonly<Record<string, string>> {
    return environment(this);
  }

  /** An inbox from now on: of an address that nobody else has, or of the one given. */
  inbox(which: string | InboxOptions = {}): Inbox {
    const { address, wholeDomain = false, fromStart = false } = typeof which === 'string' ? { address: which } : which;
    const { overheard } = this.#parts;
    const before = overheard.now;
    return new Inbox({
      scope: scopeOf(address ?? this.#unique(wholeDomain)),
      letters: this.#register,
      since: fromStart ? 0 : this.#register.now,
      clock: realClock,
      quiet: (ms) => this.#pass(ms),
      complaints: () => overheard.refusals(before),
    });
  }

  /** Every letter until now, whoever it is for, oldest first. */
  async letters(): Promise<readonly Letter[]> {
    await this.#register.look();
    return this.#register.all.map(({ letter }) => letter);
  }

  /** Closes every port and connection. */
  async close(): Promise<void> {
    this.#arrivals.close();
    await this.#parts.host.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #unique(isDomain: boolean): string {
    const word = identifier(this.#parts.world.random, UNIQUE_LENGTH);
    const { domain = 'inbox.test' } = this.#parts.options;
    return isDomain ? `*@${word}.${domain}` : `${word}@${domain}`;
  }

  #place(protocol: string): { readonly host: string; readonly port: number } {
    const endpoint = this.#parts.host.bound.find((one) => one.protocol === protocol)?.endpoint;
    if (endpoint === undefined || 'path' in endpoint) throw new Error(`nobody listens for ${protocol}`);
    return endpoint;
  }

  #pass(ms: Milliseconds): Promise<void> {
    return new Promise((resolve) => {
      realClock.deadline(ms, resolve);
    });
  }
}
