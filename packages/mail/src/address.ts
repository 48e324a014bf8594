/**
 * Mail addresses: parsing, writing, comparing.
 *
 * RFC 5321 §4.1.2 (paths), RFC 6531 (internationalised), RFC 5890 (IDN).
 */
import { Buffer } from 'node:buffer';
import { domainToAscii } from './domain.ts';

/** An address of the envelope, in one canonical shape. */
export interface Address {
  /** What the local part means: unquoted, otherwise as written. Never empty. */
  readonly localPart: string;
  /** Lower-case A-labels, or an address literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`. */
  readonly domain: string;
}

/** RFC 5321 §4.5.3.1.1, counted unquoted, in octets of UTF-8. */
export const LOCAL_PART_OCTETS_MAX = 64;
/** RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them its brackets. */
export const ADDRESS_OCTETS_MAX = 254;

/** RFC 5321 §4.1.2 Dot-string with the atext of RFC 5322 §3.2.3, and UTF8-non-ascii by RFC 6531 §3.3. */
const DOT_STRING = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u00a0-\uffff-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u00a0-\uffff-]+)*$/i;
/** QcontentSMTP, between the quotes: printable, a backslash before a printable. */
const QUOTED_CONTENT = /^(?:[\x20\x21\x23-\x5b\x5d-\x7e\u00a0-\uffff]|\\[\x20-\x7e])+$/;

/** Reads `local@domain`; `undefined` if it is not an address. The local part may be quoted, the domain a literal or an IDN. */
export function parseAddress(text: string): Address | undefined {
  // The local part may hold an at sign when quoted, the domain never.
  const at = text.lastIndexOf('@');
  if (at < 1) return undefined;
  const localPart = parseLocalPart(text.slice(0, at));
  if (localPart === undefined) return undefined;
  const domain = domainToAscii(text.slice(at + 1));
  if (domain === undefined) return undefined;
  return octetsOf(localPart) + 1 + domain.length <= ADDRESS_OCTETS_MAX ? { localPart, domain } : undefined;
}

/** What a local part means, as written in an address: `"john doe"` is `john doe`. */
export function parseLocalPart(text: string): string | undefined {
  // An escaped local part is at most twice as long, and has its quotes.
  if (text.length > 2 * LOCAL_PART_OCTETS_MAX + 2) return undefined;
  let meaning: string;
  if (text.startsWith('"')) {
    const content = text.slice(1, -1);
    if (text.length < 3 || !text.endsWith('"') || !QUOTED_CONTENT.test(content)) return undefined;
    meaning = content.replaceAll(/\\(.)/g, '$1');
  } else {
    if (!DOT_STRING.test(text)) return undefined;
    meaning = text;
  }
  return meaning.isWellFormed() && octetsOf(meaning) <= LOCAL_PART_OCTETS_MAX ? meaning : undefined;
}

/** As it goes on the wire, quoted where the local part needs it. */
export function formatAddress(address: Address): string {
  const { localPart, domain } = address;
  if (DOT_STRING.test(localPart)) return `${localPart}@${domain}`;
  return `"${localPart.replaceAll(/["\\]/g, '\\$&')}"@${domain}`;
}

/**
 * For look-ups: two addresses with the same key reach the same person here.
 *
 * Case of a local part is ours to ignore only where the domain is ours (RFC 5321 §2.4).
 */
export function addressKey(address: Address): string {
  return `${address.localPart.normalize('NFC').toLowerCase().normalize('NFC')}@${address.domain}`;
}

/** Whether the address can travel only by SMTPUTF8 (RFC 6531 §3.2); an IDN alone travels as A-labels. */
export function isInternational(address: Address): boolean {
  return /[^\x00-\x7f]/.test(address.localPart);
}

function octetsOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
