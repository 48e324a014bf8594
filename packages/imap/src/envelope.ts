/**
 * Writes ENVELOPE. RFC 9051 §7.5.2.
 */
import type { ListedAddress, MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import { nstring } from './response.ts';

/** Addresses of one field; more are not told, as no person reads them in an overview. */
export const ADDRESSES_MAX = 10_000;

export function formatEnvelope(envelope: MessageEnvelope): string {
  const { date, subject, from, to, cc, bcc, inReplyTo, messageId } = envelope;
  // RFC 9051 §7.5.2: a missing or empty Sender or Reply-To is answered with From.
  const sender = envelope.sender.length > 0 ? envelope.sender : from;
  const replyTo = envelope.replyTo.length > 0 ? envelope.replyTo : from;
  return `(${[
    nstring(date),
    nstring(subject),
    ...[from, sender, replyTo, to, cc, bcc].map((addresses) => formatAddresses(addresses)),
    nstring(inReplyTo),
    nstring(messageId),
  ].join(' ')})`;
}

function formatAddresses(addresses: readonly ListedAddress[]): string {
  if (addresses.length === 0) return 'NIL';
  return `(${addresses.slice(0, ADDRESSES_MAX).map((address) => formatAddress(address)).join('')})`;
}

/** The second place is the source route, which nobody has: RFC 9051 §7.5.2 addr-adl. */
function formatAddress({ name, mailbox, host }: ListedAddress): string {
  return `(${nstring(name)} NIL ${nstring(mailbox)} ${nstring(host)})`;
}
