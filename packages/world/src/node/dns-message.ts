/**
 * DNS messages: the question as octets, and what an answer says to it.
 *
 * RFC 1035 §4, RFC 6891 (EDNS0), RFC 6840 §5.7 (AD in a query asks for AD in the answer),
 * RFC 2308 §5 (how long a denial holds).
 */
import {
  type Answer, AUTHENTIC_DATA, type DecodedPacket, decode, encode, RECURSION_DESIRED,
} from 'dns-packet';
import { canonicalIp } from '../ip.ts';
import type { MxRecord, TlsaRecord } from '../resolver.ts';

export type DnsType = 'A' | 'AAAA' | 'MX' | 'TXT' | 'PTR' | 'TLSA';

/** The records of one type, of which only those asked for are there. */
export interface DnsRecords {
  readonly A: readonly string[];
  readonly AAAA: readonly string[];
  readonly MX: readonly MxRecord[];
  readonly TXT: readonly string[];
  readonly PTR: readonly string[];
  readonly TLSA: readonly TlsaRecord[];
}

export interface DnsQuestion {
  readonly id: number;
  readonly name: string;
  readonly type: DnsType;
}

export interface DnsReply {
  readonly isTruncated: boolean;
  /** RFC 1035 §4.1.1: 0 no error, 1 malformed, 2 failure, 3 no such name, 4 not implemented, 5 refused. */
  readonly code: number;
  readonly isAuthentic: boolean;
  readonly records: DnsRecords;
  /** How long this may be remembered; 0: not at all. */
  readonly ttlSeconds: number;
}

export const RCODE = { noError: 0, formatError: 1, noName: 3, notImplemented: 4 } as const;

/** Large enough for most answers, small enough for every path (DNS flag day 2020). */
const UDP_PAYLOAD_OCTETS = 1232;

const CNAME_STEPS_MAX = 8;

/** RFC 2308 §5: denials are kept for no more than three hours. */
const NEGATIVE_TTL_SECONDS_MAX = 3 * 3600;
const TTL_SECONDS_MAX = 24 * 3600;

/** RFC 1035 §2.3.4, and characters that can be asked for: others exist in no name of mail. */
export function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[\w-]{1,63}$/.test(label));
}

/** With EDNS0 unless told not to: a few old servers call that malformed. */
export function encodeQuestion({ id, name, type }: DnsQuestion, isExtended: boolean): Buffer {
  return encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ type, name }],
    additionals: isExtended
      ? [{ type: 'OPT', name: '.', udpPayloadSize: UDP_PAYLOAD_OCTETS, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }]
      : [],
  });
}

/** What these octets say to our question; undefined when they are no answer to it (RFC 5452 §9.1). */
export function readReply(octets: Buffer, question: DnsQuestion): DnsReply | undefined {
  const packet = decodeMessage(octets);
  if (packet === undefined || !packet.flag_qr || packet.id !== question.id) return undefined;
  const code = (packet.flags ?? 0) & 15;
  const [asked, ...others] = packet.questions ?? [];
  const isOurs = asked === undefined
    // Some servers refuse without repeating the question.
    ? code === RCODE.formatError || code === RCODE.notImplemented
    : others.length === 0 && asked.type === question.type && asked.name.toLowerCase() === question.name;
  if (!isOurs) return undefined;
  const { records, ttlSeconds, isEmpty } = collect(packet.answers ?? [], question);
  return {
    isTruncated: packet.flag_tc,
    code,
    isAuthentic: packet.flag_ad,
    records,
    ttlSeconds: isEmpty ? negativeTtl(packet.authorities ?? [], ttlSeconds) : Math.min(ttlSeconds, TTL_SECONDS_MAX),
  };
}

/** RFC 1035 §4.1.1 to 4.1.3: the header, and the least that a question and a record take. */
const HEADER_OCTETS = 12;
const QUESTION_OCTETS_MIN = 5;
const RECORD_OCTETS_MIN = 11;

/** These octets as a DNS message; undefined when they are none. */
export function decodeMessage(octets: Buffer): DecodedPacket | undefined {
  if (octets.length < HEADER_OCTETS) return undefined;
  const records = octets.readUInt16BE(6) + octets.readUInt16BE(8) + octets.readUInt16BE(10);
  // dns-packet makes room for as many as announced before it looks: 65,535 of each cost a millisecond.
  if (HEADER_OCTETS + octets.readUInt16BE(4) * QUESTION_OCTETS_MIN + records * RECORD_OCTETS_MIN > octets.length) return undefined;
  try {
    return decode(octets);
  } catch {
    // Its way to say that this is not a DNS message.
    return undefined;
  }
}

/** Follows the aliases that the answer gives, and takes the records at their end. */
function collect(answers: readonly Answer[], { name, type }: DnsQuestion): { records: DnsRecords; ttlSeconds: number; isEmpty: boolean } {
  let at = name;
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let step = 0; step < CNAME_STEPS_MAX; step += 1) {
    const alias = answers.find((answer) => answer.type === 'CNAME' && answer.name.toLowerCase() === at);
    if (alias?.type !== 'CNAME') break;
    ttlSeconds = Math.min(ttlSeconds, alias.ttl ?? 0);
    at = alias.data.toLowerCase();
  }
  const records: { [Type in DnsType]: DnsRecords[Type][number][] } = { A: [], AAAA: [], MX: [], TXT: [], PTR: [], TLSA: [] };
  let count = 0;
  for (const answer of answers) {
    if (answer.type !== type || answer.name.toLowerCase() !== at) continue;
    count += 1;
    ttlSeconds = Math.min(ttlSeconds, 'ttl' in answer ? answer.ttl ?? 0 : 0);
    if (answer.type === 'A') records.A.push(answer.data);
    if (answer.type === 'AAAA') records.AAAA.push(canonicalIp(answer.data) ?? answer.data);
    if (answer.type === 'MX') records.MX.push({ preference: answer.data.preference ?? 0, exchange: tidyName(answer.data.exchange) });
    if (answer.type === 'TXT') records.TXT.push(joined(answer.data));
    if (answer.type === 'PTR') records.PTR.push(tidyName(answer.data));
    if (answer.type === 'TLSA') records.TLSA.push({ ...answer.data, certificate: Buffer.from(answer.data.certificate) });
  }
  return { records, ttlSeconds, isEmpty: count === 0 };
}

/** RFC 2308 §5: as long as the SOA says, in its own TTL or its last field. Without SOA: not at all. */
function negativeTtl(authorities: readonly Answer[], aliasTtlSeconds: number): number {
  for (const authority of authorities) {
    if (authority.type !== 'SOA') continue;
    return Math.min(authority.ttl ?? 0, authority.data.minimum ?? 0, aliasTtlSeconds, NEGATIVE_TTL_SECONDS_MAX);
  }
  return 0;
}

/** Lower case; the root is empty; what could break a line of a log or a header becomes `?`. */
function tidyName(name: string): string {
  return name === '.' ? '' : name.toLowerCase().replaceAll(/[^\x21-\x7e]/g, '?');
}

function joined(data: string | Buffer | readonly (string | Buffer)[]): string {
  const strings = typeof data === 'string' || Buffer.isBuffer(data) ? [data] : data;
  return Buffer.concat(strings.map((text) => (typeof text === 'string' ? Buffer.from(text) : text))).toString();
}
