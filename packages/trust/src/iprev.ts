/**
 * Whether the host that connects has a name that leads back to it. RFC 8601 §3.
 */
import { canonicalIp } from '@posthorn/world/ip.ts';
import { type DnsAnswer, DnsFault, type Resolver } from '@posthorn/world/resolver.ts';
import type { Verdict } from './judge.ts';

/** A host may have many names; the first few tell. RFC 7208 §4.6.4 has the same bound. */
const NAMES_MAX = 10;

/** `name` is the one that leads back, or the first that does not; empty without any. */
export async function checkIprev(resolver: Resolver, remoteAddress: string): Promise<Verdict['iprev']> {
  const ip = canonicalIp(remoteAddress);
  if (ip === undefined) return { result: 'permerror', name: '' };
  try {
    const reverse = await resolver.ptr(ip);
    const names = reverse.kind === 'found' ? reverse.records.filter((name) => /^[a-z\d_.-]+$/.test(name)).slice(0, NAMES_MAX) : [];
    const [first] = names;
    // RFC 8601 §2.7.3: without PTR data it cannot be told, and will not be later.
    if (first === undefined) return { result: 'permerror', name: '' };
    for (const name of names) {
      const forward: DnsAnswer<string> = ip.includes(':') ? await resolver.aaaa(name) : await resolver.a(name);
      if (forward.kind === 'found' && forward.records.includes(ip)) return { result: 'pass', name };
    }
    return { result: 'fail', name: first };
  } catch (fault) {
    if (!(fault instanceof DnsFault)) throw fault;
    return { result: 'temperror', name: '' };
  }
}
