/**
 * What an acceptance puts under way, made from the envelope that came in.
 */
import { formatAddress } from '@posthorn/mail/address.ts';
import type { SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import type { SpoolLetter, SpoolRecipient } from '@posthorn/store/spool.ts';
import type { EpochMs, Milliseconds } from '@posthorn/world/clock.ts';

export interface SpoolLetterRequest {
  readonly envelope: SmtpEnvelope;
  /** Who it goes on to: `Plan.onward`, which may differ from the envelope's recipients. */
  readonly recipients: readonly SpoolRecipient[];
  /** Complete header lines that go in front. */
  readonly prefix: Buffer;
  readonly now: EpochMs;
  /** How long it is tried before it is given up. */
  readonly expire: Milliseconds;
}

export function spoolLetterFor({ envelope, recipients, prefix, now, expire }: SpoolLetterRequest): SpoolLetter {
  return {
    reversePath: envelope.reversePath === null ? null : formatAddress(envelope.reversePath),
    body: envelope.body,
    isSmtpUtf8: envelope.isSmtpUtf8,
    isTlsRequired: envelope.isTlsRequired,
    ...(envelope.envelopeId === undefined ? {} : { envelopeId: envelope.envelopeId }),
    ...(envelope.ret === undefined ? {} : { ret: envelope.ret }),
    prefix,
    expiresAt: now + expire,
    recipients,
  };
}
