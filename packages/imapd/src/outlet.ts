/**
 * What we send: small responses gathered into one write, large ones no faster than they are read.
 *
 * `write` only gathers. Whoever produces much awaits `room()` between pieces; the end of a
 * command awaits `flush()`. A peer that reads nothing for too long is cut off.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Connection } from '@posthorn/world/net.ts';

/** Gathered octets from which a write is worth its cost. */
const GATHER_OCTETS = 64 * 1024;

/** The peer is gone, or reads nothing: there is nobody to tell anything. */
export class PeerGone extends Error {
  override readonly name = 'PeerGone';
}

export class Outlet {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #stallMs: Milliseconds;
  #pieces: Buffer[] = [];
  #gathered = 0;

  /** `stallMs`: how long the peer may leave a write unread. */
  constructor(connection: Connection, { clock, stallMs }: { readonly clock: Clock; readonly stallMs: Milliseconds }) {
    this.#connection = connection;
    this.#clock = clock;
    this.#stallMs = stallMs;
  }

  write(piece: Buffer | string): void {
    const octets = typeof piece === 'string' ? Buffer.from(piece) : piece;
    if (octets.length === 0) return;
    this.#pieces.push(octets);
    this.#gathered += octets.length;
  }

  /** Throws `PeerGone` if there is nobody to work for any more. */
  checkPeer(): void {
    if (this.#connection.destroyed || this.#connection.writableEnded) throw new PeerGone('the connection is closed');
  }

  /** Sends what is gathered without waiting for room, unless the peer is behind already: for a word in between. */
  push(): void {
    if (this.#gathered === 0 || this.#connection.writableNeedDrain) return;
    this.#connection.write(this.#taken());
  }

  #taken(): Buffer {
    const [only] = this.#pieces;
    const octets = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces, this.#gathered);
    this.#pieces = [];
    this.#gathered = 0;
    return octets;
  }

  /** Sends what is gathered once it is much. */
  async room(): Promise<void> {
    if (this.#gathered >= GATHER_OCTETS) await this.flush();
  }

  /** Sends what is gathered; resolves when the peer has room for more. Throws `PeerGone`. */
  async flush(): Promise<void> {
    this.checkPeer();
    if (this.#gathered === 0) return;
    if (!this.#connection.write(this.#taken())) await this.#drained();
  }

  #drained(): Promise<void> {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      const settle = (gone?: string): void => {
        timer.cancel();
        connection.off('drain', onDrain);
        connection.off('close', onClose);
        if (gone !== undefined) reject(new PeerGone(gone));
        else resolve();
      };
      const onDrain = (): void => { settle(); };
      const onClose = (): void => { settle('the connection closed while we wrote'); };
      const timer = this.#clock.deadline(this.#stallMs, () => {
        settle('the peer reads nothing');
        connection.destroy();
      });
      connection.on('drain', onDrain);
      connection.on('close', onClose);
      if (connection.destroyed) onClose();
    });
  }
}
