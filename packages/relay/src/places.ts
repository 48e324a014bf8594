/**
 * Which IP addresses are places that mail goes to.
 *
 * A domain's owner may publish any address; one that means our own machine or network
 * must not make us talk to it. RFC 6890 (special-purpose addresses), RFC 4193, RFC 1918.
 */
import { canonicalIp, parseIp } from '@posthorn/world/ip.ts';

/** Octets of a network and the length of its prefix. */
type Network = readonly [octets: readonly number[], bits: number];

/** Never a host: unspecified, "this network", multicast, reserved. */
const NOWHERE: readonly Network[] = networks(['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', '::/128', 'ff00::/8']);

/** Hosts only to those beside them: loopback, private, link-local, shared (RFC 6598). */
const NEAR: readonly Network[] = networks([
  '127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10',
  '::1/128', 'fc00::/7', 'fe80::/10',
]);

export function isPlaceForMail(address: string, { isLoopbackAllowed }: { readonly isLoopbackAllowed: boolean }): boolean {
  const octets = parseIp(canonicalIp(address) ?? '');
  if (octets === undefined || NOWHERE.some((network) => isWithin(octets, network))) return false;
  return isLoopbackAllowed || !NEAR.some((network) => isWithin(octets, network));
}

function networks(texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const [ip = '', bits = ''] = text.split('/');
    return [parseIp(ip) ?? [], Number(bits)];
  });
}

function isWithin(octets: readonly number[], [network, bits]: Network): boolean {
  if (octets.length !== network.length) return false;
  return network.every((octet, index) => {
    const shift = 8 - Math.min(8, Math.max(0, bits - 8 * index));
    return octet >> shift === (octets[index] ?? 0) >> shift;
  });
}
