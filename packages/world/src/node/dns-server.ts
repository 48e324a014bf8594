/**
 * A small authoritative DNS server for laboratories: answers from a zone, by UDP and TCP.
 *
 * It knows everything there is (no delegation, no recursion) and reads the zone anew for
 * each question. RFC 1035 §4.2 (transports), RFC 2308 §3 (SOA with a denial).
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  type Answer, AUTHENTIC_DATA, AUTHORITATIVE_ANSWER, type DecodedPacket, encode, type Question,
  RECURSION_DESIRED, TRUNCATED_RESPONSE,
} from 'dns-packet';
import { canonicalIp, parseIp } from '../ip.ts';
import { type Connection, type Listening, type Net, NetFault } from '../net.ts';
import { askZone, type Zone, type ZoneRecordType } from '../zone.ts';
import { decodeMessage } from './dns-message.ts';
import { nodeNet } from './net.ts';

export interface DnsServerOptions {
  readonly zone: Zone;
  readonly net?: Net;
  readonly host?: string;
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly ttlSeconds?: number;
  /** Whether answers claim to be validated (AD). */
  readonly isAuthentic?: boolean;
  /** Asked about each question: what is to go wrong with it. */
  readonly trouble?: (question: DnsServerQuestion) => DnsTrouble | undefined;
}

export interface DnsServerQuestion {
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
}

/** `forged`: first a wrong id, then a wrong question, then the answer. `no-edns`: does not know EDNS0. */
export type DnsTrouble = 'silent' | 'failure' | 'refused' | 'truncated' | 'forged' | 'no-edns';

export interface DnsServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

const PORT_TRIES_MAX = 20;
const UDP_OCTETS_MAX = 512;
const RCODES = { failure: 2, noName: 3, refused: 5, formatError: 1 } as const;
const TYPES: Readonly<Record<string, ZoneRecordType>> = { A: 'a', AAAA: 'aaaa', MX: 'mx', TXT: 'txt', PTR: 'ptr', TLSA: 'tlsa' };

/** Throws `NetFault` when the port cannot be had. */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { net = nodeNet, host = '127.0.0.1', port = 0 } = options;
  const connections = new Set<Connection>();
  const { socket, listening } = await bindBoth(net, host, port, (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
    serveStream(connection, options).catch(() => connection.destroy());
  });
  socket.on('message', (message, from) => {
    for (const reply of replies(message, options, 'udp')) socket.send(reply, from.port, from.address);
  });
  // Sending to a port that has closed meanwhile is the asker's matter.
  socket.on('error', () => {});
  return {
    address: host,
    port: socket.address().port,
    close: async () => {
      await listening.close();
      for (const connection of connections) connection.destroy();
      await new Promise<void>((resolve) => { socket.close(() => resolve()); });
    },
  };
}

/** UDP and TCP on one port; when it is ours to choose, one that is free for both. */
async function bindBoth(net: Net, host: string, port: number, accept: (connection: Connection) => void): Promise<{ socket: Socket; listening: Listening }> {
  for (let tries = 1; ; tries += 1) {
    const socket = createSocket(parseIp(host)?.length === 16 ? 'udp6' : 'udp4');
    try {
      socket.bind(port, host);
      await once(socket, 'listening');
      return { socket, listening: await net.listen({ host: canonicalIp(host) ?? host, port: socket.address().port }, accept) };
    } catch (cause) {
      socket.close();
      const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'EIO';
      if (code !== 'EADDRINUSE' || port !== 0 || tries === PORT_TRIES_MAX) {
        throw new NetFault(code, `cannot serve DNS on ${host} port ${port}`, { cause });
      }
    }
  }
}

async function serveStream(connection: Connection, options: DnsServerOptions): Promise<void> {
  let held = Buffer.alloc(0);
  for await (const chunk of connection) {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      for (const reply of replies(held.subarray(2, end), options, 'tcp')) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        connection.write(Buffer.concat([length, reply]));
      }
      held = held.subarray(end);
    }
  }
}

