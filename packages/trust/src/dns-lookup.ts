/**
 * DNS the way mailauth asks it, answered by our resolver: so our cache, our servers and the
 * simulated world serve it too. Answers are plain data, fit to be sent between threads.
 */
import { canonicalIp } from '@posthorn/world/ip.ts';
import { type DnsAnswer, DnsFault, type Resolver } from '@posthorn/world/resolver.ts';

/** The records in mailauth's shapes, or the code of `node:dns` that says why there are none. */
export type LookupAnswer =
  | { readonly records: readonly unknown[] }
  | { readonly code: 'ENOTFOUND' | 'ENODATA' | 'ETIMEOUT' };

export type Lookup = (name: string, type: string) => Promise<LookupAnswer>;

export function createLookup(resolver: Resolver): Lookup {
  return async (name, type) => {
    try {
      return await answer(resolver, name, type);
    } catch (fault) {
      if (!(fault instanceof DnsFault)) throw fault;
      return { code: 'ETIMEOUT' };
    }
  };
}

async function answer(resolver: Resolver, name: string, type: string): Promise<LookupAnswer> {
  switch (type) {
    case 'TXT': return shaped(await resolver.txt(name), (text) => [text]);
    case 'A': return shaped(await resolver.a(name), (ip) => ip);
    case 'AAAA': return shaped(await resolver.aaaa(name), (ip) => ip);
    case 'MX': return shaped(await resolver.mx(name), ({ preference, exchange }) => ({ priority: preference, exchange }));
    case 'PTR': return shaped(await resolver.ptr(ipOfReverseName(name) ?? name), (host) => host);
    // Asked of a name that did not answer otherwise, to see whether it is an alias to nowhere: our answers follow aliases.
    default: return { code: 'ENODATA' };
  }
}

function shaped<T>(found: DnsAnswer<T>, shape: (record: T) => unknown): LookupAnswer {
  if (found.kind === 'found') return { records: found.records.map(shape) };
  return { code: found.kind === 'no-name' ? 'ENOTFOUND' : 'ENODATA' };
}

/** The address whose PTR records are asked for; undefined for other names of the reverse tree. */
export function ipOfReverseName(name: string): string | undefined {
  const labels = name.toLowerCase().split('.').toReversed();
  if (/\.in-addr\.arpa$/i.test(name)) return canonicalIp(labels.slice(2).join('.'));
  if (!/\.ip6\.arpa$/i.test(name) || labels.length !== 34) return undefined;
  return canonicalIp(labels.slice(2).join('').replaceAll(/(.{4})(?=.)/g, '$1:'));
}
