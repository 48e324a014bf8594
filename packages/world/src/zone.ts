/**
 * DNS data as a plain object: what a laboratory's or a test's name servers know.
 *
 * The simulated resolver and the test DNS server both answer from it.
 * RFC 1034 §3.6.2 (CNAME), RFC 2308 §2 (no such name, and no such records).
 */
import { canonicalIp, reverseName } from './ip.ts';
import type { MxRecord, TlsaRecord } from './resolver.ts';

export interface ZoneNode {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly mx?: readonly MxRecord[];
  readonly txt?: readonly string[];
  readonly ptr?: readonly string[];
  readonly tlsa?: readonly TlsaRecord[];
  readonly cname?: string;
}

/** By name; an IP address as key means its name in the reverse tree. */
export type Zone = Readonly<Record<string, ZoneNode>>;

export type ZoneRecordType = Exclude<keyof ZoneNode, 'cname'>;

export interface ZoneAnswer<Type extends ZoneRecordType> {
  readonly kind: 'found' | 'none' | 'no-name';
  readonly records: NonNullable<ZoneNode[Type]>;
  /** The aliases gone through, in order, and the name at their end. */
  readonly aliases: readonly { readonly name: string; readonly cname: string }[];
  readonly name: string;
}

const CNAME_STEPS_MAX = 8;

/** Looks `name` up, through CNAMEs; names are compared without case. */
export function askZone<Type extends ZoneRecordType>(zone: Zone, name: string, type: Type): ZoneAnswer<Type> {
  const nodes = new Map(Object.entries(zone).map(([key, node]) => [zoneKey(key), node]));
  const aliases: { name: string; cname: string }[] = [];
  let at = zoneKey(name);
  let node = nodes.get(at);
  while (node?.cname !== undefined && aliases.length < CNAME_STEPS_MAX) {
    aliases.push({ name: at, cname: node.cname });
    at = zoneKey(node.cname);
    node = nodes.get(at);
  }
  const records = recordsOf(node, type);
  if (records.length > 0) return { kind: 'found', records, aliases, name: at };
  // A name with names below it exists, even without records of its own (RFC 8020).
  const exists = node !== undefined || [...nodes.keys()].some((key) => key.endsWith(`.${at}`));
  return { kind: exists ? 'none' : 'no-name', records, aliases, name: at };
}

function recordsOf<Type extends ZoneRecordType>(node: ZoneNode | undefined, type: Type): NonNullable<ZoneNode[Type]> {
  const none: ZoneNode & Required<Pick<ZoneNode, ZoneRecordType>> = { a: [], aaaa: [], mx: [], txt: [], ptr: [], tlsa: [] };
  return node?.[type] ?? none[type];
}

/** The form under which names are compared: lower case, no trailing dot. */
function zoneKey(name: string): string {
  return canonicalIp(name) === undefined ? name.toLowerCase().replace(/\.$/, '') : reverseName(name) ?? name;
}
