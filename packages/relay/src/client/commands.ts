/**
 * MAIL and RCPT, written with the parameters that the other host knows.
 *
 * RFC 5321 §4.1.1.2, §4.1.1.3; RFC 1870 (SIZE), RFC 6152 (BODY), RFC 6531 (SMTPUTF8),
 * RFC 3461 §4 (RET, ENVID, NOTIFY, ORCPT), RFC 8689 §3 (REQUIRETLS).
 */
import type { Notify } from '@posthorn/mail/envelope.ts';
import { encodeXtext } from '@posthorn/mail/xtext.ts';
import type { Extensions } from './extensions.ts';

/** What a transaction is about; the letter itself is streamed by the caller. */
export interface TransactionRequest {
  /** `local@domain` as it goes on the wire; null for `<>`. */
  readonly reversePath: string | null;
  readonly recipients: readonly TransactionRecipient[];
  readonly isEightBit: boolean;
  readonly isSmtpUtf8: boolean;
  readonly isTlsRequired: boolean;
  readonly envelopeId?: string;
  readonly ret?: 'FULL' | 'HDRS';
  /** Of the letter as it goes out, without dot-stuffing. */
  readonly octets: number;
}

export interface TransactionRecipient {
  /** `local@domain` as it goes on the wire. */
  readonly address: string;
  readonly notify?: Notify;
  readonly originalRecipient?: string;
}

export function mailCommand(request: TransactionRequest, extensions: Extensions): string {
  const words = [`MAIL FROM:<${request.reversePath ?? ''}>`];
  if (extensions.hasSize) words.push(`SIZE=${request.octets}`);
  if (extensions.hasEightBitMime && request.isEightBit) words.push('BODY=8BITMIME');
  if (extensions.hasSmtpUtf8 && request.isSmtpUtf8) words.push('SMTPUTF8');
  if (extensions.hasDsn && request.ret !== undefined) words.push(`RET=${request.ret}`);
  if (extensions.hasDsn && request.envelopeId !== undefined) words.push(`ENVID=${encodeXtext(request.envelopeId)}`);
  if (extensions.hasRequireTls && request.isTlsRequired) words.push('REQUIRETLS');
  return words.join(' ');
}

export function rcptCommand({ address, notify, originalRecipient }: TransactionRecipient, { hasDsn }: Extensions): string {
  const words = [`RCPT TO:<${address}>`];
  // RFC 3461 §4.1: an empty list is NEVER.
  if (hasDsn && notify !== undefined) words.push(`NOTIFY=${notify.length === 0 ? 'NEVER' : notify.join(',')}`);
  if (hasDsn && originalRecipient !== undefined) words.push(`ORCPT=${encodeXtext(originalRecipient)}`);
  return words.join(' ');
}
