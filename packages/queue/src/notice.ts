/**
 * Writes a notice: what became of which recipients of a letter, to its sender.
 *
 * RFC 3461 §6 (what a notice says), RFC 3464 (its format, which is `mail`'s to know).
 */
import { type Address, isInternational, parseAddress } from '@posthorn/mail/address.ts';
import { composeDsn } from '@posthorn/mail/dsn.ts';
import type { DsnRecipient } from '@posthorn/mail/dsn-report.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { SpooledLetter } from '@posthorn/store/spool.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { NoticeRecipient } from './notice-due.ts';
import type { ReturnedPart } from './returned-part.ts';

export interface NoticeRequest {
  readonly letter: Omit<SpooledLetter, 'recipients'>;
  /** The letter's reverse-path. */
  readonly sender: string;
  readonly recipients: readonly NoticeRecipient[];
  readonly returned: ReturnedPart;
  /** The notice's own. */
  readonly id: LetterId;
  readonly hostname: string;
  readonly now: EpochMs;
}

/** The whole letter, lines ending in CRLF. */
export function composeNotice({ letter, sender, recipients, returned, id, hostname, now }: NoticeRequest): Buffer {
  return composeDsn({
    from: { localPart: 'mailer-daemon', domain: hostname },
    to: addressOf(sender, hostname),
    date: now,
    messageId: `${id}@${hostname}`,
    reportingMta: hostname,
    arrivedAt: letter.acceptedAt,
    // RFC 6533 §4: only who sent by SMTPUTF8 can be expected to read it.
    isInternational: needsSmtpUtf8(letter, sender),
    ...(letter.envelopeId === undefined ? {} : { envelopeId: letter.envelopeId }),
    recipients: recipients.map((one) => dsnRecipient(one, { letter, hostname, now })),
    returned,
  });
}

/** Whether the notice itself must travel by SMTPUTF8. */
export function needsSmtpUtf8(letter: Pick<SpooledLetter, 'isSmtpUtf8'>, sender: string): boolean {
  const address = parseAddress(sender);
  return letter.isSmtpUtf8 || (address !== undefined && isInternational(address));
}

function dsnRecipient(
  { recipient, action }: NoticeRecipient,
  { letter, hostname, now }: Pick<NoticeRequest, 'letter' | 'hostname' | 'now'>,
): DsnRecipient {
  const { remark, originalRecipient } = recipient;
  const isByHost = remark !== undefined && remark.host !== '';
  const said = remark === undefined ? undefined : remark.code === 0 ? remark.text : `${remark.code} ${remark.text}`;
  return {
    address: addressOf(recipient.address, hostname),
    action,
    status: remark?.status ?? (action === 'failed' ? '5.0.0' : '2.0.0'),
    ...(originalRecipient === undefined ? {} : { originalRecipient }),
    ...(isByHost ? { remoteMta: remark.host } : {}),
    ...(said === undefined || said === '' ? {} : { diagnostic: said }),
    ...(action === 'delayed' ? { lastAttemptAt: now, willRetryUntil: letter.expiresAt } : {}),
  };
}

/** What the spool keeps was an address when it came in; `postmaster` alone is ours (RFC 5321 §4.5.1). */
function addressOf(text: string, hostname: string): Address {
  return parseAddress(text) ?? { localPart: text, domain: hostname };
}
