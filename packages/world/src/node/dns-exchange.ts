/**
 * One question to one name server: by UDP, and by TCP when the answer does not fit.
 *
 * Each question has a socket and so a source port of its own, an unpredictable id, and a
 * connected socket takes answers from the asked server only (RFC 5452 §9).
 */
import { createSocket } from 'node:dgram';
import type { Clock, Milliseconds } from '../clock.ts';
import { parseIp } from '../ip.ts';
import type { Net } from '../net.ts';
import type { Random } from '../random.ts';
import { type DnsQuestion, type DnsReply, type DnsType, encodeQuestion, RCODE, readReply } from './dns-message.ts';

export interface DnsServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface Exchange {
  readonly server: DnsServerAddress;
  readonly name: string;
  readonly type: DnsType;
  readonly timeout: Milliseconds;
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
}

/** Throws when there is no answer in time. */
export async function ask(exchange: Exchange): Promise<DnsReply> {
  const reply = await askOnce(exchange, true);
  // RFC 6891 §7: a server that does not know EDNS0 says so like this.
  return reply.code === RCODE.formatError || reply.code === RCODE.notImplemented ? askOnce(exchange, false) : reply;
}

async function askOnce(exchange: Exchange, isExtended: boolean): Promise<DnsReply> {
  const { name, type, random } = exchange;
  const question = { id: random.bytes(2).readUInt16BE(0), name, type };
  const octets = encodeQuestion(question, isExtended);
  const reply = await byUdp(exchange, question, octets);
  // RFC 7766 §5: truncated answers are asked for again by TCP.
  return reply.isTruncated ? byTcp(exchange, question, octets) : reply;
}

function byUdp({ server, timeout, clock }: Exchange, question: DnsQuestion, octets: Buffer): Promise<DnsReply> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(parseIp(server.host)?.length === 16 ? 'udp6' : 'udp4');
    const finish = (act: () => void): void => {
      timer.cancel();
      socket.close();
      act();
    };
    const timer = clock.deadline(timeout, () => finish(() => reject(new Error(`${server.host} did not answer in time`))));
    socket.once('error', (cause) => finish(() => reject(cause)));
    socket.on('message', (message) => {
      const reply = readReply(message, question);
      // Not an answer to this question: forged or late; the true one may still come.
      if (reply !== undefined) finish(() => resolve(reply));
    });
    socket.once('connect', () => socket.send(octets));
    socket.connect(server.port, server.host);
  });
}

async function byTcp({ server, timeout, clock, net }: Exchange, question: DnsQuestion, octets: Buffer): Promise<DnsReply> {
  const stop = new AbortController();
  const timer = clock.deadline(timeout, () => stop.abort());
  try {
    const connection = await net.connect(server, { signal: stop.signal });
    stop.signal.addEventListener('abort', () => connection.destroy());
    try {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(octets.length);
      connection.write(Buffer.concat([length, octets]));
      const reply = readReply(await readFramed(connection), question);
      if (reply === undefined) throw new Error(`${server.host} answered something else`);
      return reply;
    } finally {
      connection.destroy();
    }
  } finally {
    timer.cancel();
  }
}

/** RFC 1035 §4.2.2: two octets of length, then the message. */
async function readFramed(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  let held = Buffer.alloc(0);
  for await (const chunk of stream) {
    held = Buffer.concat([held, chunk]);
    if (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) return held.subarray(2, 2 + held.readUInt16BE(0));
  }
  throw new Error('the connection ended before the answer did');
}
