/**
 * The IMAP server of one listener: accepts connections, and sees them out when it closes.
 *
 * RFC 3501; RFC 8314 §3.2 (implicit TLS).
 */
import type { Directory } from '@posthorn/directory/directory.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Connection, Endpoint, Listening, Net } from '@posthorn/world/net.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { TlsServerOptions } from '@posthorn/world/tls.ts';
import { ImapConnection } from './connection.ts';
import { type ImapLimits, withDefaults } from './limits.ts';
import { MailboxWatch } from './mailbox-watch.ts';

export interface ImapServerOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly store: Store;
  readonly directory: Directory;
  /** Asked at each handshake, so that a reload can bring a new certificate. Absent: no STARTTLS. */
  readonly tls?: () => Pick<TlsServerOptions, 'context' | 'contextFor'>;
  /** TLS from the first octet (port 993). Needs `tls`. */
  readonly isImplicitTls: boolean;
  /** Passwords are taken without TLS: for `dev` only. */
  readonly isClearLoginAllowed: boolean;
  readonly isScramOffered: boolean;
  readonly limits?: Partial<ImapLimits>;
}

export interface ImapServer {
  listen(at: Endpoint): Promise<Listening>;
  /** Stops accepting, says BYE to each session after its command, cuts what is left after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 3000;

export function createImapServer(options: ImapServerOptions): ImapServer {
  return new Server(options);
}

class Server implements ImapServer {
  readonly #options: ImapServerOptions;
  readonly #limits: ImapLimits;
  readonly #watch: MailboxWatch;
  readonly #listening = new Set<Listening>();
  readonly #open = new Map<ImapConnection, { readonly ended: Promise<void>; readonly remoteAddress: string }>();

  constructor(options: ImapServerOptions) {
    if (options.isImplicitTls && options.tls === undefined) throw new TypeError('implicit TLS without a TLS context');
    this.#options = options;
    this.#limits = withDefaults(options.limits ?? {});
    this.#watch = new MailboxWatch(options.store);
  }

  async listen(at: Endpoint): Promise<Listening> {
    const listening = await this.#options.net.listen(at, (connection) => { this.#accept(connection); });
    this.#listening.add(listening);
    return listening;
  }

  async close(graceMs = GRACE_MS): Promise<void> {
    for (const listening of this.#listening) await listening.close();
    this.#listening.clear();
    const timer = this.#options.clock.deadline(graceMs, () => {
      for (const connection of this.#open.keys()) connection.cut();
    });
    for (const connection of this.#open.keys()) connection.retire();
    await Promise.all(Array.from(this.#open.values(), ({ ended }) => ended));
    timer.cancel();
    this.#watch.close();
  }

  #accept(connection: Connection): void {
    const { remoteAddress } = connection;
    const isFull = this.#open.size >= this.#limits.connectionsMax || this.#countOf(remoteAddress) >= this.#limits.connectionsPerAddressMax;
    const { log, ...rest } = this.#options;
    const session = new ImapConnection(connection, {
      ...rest,
      limits: this.#limits,
      watch: this.#watch,
      log: log.child({ session: this.#sessionName(), remote: remoteAddress }),
    });
    const ended = (isFull ? session.turnAway() : session.serve()).finally(() => { this.#open.delete(session); });
    this.#open.set(session, { ended, remoteAddress });
  }

  #countOf(remoteAddress: string): number {
    let count = 0;
    for (const open of this.#open.values()) if (open.remoteAddress === remoteAddress) count += 1;
    return count;
  }

  #sessionName(): string {
    return this.#options.random.bytes(5).toString('hex');
  }
}
