/**
 * Quotas in a dialogue: what is said at RCPT, and what the acceptance is to look at again.
 *
 * RCPT counts what SIZE announced. After it SMTP has one answer for all recipients, so a letter
 * for several is taken whole, and one for a single mailbox may go over the limit by itself, but
 * not where the limit was reached meanwhile. LMTP answers for each, and keeps to the limit.
 * RFC 3463 §3.3 (X.2.2), RFC 1870 §6.
 */
import type { PlannedPlacement } from '@posthorn/delivery/plan.ts';
import type { Resolution } from '@posthorn/directory/directory.ts';
import type { RoomBelief } from '@posthorn/store/acceptance.ts';
import type { Limits } from '@posthorn/store/quota.ts';
import { type Reply, reply } from './reply.ts';

export const RECIPIENT_OK = reply(250, '2.1.5', 'Ok');
export const UNKNOWN_RECIPIENT = reply(550, '5.1.1', 'There is nobody with this address here');
export const NOT_OURS = reply(550, '5.7.1', 'Relaying denied: this domain is not ours');
/** For now: its owner may make room. */
export const MAILBOX_FULL = reply(452, '4.2.2', 'The mailbox is full, try again later');
/** It would not fit even if it were empty. */
export const OVER_QUOTA = reply(552, '5.2.2', 'The letter is larger than the whole mailbox may be');

/** The answer to RCPT. */
export function recipientReply({ kind }: Resolution): Reply {
  switch (kind) {
    case 'ours': return RECIPIENT_OK;
    case 'unknown': return UNKNOWN_RECIPIENT;
    case 'elsewhere': return NOT_OURS;
    case 'full': return MAILBOX_FULL;
    case 'never': return OVER_QUOTA;
    default: return kind satisfies never;
  }
}

export interface SizedPlacement {
  readonly placement: PlannedPlacement;
  /** RFC822.SIZE of its copy. */
  readonly octets: number;
}

/** That each copy fits, those of one domain together. */
export function eachFits(copies: readonly SizedPlacement[]): readonly RoomBelief[] {
  const domains = new Map<string, { messages: number; octets: number }>();
  return copies.flatMap(({ placement: { account, deliveredTo, limits }, octets }) => {
    if (limits === undefined) return [];
    const domain = deliveredTo.slice(deliveredTo.lastIndexOf('@') + 1);
    const before = domains.get(domain) ?? { messages: 0, octets: 0 };
    const total = { messages: before.messages + 1, octets: before.octets + octets };
    domains.set(domain, total);
    return [{ kind: 'room', account, atMost: { account: less(limits.account, { messages: 1, octets }), domain: less(limits.domain, total) } }];
  });
}

/** That no limit is reached yet where there is but one copy; nothing where there are more. */
export function soleMayExceed(copies: readonly SizedPlacement[]): readonly RoomBelief[] {
  const [only, ...others] = copies;
  if (only === undefined || others.length > 0 || only.placement.limits === undefined) return [];
  const { account, limits } = only.placement;
  const one = { messages: 1, octets: 1 };
  return [{ kind: 'room', account, atMost: { account: less(limits.account, one), domain: less(limits.domain, one) } }];
}

function less({ messages, octets }: Limits, by: Required<Limits>): Limits {
  return {
    ...(messages === undefined ? {} : { messages: messages - by.messages }),
    ...(octets === undefined ? {} : { octets: octets - by.octets }),
  };
}
