/**
 * The header fields that IMAP calls ENVELOPE. RFC 9051 §7.5.2, RFC 5322 §3.6.
 */
import type { Buffer } from 'node:buffer';
import { LISTED_ADDRESSES_MAX, parseAddressList, type ListedAddress } from './address-list.ts';
import { fieldText, findField, findFields, type HeaderField, parseHeader } from './header.ts';

export type { ListedAddress } from './address-list.ts';

/** Unfolded field values; `null` where the letter has no such field. */
export interface MessageEnvelope {
  readonly date: string | null;
  readonly subject: string | null;
  readonly from: readonly ListedAddress[];
  readonly sender: readonly ListedAddress[];
  readonly replyTo: readonly ListedAddress[];
  readonly to: readonly ListedAddress[];
  readonly cc: readonly ListedAddress[];
  readonly bcc: readonly ListedAddress[];
  readonly inReplyTo: string | null;
  readonly messageId: string | null;
}

/** Reads the envelope from the octets of a header; of all its lists together at most `addressesMax` entries. */
export function readEnvelope(header: Buffer, addressesMax = LISTED_ADDRESSES_MAX): MessageEnvelope {
  return envelopeOf(header, parseHeader(header), addressesMax);
}

/** The same where the fields are known already. */
export function envelopeOf(header: Buffer, fields: readonly HeaderField[], addressesMax = LISTED_ADDRESSES_MAX): MessageEnvelope {
  let left = addressesMax;
  const text = (key: string): string | null => findField(header, fields, key) ?? null;
  // RFC 5322 §4.5: a field of addresses that is there twice counts as one list.
  const addresses = (key: string): readonly ListedAddress[] => {
    return findFields(fields, key).flatMap((field) => {
      const found = parseAddressList(fieldText(header, field), left);
      left -= found.length;
      return found;
    });
  };
  const from = addresses('from');
  const sender = addresses('sender');
  const replyTo = addresses('reply-to');
  return {
    date: text('date'),
    subject: text('subject'),
    from,
    // RFC 9051 §7.5.2: absent or empty, these two default to From.
    sender: sender.length > 0 ? sender : from,
    replyTo: replyTo.length > 0 ? replyTo : from,
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    inReplyTo: text('in-reply-to'),
    messageId: text('message-id'),
  };
}

/** How many list entries an envelope holds, those defaulted not counted twice. */
export function listedIn(envelope: MessageEnvelope): number {
  const { from, sender, replyTo, to, cc, bcc } = envelope;
  return [...new Set([from, sender, replyTo, to, cc, bcc])].reduce((sum, list) => sum + list.length, 0);
}
