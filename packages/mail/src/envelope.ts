/**
 * The SMTP envelope: who sent, to whom, and what was asked about notices.
 *
 * RFC 5321 §2.3.1, RFC 3461 (DSN), RFC 6531 (SMTPUTF8), RFC 8689 (REQUIRETLS).
 */
import type { Address } from './address.ts';

/** The null reverse-path `<>` is `null`: never answered, never bounced to. */
export type ReversePath = Address | null;

/** NOTIFY of RFC 3461 §4.1. An empty list means NEVER; absence means the default (FAILURE, and DELAY if we like). */
export type Notify = readonly ('SUCCESS' | 'FAILURE' | 'DELAY')[];

export interface EnvelopeRecipient {
  readonly address: Address;
  readonly notify?: Notify;
  /** ORCPT, decoded from xtext, with its address type: `rfc822;ann@ash.test` (RFC 3461 §4.2). */
  readonly originalRecipient?: string;
}

export interface SmtpEnvelope {
  readonly reversePath: ReversePath;
  readonly recipients: readonly EnvelopeRecipient[];
  /** What the sender announced of the content (RFC 6152, RFC 3030). */
  readonly body: '7BIT' | '8BITMIME' | 'BINARYMIME';
  /** How large the sender says the letter is (RFC 1870); absent: it did not say. */
  readonly octets?: number;
  readonly isSmtpUtf8: boolean;
  readonly isTlsRequired: boolean;
  /** ENVID, decoded from xtext (RFC 3461 §4.4). */
  readonly envelopeId?: string;
  /** RET (RFC 3461 §4.3). */
  readonly ret?: 'FULL' | 'HDRS';
}
