/**
 * IP addresses as text: one canonical form for each, and their names in the reverse tree.
 *
 * RFC 5952 (IPv6 text form), RFC 1035 §3.5 and RFC 3596 §2.5 (reverse names).
 */

/** The 4 or 16 octets of an address; undefined if it is none. Zone identifiers are not addresses. */
export function parseIp(text: string): readonly number[] | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/**
 * The one way to write this address; undefined if it is none.
 * An IPv4 address inside IPv6 (RFC 4291 §2.5.5.2) is written as the IPv4 address it is.
 */
export function canonicalIp(text: string): string | undefined {
  const octets = parseIp(text);
  if (octets === undefined) return undefined;
  if (octets.length === 4) return octets.join('.');
  if (isMapped(octets)) return octets.slice(12).join('.');
  return formatV6(octets);
}

/** Where the PTR records of an address are; undefined if it is none. */
export function reverseName(ip: string): string | undefined {
  const canonical = canonicalIp(ip);
  const octets = canonical === undefined ? undefined : parseIp(canonical);
  if (octets === undefined) return undefined;
  if (octets.length === 4) return `${octets.toReversed().join('.')}.in-addr.arpa`;
  const nibbles = octets.flatMap((octet) => [octet >> 4, octet & 15]);
  return `${nibbles.toReversed().map((nibble) => nibble.toString(16)).join('.')}.ip6.arpa`;
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(ip: string): boolean {
  const canonical = canonicalIp(ip);
  return canonical === '::1' || (canonical?.startsWith('127.') ?? false);
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  // A leading zero means octal to some and decimal to others: not an address.
  if (!parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number);
}

function parseV6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || (halves.length === 2 && halves[0]?.includes('.'))) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const known = head.length + (tail?.length ?? 0);
  if (halves.length === 1 ? known !== 16 : known > 14) return undefined;
  const zeros = Array.from({ length: 16 - known }, () => 0);
  return [...head, ...zeros, ...(tail ?? [])];
}

/** The octets of groups between colons, the last of which may be an IPv4 address. */
function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (group.includes('.')) {
      const v4 = index === groups.length - 1 ? parseV4(group) : undefined;
      if (v4 === undefined) return undefined;
      octets.push(...v4);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 255);
    }
  }
  return octets;
}

function isMapped(octets: readonly number[]): boolean {
  return octets.slice(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255;
}

function formatV6(octets: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, index) => (((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0)).toString(16));
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    // RFC 5952 §4.2.3: the longest run of zeros, the first among equals.
    if (length > best.length) best = { start, length };
  }
  // RFC 5952 §4.2.2: a single zero group is not shortened.
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
