/**
 * What the recipient's host says of a letter it took, and then could not deliver.
 *
 * RFC 3464; the sender is `<>`.
 */
import { type Address, parseAddress } from '@posthorn/mail/address.ts';
import { composeDsn } from '@posthorn/mail/dsn.ts';
import type { Letter } from '../letter/letter.ts';
import { messageIdFor } from './reply.ts';
import type { Outgoing, Stationery } from './outgoing.ts';

export interface BounceOptions {
  /** What the host is said to have said; a sentence that fits the status by default. */
  readonly diagnostic?: string;
}

const DIAGNOSTICS: Readonly<Record<string, string>> = {
  '5.1.1': '550 5.1.1 There is nobody with this address here',
  '5.2.1': '550 5.2.1 Mailbox disabled',
  '5.2.2': '552 5.2.2 Mailbox full',
  '5.3.4': '552 5.3.4 Letter too large',
  '5.4.1': '554 5.4.1 No answer from host',
  '5.7.1': '550 5.7.1 Refused by policy',
  '4.2.2': '452 4.2.2 Mailbox full, for now',
  '4.4.7': '451 4.4.7 Not yet delivered',
};

/** `status` of class 5 says that it failed, of class 4 that it is late. */
export function bounceOf(letter: Letter, status: string, { diagnostic }: BounceOptions, stationery: Stationery): Outgoing {
  if (!/^[45]\.\d{1,3}\.\d{1,3}$/.test(status)) throw new TypeError(`“${status}” is no status of a failure; one is such as 5.1.1`);
  const to = addressOf(letter.envelope.from, 'a letter from <> is never bounced (RFC 5321 §4.5.5)');
  const recipient = addressOf(letter.recipient, `${letter.recipient} is no address`);
  const messageId = messageIdFor(letter.recipient, stationery);
  const host = recipient.domain;
  const isFailure = status.startsWith('5');
  return {
    sender: '',
    recipients: [letter.envelope.from],
    messageId,
    content: composeDsn({
      from: { localPart: 'mailer-daemon', domain: host },
      to,
      date: stationery.now,
      messageId: messageId.slice(1, -1),
      isInternational: false,
      reportingMta: host,
      arrivedAt: letter.receivedAt,
      recipients: [{
        address: recipient, action: isFailure ? 'failed' : 'delayed', status, remoteMta: host,
        diagnostic: diagnostic ?? DIAGNOSTICS[status] ?? `${isFailure ? 550 : 451} ${status} ${isFailure ? 'Not delivered' : 'Not yet delivered'}`,
        lastAttemptAt: stationery.now,
      }],
      returned: { what: 'message', octets: letter.raw },
    }),
  };
}

function addressOf(text: string, otherwise: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(otherwise);
  return address;
}
