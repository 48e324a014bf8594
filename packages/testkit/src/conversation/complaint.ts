/**
 * A reader pressed “this is spam”: what his provider tells the sender. RFC 5965 (ARF).
 */
import { formatDate } from '@posthorn/mail/date.ts';
import type { Letter } from '../letter/letter.ts';
import { compose } from './compose.ts';
import type { Outgoing, Stationery } from './outgoing.ts';
import { messageIdFor } from './reply.ts';

export interface ComplaintOptions {
  /** Where the sender wants to hear of complaints; `abuse@` at the author's domain by default (RFC 6650 §4.1). */
  readonly to?: string;
  /** RFC 5965 §7.3 and RFC 6430. */
  readonly type?: 'abuse' | 'fraud' | 'virus' | 'not-spam' | 'other';
}

export function complaintAbout(letter: Letter, { to, type = 'abuse' }: ComplaintOptions, stationery: Stationery): Outgoing {
  const author = letter.from.address;
  const domain = author.slice(author.lastIndexOf('@') + 1);
  const from = `feedback@${letter.recipient.slice(letter.recipient.lastIndexOf('@') + 1)}`;
  const recipient = to ?? `abuse@${domain}`;
  const messageId = messageIdFor(from, stationery);
  const report = [
    `Feedback-Type: ${type}`,
    'User-Agent: Posthorn-Testkit/1',
    'Version: 1',
    `Original-Mail-From: <${letter.envelope.from}>`,
    `Original-Rcpt-To: <${letter.recipient}>`,
    `Arrival-Date: ${formatDate(letter.receivedAt)}`,
    `Source-IP: ${letter.session.client}`,
    `Reported-Domain: ${domain}`,
    '',
  ];
  return {
    sender: from,
    recipients: [recipient],
    messageId,
    content: compose({
      ...stationery,
      from,
      to: [recipient],
      subject: `FW: ${letter.subject}`,
      messageId,
      multipart: 'multipart/report; report-type=feedback-report',
      parts: [
        { type: 'text/plain', text: `This is an email abuse report for a letter received from ${letter.session.client} on ${formatDate(letter.receivedAt)}.\n` },
        { type: 'message/feedback-report', octets: Buffer.from(report.join('\r\n')) },
        { type: 'message/rfc822', octets: letter.raw },
      ],
    }),
  };
}
