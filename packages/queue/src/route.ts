/**
 * Which way a recipient's letter goes: recipients of one route travel together.
 */
import type { SpoolRecipient } from '@posthorn/store/spool.ts';
import type { EnvelopeRecipient } from '@posthorn/mail/envelope.ts';
import { formatAddress } from '@posthorn/mail/address.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';

/** The domain of `local@domain` in lower case, or its address literal; empty without a domain (`postmaster`). */
export function routeOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1, address.includes('@') ? undefined : 0).toLowerCase();
}

/** A recipient of the envelope as the spool keeps it, first tried at `at`. */
export function spoolRecipient(recipient: EnvelopeRecipient, at: EpochMs): SpoolRecipient {
  const address = formatAddress(recipient.address);
  return {
    address,
    route: routeOf(address),
    ...(recipient.notify === undefined ? {} : { notify: recipient.notify }),
    ...(recipient.originalRecipient === undefined ? {} : { originalRecipient: recipient.originalRecipient }),
    nextAt: at,
  };
}
