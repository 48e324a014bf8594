/**
 * The network, as the rest of the house sees it: byte streams between addresses.
 *
 * TLS is put on top of a `Connection` by `tls.ts`, the same way over real and simulated wires.
 */
import type { Duplex } from 'node:stream';

/** One end of a byte stream. Destroying it cuts the wire; `end()` closes it in order. */
export interface Connection extends Duplex {
  /** IP address in canonical text form; empty on a unix socket. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** Where to listen or connect: an IP address literal with a port (0: any free one), or a unix socket. */
export type Endpoint =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

export interface Listening {
  /** The endpoint with its real port. */
  readonly endpoint: Endpoint;
  /** Stops accepting; open connections go on. */
  close(): Promise<void>;
}

export interface Net {
  /**
   * Opens a connection. Throws `NetFault` when it cannot, or when `signal` says to stop.
   * `localAddress` binds the near end to one of our addresses.
   */
  connect(target: Endpoint, options?: {
    readonly signal?: AbortSignal;
    readonly localAddress?: string;
  }): Promise<Connection>;
  /** Accepts connections until closed. Throws `NetFault` (its `code` is for example EADDRINUSE). */
  listen(at: Endpoint, accept: (connection: Connection) => void, options?: ListenOptions): Promise<Listening>;
}

export interface ListenOptions {
  /** Permissions of a unix socket, 0600 by default. A socket file that nobody answers on is replaced. */
  readonly mode?: number;
}

/** The network could not do it now. `code` is the system's word: ECONNREFUSED, ETIMEDOUT, EADDRINUSE … */
export class NetFault extends Error {
  override readonly name = 'NetFault';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
