/**
 * Domain names and address literals, brought into one canonical shape.
 *
 * A domain is kept as lower-case A-labels, whichever way it was written, so that two
 * spellings of one domain are one string. Underscores are let pass: container names have them,
 * and DNS does not mind.
 * RFC 5321 §4.1.2 and §4.1.3 (literals), RFC 5890 and UTS #46 (IDN), RFC 5952 (writing IPv6).
 */
import { toASCII, toUnicode } from 'tr46';

/** RFC 1035 §2.3.4: what fits into 255 octets on the wire, written with dots. */
export const DOMAIN_OCTETS_MAX = 253;
const LABEL_OCTETS_MAX = 63;
/** RFC 5321 §4.5.3.1.2. */
const LITERAL_OCTETS_MAX = 255;

const LABELS = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;

/** UTS #46, non-transitional; hyphens and lengths are looked at here. */
const IDNA = { checkBidi: true, checkJoiners: true, checkHyphens: false, transitionalProcessing: false } as const;

/**
 * The canonical form of a domain or of an address literal in brackets; `undefined` if it is neither.
 *
 * `Bücher.Example` becomes `xn--bcher-kva.example`, `[ipv6:2001:DB8:0:0::1]` becomes `[IPv6:2001:db8::1]`.
 */
export function domainToAscii(text: string): string | undefined {
  if (text.startsWith('[')) return canonicalLiteral(text);
  // Four octets of UTF-8 for one letter of an A-label is more than any script needs.
  if (text === '' || text.length > DOMAIN_OCTETS_MAX * 4) return undefined;
  const isAscii = /^[\x21-\x7e]*$/.test(text);
  const ascii = isAscii ? text.toLowerCase() : toASCII(text, IDNA);
  if (ascii === null || ascii.length > DOMAIN_OCTETS_MAX || !LABELS.test(ascii)) return undefined;
  return ascii.length <= LABEL_OCTETS_MAX || ascii.split('.').every((label) => label.length <= LABEL_OCTETS_MAX) ? ascii : undefined;
}

/** For people to read: U-labels where they lead back to the same domain, else the domain as it is. */
export function domainToUnicode(domain: string): string {
  if (!domain.includes('xn--')) return domain;
  const { domain: unicode, error } = toUnicode(domain, IDNA);
  return !error && domainToAscii(unicode) === domain ? unicode : domain;
}

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` or `[tag:content]`. RFC 5321 §4.1.3. */
export function isAddressLiteral(domain: string): boolean {
  return canonicalLiteral(domain) !== undefined;
}

/** The IP address that a literal names, without its brackets and tag; `undefined` for other literals and for domains. */
export function literalIp(domain: string): string | undefined {
  const literal = canonicalLiteral(domain);
  if (literal === undefined) return undefined;
  if (literal.startsWith('[IPv6:')) return literal.slice(6, -1);
  return literal.includes(':') ? undefined : literal.slice(1, -1);
}

/** The literal for an IP address, of either family; `undefined` if it is none. */
export function ipLiteral(ip: string): string | undefined {
  return canonicalLiteral(ip.includes(':') ? `[IPv6:${ip}]` : `[${ip}]`);
}

function canonicalLiteral(text: string): string | undefined {
  if (text.length > LITERAL_OCTETS_MAX || !text.startsWith('[') || !text.endsWith(']')) return undefined;
  const inner = text.slice(1, -1);
  const colon = inner.indexOf(':');
  if (colon === -1) {
    const v4 = parseIpv4(inner);
    return v4 === undefined ? undefined : `[${v4.join('.')}]`;
  }
  const tag = inner.slice(0, colon);
  const content = inner.slice(colon + 1);
  if (tag.toLowerCase() === 'ipv6') {
    const groups = parseIpv6(content);
    return groups === undefined ? undefined : `[IPv6:${formatIpv6(groups)}]`;
  }
  // General-address-literal: Standardized-tag ":" 1*dcontent. An IPv6 address that lacks its tag is a mistake, not a tag.
  if (parseIpv6(inner) !== undefined || !/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/i.test(tag) || !/^[\x21-\x5a\x5e-\x7e]+$/.test(content)) return undefined;
  return `[${tag.toLowerCase()}:${content}]`;
}

/** Snum is 1*3DIGIT, at most 255; leading zeros are decimal nonetheless. */
function parseIpv4(text: string): readonly number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** Eight groups of sixteen bits. */
function parseIpv6(text: string): readonly number[] | undefined {
  if (!/^[0-9a-f:.]+$/i.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function parseGroups(text: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [index, piece] of pieces.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(piece)) {
      groups.push(Number.parseInt(piece, 16));
      continue;
    }
    const [a, b, c, d] = mayEndInIpv4 && index === pieces.length - 1 ? parseIpv4(piece) ?? [] : [];
    if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
    groups.push(a * 256 + b, c * 256 + d);
  }
  return groups;
}

/** RFC 5952 §4: lower case, the longest run of two or more zero groups shortened, the first of equals. */
function formatIpv6(groups: readonly number[]): string {
  const hex = groups.map((group) => group.toString(16));
  // RFC 5952 §5: addresses known to carry an IPv4 address are written with it.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  let from = 0;
  let length = 0;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > length) [from, length] = [start, end - start];
  }
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}
