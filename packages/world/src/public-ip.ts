/**
 * Which addresses are out in the world: the only ones that a request of ours for a stranger's
 * URL may go to. Everything with a special purpose is not.
 *
 * IANA special-purpose address registries: RFC 6890, RFC 8190, and those since.
 */
import { canonicalIp, parseIp } from './ip.ts';

/** Network and length of its prefix. */
const SPECIAL: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.31.196.0', 24],
  ['192.52.193.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['192.175.48.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
  // Of IPv6 only 2000::/3 is given out; within it these are special. Tunnels could lead anywhere.
  ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['2620:4f:8000::', 48], ['3fff::', 20],
];

export function isPublicIp(text: string): boolean {
  const canonical = canonicalIp(text);
  const octets = canonical === undefined ? undefined : parseIp(canonical);
  if (octets === undefined) return false;
  // RFC 4291 §2.4: global unicast.
  if (octets.length === 16 && ((octets[0] ?? 0) & 0xe0) !== 0x20) return false;
  return !SPECIAL.some(([network, bits]) => isWithin(octets, parseIp(network) ?? [], bits));
}

function isWithin(octets: readonly number[], network: readonly number[], bits: number): boolean {
  if (octets.length !== network.length) return false;
  for (let at = 0; at < bits; at += 8) {
    const mask = bits - at >= 8 ? 0xff : 0xff & (0xff << (8 - (bits - at)));
    if (((octets[at / 8] ?? 0) & mask) !== ((network[at / 8] ?? 0) & mask)) return false;
  }
  return true;
}
