/**
 * Signs what our people send: DKIM-Signature header lines. RFC 6376, RFC 8463.
 */

/** Just what the books keep of a key that signing needs. */
export interface SigningKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
}

export interface SignRequest {
  readonly keys: readonly SigningKey[];
  /** Header lines that we put in front and that are signed too (a missing Date, Message-ID). */
  readonly prefix: Buffer;
  /** The content as received, less what we cut. */
  readonly content: AsyncIterable<Buffer>;
  /** Seconds since 1970, for `t=`. */
  readonly signedAt: number;
}

/** One complete DKIM-Signature field per key, each ending in CRLF; empty without keys. */
export type Sign = (request: SignRequest) => Promise<Buffer>;
