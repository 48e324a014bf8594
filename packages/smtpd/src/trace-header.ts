/**
 * The Received field: what is written down about each hop, for people who look for a lost letter.
 *
 * RFC 5321 §4.4 (shape), RFC 3848 and RFC 6531 §4.3 (the words after `with`).
 * Return-Path and Delivered-To belong to each copy: `delivery/trace.ts`.
 */
import { formatAddress } from '@posthorn/mail/address.ts';
import { formatDate } from '@posthorn/mail/date.ts';
import { ipLiteral } from '@posthorn/mail/domain.ts';
import type { SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { Client } from './session.ts';

export interface ReceivedFacts {
  readonly client: Client;
  readonly envelope: SmtpEnvelope;
  readonly letter: LetterId;
  readonly at: EpochMs;
  /** Ours. */
  readonly hostname: string;
  readonly isAuthenticated: boolean;
}

/** A complete field, ending in CRLF. */
export function receivedField({ client, envelope, letter, at, hostname, isAuthenticated }: ReceivedFacts): string {
  const [only, ...others] = envelope.recipients;
  // Naming one of several would tell each of them about a blind copy (RFC 5321 §7.2).
  const recipient = only !== undefined && others.length === 0 ? `\r\n\tfor <${formatAddress(only.address)}>` : '';
  const tls = client.tls === undefined ? '' : ` (${client.tls.protocol} cipher ${client.tls.cipher})`;
  return `Received: from ${heloName(client.helo)}${tcpInfo(client.remoteAddress)}\r\n`
    + `\tby ${hostname} (Posthorn) with ${protocolWord(client, envelope.isSmtpUtf8, isAuthenticated)}${tls}\r\n`
    + `\tid ${letter}${recipient};\r\n`
    + `\t${formatDate(at)}\r\n`;
}

/** RFC 3848: ESMTP or LMTP, S for TLS, A for AUTH; RFC 6531 §4.3: UTF8SMTP and UTF8LMTP. */
export function protocolWord({ greeting, tls }: Pick<Client, 'greeting' | 'tls'>, isSmtpUtf8: boolean, isAuthenticated: boolean): string {
  if (greeting === 'HELO' && !isAuthenticated && tls === undefined) return 'SMTP';
  const name = greeting === 'LHLO' ? 'LMTP' : 'SMTP';
  const base = isSmtpUtf8 ? `UTF8${name}` : greeting === 'LHLO' ? 'LMTP' : 'ESMTP';
  return `${base}${tls === undefined ? '' : 'S'}${isAuthenticated ? 'A' : ''}`;
}

/** What a client calls itself goes into a header only if it is a name: it may say anything. */
function heloName(helo: string): string {
  return /^(?:[a-z0-9._-]+|\[[a-z0-9.:-]+\])$/i.test(helo) ? helo : 'unknown';
}

function tcpInfo(remoteAddress: string): string {
  const literal = ipLiteral(remoteAddress);
  return literal === undefined ? '' : ` (${literal})`;
}
