/**
 * A post office: the engine of `posthorn dev` in this process, and what a test does with it.
 */
import type { Host } from '@posthorn/server/host.ts';
import type { SpooledLetter } from '@posthorn/store/spool.ts';
import { realClock } from '@posthorn/world/node/clock.ts';
import type { KitClock } from '../clock/kit-clock.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import { Guard, type GuardOptions } from '../guards/guard.ts';
import type { Letter } from '../letter/letter.ts';
import { Inbox } from '../waiting/inbox.ts';
import type { Register } from '../waiting/register.ts';
import { scopeOf } from '../waiting/scope.ts';
import type { Authority } from '../world/certificates.ts';
import type { KitWorld } from '../world/world.ts';
import { type Door, doorAt, environment, type ImapDoor, imapDoorAt } from './address-book.ts';
import { Arrivals } from './arrivals.ts';
import { handIn } from './counter.ts';
import { journeyOf, type Step } from './journey.ts';
import type { PostOfficeOptions } from './options.ts';
import type { Overheard } from './overheard.ts';

export interface InboxOptions {
  /** `ann@shop.test`, or `*@shop.test` for a whole domain. */
  readonly address?: string;
  /** A whole domain of its own, `*@k3f9.inbox.test`, where no address is given. */
  readonly wholeDomain?: boolean;
  /** What came before counts too. */
  readonly fromStart?: boolean;
}

export interface OfficeParts {
  readonly options: PostOfficeOptions;
  readonly host: Host;
  readonly name: string;
  readonly clock: KitClock;
  readonly fault: FaultBook;
  readonly world: KitWorld;
  readonly overheard: Overheard;
  readonly register: Register;
  readonly authority: Authority;
  /** Waits until no host has anything under way. */
  readonly idle: () => Promise<void>;
  /** Makes up a word that no other inbox has. */
  readonly word: (length: number) => string;
}

/** Letters under way to domains of the world. */
export interface OfficeQueue {
  /** Resolves when nothing is due and nothing is under way, at any host. */
  idle(): Promise<void>;
  /** What still waits. */
  list(): Promise<readonly SpooledLetter[]>;
  /** Tries all that waits at once, and resolves when that is over. */
  retry(): Promise<void>;
}

const UNIQUE_LENGTH = 10;
const LISTED_MAX = 1000;
/** For connections that do not leave by themselves; of the simulated clock. */
const CLOSING_MS = 10_000;

export class PostOffice implements AsyncDisposable {
  /** Where the application sends: any sender and recipient, any password or none. */
  readonly smtp: Door;
  /** Where the application reads: the user is an address, with any password. */
  readonly imap: ImapDoor;
  readonly http: Door;
  /** What goes wrong. */
  readonly fault: FaultBook;
  /** Domains that mail really goes to. */
  readonly world: KitWorld;
  readonly clock: KitClock;
  readonly queue: OfficeQueue;
  readonly #parts: OfficeParts;
  readonly #arrivals: Arrivals;

  constructor(parts: OfficeParts) {
    const { host, name, register, clock, fault, world, idle } = parts;
    this.#parts = parts;
    this.clock = clock;
    this.fault = fault;
    this.world = world;
    this.smtp = doorAt('smtp', this.#place('submission'));
    this.imap = imapDoorAt(this.#place('imap'));
    this.http = doorAt('http', this.#place('http'));
    // Letters that cannot be read are those of a store that was closed.
    this.#arrivals = new Arrivals({ store: host.core.store, host: name, register, resolver: world.dns, onFault: () => {} });
    this.queue = {
      idle,
      list: () => host.queue.list({ limit: LISTED_MAX }),
      retry: async () => {
        await host.queue.command({ what: 'retry' });
        await idle();
      },
    };
  }

  /** What to put into the environment of the application. */
  env(): Readonly<Record<string, string>> {
    return environment(this);
  }

  /** The certificate, in PEM, of the authority that this post office and its world are certified by. */
  get authority(): string {
    return this.#parts.authority.certificate;
  }

  /** An inbox from now on: of an address that nobody else has, or of the one given. */
  inbox(which: string | InboxOptions = {}): Inbox {
    const { address, wholeDomain = false, fromStart = false } = typeof which === 'string' ? { address: which } : which;
    const { overheard, register, clock, host, word } = this.#parts;
    const before = overheard.now;
    return new Inbox({
      scope: scopeOf(address ?? this.#unique(wholeDomain)),
      letters: register,
      since: fromStart ? 0 : register.now,
      clock: realClock,
      quiet: (ms) => clock.pass(ms),
      complaints: () => overheard.refusals(before),
      send: async (write) => handIn(host, write({ now: clock.now().getTime(), word: word(UNIQUE_LENGTH) })),
    });
  }

  /** Every letter until now, whoever it is for, oldest first. */
  async letters(): Promise<readonly Letter[]> {
    const { register } = this.#parts;
    await register.look();
    return register.all.map(({ letter }) => letter);
  }

  /** Watches from now on for letters that nobody asks for, duplicates, and domains that are not allowed. */
  guard(options: GuardOptions = {}): Guard {
    return new Guard(options, this.#parts.register);
  }

  /** The SMTP dialogue in which a letter came in, as RFC 5321 prints them: `S: 220 …`, `C: EHLO …`. */
  transcript(letter: Pick<Letter, 'session'>): readonly string[] {
    return this.#parts.overheard.transcript(letter.session.id);
  }

  /** What became of a letter at every host it came by: of a letter, a Message-ID with its brackets, or an id. */
  journey(what: Letter | string): Promise<readonly Step[]> {
    const { name, host, world, overheard } = this.#parts;
    const others = world.domains.flatMap((domain) => (domain.host === undefined ? [] : [{ name: domain.name, host: domain.host }]));
    return journeyOf(typeof what === 'string' ? what : what.messageId || what.id, [{ name, host }, ...others], overheard);
  }

  /** Closes every port and connection. */
  async close(): Promise<void> {
    const { host, world, clock } = this.#parts;
    this.#arrivals.close();
    const closing = Promise.all([host.close(), world.close()]);
    if (clock.kind === 'simulated') await clock.run(CLOSING_MS);
    await closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #unique(isDomain: boolean): string {
    const { word, options: { domain = 'inbox.test' } } = this.#parts;
    return isDomain ? `*@${word(UNIQUE_LENGTH)}.${domain}` : `${word(UNIQUE_LENGTH)}@${domain}`;
  }

  #place(protocol: string): { readonly host: string; readonly port: number } {
    const endpoint = this.#parts.host.bound.find((one) => one.protocol === protocol)?.endpoint;
    if (endpoint === undefined || 'path' in endpoint) throw new Error(`nobody listens for ${protocol}`);
    return endpoint;
  }
}
