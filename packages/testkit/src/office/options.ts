/**
 * How a post office is to be.
 */
export interface PostOfficeOptions {
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free port by default. */
  readonly ports?: { readonly smtp?: number; readonly imap?: number; readonly http?: number };
  /** The domain of the addresses that `inbox()` makes up; `inbox.test` by default. */
  readonly domain?: string;
  /** Offer STARTTLS, with a certificate of the post office's own `authority`. Off by default: programs refuse certificates that they do not know. */
  readonly tls?: boolean;
  /**
   * `real`, by default: the clock goes by itself and can be moved ahead; the world's hosts are on loopback ports.
   * `simulated`: the clock stands still until it is moved, hosts are in memory, names are made up from `seed`.
   */
  readonly time?: 'real' | 'simulated';
  /** Of the simulated world's randomness. */
  readonly seed?: number;
}
