/**
 * A recipient on the way to another address, with what its sender asked about notices.
 *
 * RFC 3461 §5.2.7: an alias passes NOTIFY on, and ORCPT names the address it had at first.
 */
import { formatAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import type { EnvelopeRecipient, Notify } from '@posthorn/mail/envelope.ts';
import { routeOf } from '@posthorn/queue/route.ts';
import type { SpoolRecipient } from '@posthorn/store/spool.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';

/** The part of a recipient that notices are about. */
export interface Asked {
  /** As the sender wrote it, `local@domain`. */
  readonly address: string;
  readonly notify?: Notify;
  readonly originalRecipient?: string;
}

export function askedOf(recipient: EnvelopeRecipient): Asked {
  const { notify, originalRecipient } = recipient;
  return {
    address: formatAddress(recipient.address),
    ...(notify === undefined ? {} : { notify }),
    ...(originalRecipient === undefined ? {} : { originalRecipient }),
  };
}

/** Goes on to `target` instead of, or as, what was asked for. */
export function goOn(asked: Asked, target: Address, at: EpochMs): SpoolRecipient {
  const address = formatAddress(target);
  const original = asked.originalRecipient ?? (address === asked.address ? undefined : originalOf(asked.address));
  return {
    address,
    route: routeOf(address),
    ...(asked.notify === undefined ? {} : { notify: asked.notify }),
    ...(original === undefined ? {} : { originalRecipient: original }),
    nextAt: at,
  };
}

/** RFC 6533 §3: an address that ASCII cannot hold has a type of its own. */
function originalOf(address: string): string {
  return /^[\x20-\x7e]*$/.test(address) ? `rfc822;${address}` : `utf-8;${address}`;
}

/** An account's key is `local@domain` unquoted; this makes an address of it again. */
export function addressOfKey(key: string): Address {
  const at = key.lastIndexOf('@');
  return { localPart: key.slice(0, at), domain: key.slice(at + 1) };
}

export function isAskedForSuccess(asked: Asked): boolean {
  return asked.notify?.includes('SUCCESS') ?? false;
}
