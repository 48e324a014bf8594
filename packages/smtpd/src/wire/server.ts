/**
 * smtp-server's server, fed with our own connections: over real nets and simulated ones.
 *
 * Kept of smtp-server: the register of connections and the meeting point for TLS. Its own
 * listener is never used, nor its built-in certificate, whose private key everyone has: the
 * contexts are ours, and without one TLS is not offered. RFC 8996: nothing below TLS 1.2
 * (node's own floor, which no context given to us lowers).
 */
import { SMTPServer } from 'smtp-server';
import type { SecureContext } from 'node:tls';
import type { Connection } from '@posthorn/world/net.ts';
import type { Milliseconds } from '@posthorn/world/clock.ts';
import { WireConnection } from './connection.ts';
import type { WireOptions } from './options.ts';
import { WORDS } from './words.ts';

export class WireServer extends SMTPServer {
  readonly #wire: WireOptions;
  readonly #open = new Map<WireConnection, string>();
  readonly #perAddress = new Map<string, number>();
  #whenEmpty: (() => void) | undefined;
  #isClosing = false;

  constructor(wire: WireOptions) {
    super({
      logger: false,
      lmtp: wire.protocol === 'lmtp',
      // TLS is begun by the connection, on whatever stream it was given.
      secure: wire.isImplicitTls,
      needsUpgrade: wire.isImplicitTls,
      authOptional: true,
      disableReverseLookup: true,
    });
    this.#wire = wire;
    this.on('error', (cause) => wire.log.debug({ cause }, 'smtp-server failed'));
  }

  accept(connection: Connection): void {
    const { limits } = this.#wire;
    const { remoteAddress } = connection;
    const wired = new WireConnection(this, connection, this.#wire, (closed) => this.#left(closed));
    const fromThere = this.#perAddress.get(remoteAddress) ?? 0;
    if (this.#isClosing) {
      wired.turnAway(WORDS.closing);
      return;
    }
    // On a unix socket everyone has the same address, and is of our own house.
    const isCrowd = remoteAddress !== '' && fromThere >= limits.connectionsPerAddressMax;
    if (isCrowd || this.#open.size >= limits.connectionsMax) {
      wired.turnAway(WORDS.tooManyConnections);
      return;
    }
    this.#open.set(wired, remoteAddress);
    this.#perAddress.set(remoteAddress, fromThere + 1);
    this.connections.add(wired);
    wired.init();
  }

  /** Sees everyone out; cuts who is still there after `graceMs`. */
  async shut(graceMs: Milliseconds): Promise<void> {
    this.#isClosing = true;
    for (const connection of this.#open.keys()) connection.leave();
    if (this.#open.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenEmpty = resolve;
    const grace = this.#wire.clock.deadline(graceMs, () => {
      for (const connection of this.#open.keys()) connection.sever();
    });
    await promise;
    grace.cancel();
  }

  /** Called by smtp-server's constructor, which would load its own certificate here. */
  override updateSecureContext(): void {
    this.secureContext = new Map();
  }

  override _resolveSNI(servername: string, answer: (error: Error | null, context?: SecureContext) => void): void {
    const provided = this.#wire.tls?.();
    answer(null, provided?.contextFor?.(servername) ?? provided?.context);
  }

  #left(connection: WireConnection): void {
    const address = this.#open.get(connection);
    if (address === undefined) return;
    this.#open.delete(connection);
    const others = (this.#perAddress.get(address) ?? 1) - 1;
    if (others > 0) this.#perAddress.set(address, others);
    else this.#perAddress.delete(address);
    if (this.#open.size === 0) this.#whenEmpty?.();
  }
}
