/**
 * Networks in CIDR form, and who is in them.
 */
import ipaddr from 'ipaddr.js';

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Says whether an IP address is in one of the networks; a bare address is a network of one. Throws on what is neither. */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map(parse);
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const ip = ipaddr.process(address);
    return ranges.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits));
  };
}

function parse(network: string): Range {
  if (network.includes('/')) return ipaddr.parseCIDR(network);
  const ip = ipaddr.process(network);
  return [ip, ip.kind() === 'ipv4' ? 32 : 128];
}