function replies(message: Buffer, options: DnsServerOptions, transport: 'udp' | 'tcp'): readonly Buffer[] {
  const query = decodeMessage(message);
  const [question] = query?.questions ?? [];
  // Not a question: not worth an answer.
  if (query === undefined || query.flag_qr || question === undefined) return [];
  const trouble = options.trouble?.({ name: question.name, type: question.type, transport });
  const isExtended = query.additionals?.some((record) => record.type === 'OPT') ?? false;
  const frame = { type: 'response' as const, id: query.id ?? 0, questions: [question] };
  const flags = AUTHORITATIVE_ANSWER | ((query.flags ?? 0) & RECURSION_DESIRED);
  if (trouble === 'silent') return [];
  if (trouble === 'failure' || trouble === 'refused') return [encode({ ...frame, flags: flags | RCODES[trouble] })];
  if (trouble === 'no-edns' && isExtended) return [encode({ ...frame, flags: flags | RCODES.formatError })];
  const { code, answers, authorities } = answer(question, options);
  const reply = encode({
    ...frame,
    flags: flags | code | (options.isAuthentic === true ? AUTHENTIC_DATA : 0),
    answers,
    authorities,
    additionals: (query.additionals ?? []).filter((record) => record.type === 'OPT'),
  });
  if (transport === 'udp' && (trouble === 'truncated' || reply.length > udpOctetsMax(query))) {
    return [encode({ ...frame, flags: flags | TRUNCATED_RESPONSE })];
  }
  if (trouble !== 'forged') return [reply];
  const forged: Answer[] = [{ type: 'A', name: question.name, ttl: 60, data: '192.0.2.66' }];
  return [
    encode({ ...frame, id: (frame.id + 1) % 65_536, flags, answers: forged }),
    encode({ ...frame, questions: [{ ...question, name: `x${question.name}` }], flags, answers: forged }),
    reply,
  ];
}

function udpOctetsMax(query: DecodedPacket): number {
  const opt = query.additionals?.find((record) => record.type === 'OPT');
  return Math.max(UDP_OCTETS_MAX, opt?.type === 'OPT' ? opt.udpPayloadSize : 0);
}

function answer({ name, type }: Question, { zone, ttlSeconds = 60 }: DnsServerOptions): { code: number; answers: Answer[]; authorities: Answer[] } {
  const zoneType = TYPES[type];
  // Types that a zone does not hold (NS, SOA …): the name may exist, such records do not.
  const found = askZone(zone, name, zoneType ?? 'a');
  const answers: Answer[] = found.aliases.map((alias) => ({ type: 'CNAME', name: alias.name, ttl: ttlSeconds, data: alias.cname }));
  if (found.kind === 'found' && zoneType !== undefined) {
    answers.push(...recordsOf(zone, found.name, zoneType, ttlSeconds));
    return { code: 0, answers, authorities: [] };
  }
  const apex = found.name.split('.').slice(-2).join('.');
  const soa = { mname: `ns.${apex}`, rname: `hostmaster.${apex}`, serial: 1, refresh: 3600, retry: 600, expire: 86_400, minimum: ttlSeconds };
  return {
    code: found.kind === 'no-name' ? RCODES.noName : 0,
    answers,
    authorities: [{ type: 'SOA', name: apex, ttl: ttlSeconds, data: soa }],
  };
}

function recordsOf(zone: Zone, name: string, type: ZoneRecordType, ttl: number): readonly Answer[] {
  switch (type) {
    case 'a': return askZone(zone, name, type).records.map((data) => ({ type: 'A', name, ttl, data }));
    case 'aaaa': return askZone(zone, name, type).records.map((data) => ({ type: 'AAAA', name, ttl, data }));
    case 'ptr': return askZone(zone, name, type).records.map((data) => ({ type: 'PTR', name, ttl, data }));
    case 'mx': return askZone(zone, name, type).records
      // RFC 7505 §3: the null MX is written as the root.
      .map(({ preference, exchange }) => ({ type: 'MX', name, ttl, data: { preference, exchange: exchange === '' ? '.' : exchange } }));
    case 'txt': return askZone(zone, name, type).records.map((text) => ({ type: 'TXT', name, ttl, data: [...stringsOf(text)] }));
    default: return askZone(zone, name, 'tlsa').records.map((data) => ({ type: 'TLSA', name, ttl, data }));
  }
}

/** RFC 1035 §3.3: a character string holds up to 255 octets. */
function* stringsOf(text: string): Generator<Buffer> {
  const octets = Buffer.from(text);
  for (let start = 0; start === 0 || start < octets.length; start += 255) yield octets.subarray(start, start + 255);
}
