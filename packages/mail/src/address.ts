/**
 * Mail addresses: parsing, writing, comparing.
 *
 * RFC 5321 §4.1.2 (paths), RFC 6531 (internationalised), RFC 5890 (IDN).
 */

/** An address of the envelope, in one canonical shape. */
export interface Address {
  /** What the local part means: unquoted, otherwise as written. Never empty. */
  readonly localPart: string;
  /** Lower-case A-labels, or an address literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`. */
  readonly domain: string;
}
