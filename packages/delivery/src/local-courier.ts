/**
 * Delivers what lies in the spool for our own domains: notices, letters from aliases, and
 * those whose sender wants to be told of success.
 *
 * It only says what is to be placed; the queue's settlement places it in one transaction.
 */
import { formatAddress, parseAddress } from '@posthorn/mail/address.ts';
import type { Directory } from '@posthorn/directory/directory.ts';
import type { Room } from '@posthorn/directory/quota-desk.ts';
import { isReached, walk } from '@posthorn/directory/walk.ts';
import type { Reached } from '@posthorn/directory/walk.ts';
import type { Courier, Outcome } from '@posthorn/queue/courier.ts';
import type { Belief, Placement } from '@posthorn/store/acceptance.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { Errand, Remark, SpooledRecipient, SpoolRecipient } from '@posthorn/store/spool.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import { addressOfKey, goOn } from './onward.ts';
import { copyPrefix } from './trace.ts';

export interface LocalCourierOptions {
  readonly directory: Pick<Directory, 'expand' | 'postmaster' | 'roomBehind'>;
  readonly clock: Clock;
  /** Our own name. */
  readonly hostname: string;
}

export function createLocalCourier({ directory, clock, hostname }: LocalCourierOptions): Courier {
  return {
    async carry(errand) {
      const at = clock.now();
      const placements = new Map<AccountId, Placement>();
      const onward = new Map<string, SpoolRecipient>();
      const beliefs = new Map<string, Belief>();
      const outcomes: Outcome[] = [];
      const octets = errand.letter.prefix.length + errand.letter.contentOctets;
      const withRoom = async (recipient: SpooledRecipient, reached: Reached): Promise<Outcome | undefined> => withoutRoom(recipient, await directory.roomBehind(reached, octets));
      for (const recipient of errand.recipients) {
        // `postmaster` alone is an address too (RFC 5321 §4.1.1.3).
        const address = errand.route === '' ? directory.postmaster() : parseAddress(recipient.address) ?? addressOfKey(recipient.address);
        const reached = await walk((hop) => directory.expand(hop), address);
        const outcome = isReached(reached) ? await withRoom(recipient, reached) : undefined;
        outcomes.push(outcome ?? outcomeOf(recipient, reached, hostname));
        if (outcome !== undefined) continue;
        for (const { account, address: own } of reached.accounts) {
          if (!placements.has(account)) placements.set(account, placementOf(errand, { account, own, recipient, at }));
        }
        for (const target of reached.elsewhere) {
          const next = goOn(recipient, target, at);
          if (!onward.has(next.address)) onward.set(next.address, next);
        }
        for (const belief of reached.beliefs) beliefs.set(`${belief.kind} ${belief.address}`, belief);
      }
      return { outcomes, placements: [...placements.values()], onward: [...onward.values()], beliefs: [...beliefs.values()] };
    },
  };
}

function placementOf({ letter }: Errand, { account, own, recipient, at }: {
  readonly account: AccountId; readonly own: string; readonly recipient: SpooledRecipient; readonly at: number;
}): Placement {
  return {
    account,
    mailbox: 'INBOX',
    prefix: copyPrefix({ reversePath: letter.reversePath, deliveredTo: formatAddress(addressOfKey(own)), trace: letter.prefix }),
    flags: [],
    internalDate: at,
    recipient: recipient.address,
  };
}

/** Undefined where there is room. RFC 3463 §3.3: a full mailbox is tried again, its owner may make room. */
function withoutRoom({ index }: SpooledRecipient, room: Room): Outcome | undefined {
  switch (room) {
    case 'room': return undefined;
    case 'full': return { index, kind: 'deferred', remark: { code: 452, status: '4.2.2', text: 'The mailbox is full', host: '' }, detail: {} };
    case 'never': return { index, kind: 'failed', remark: { code: 552, status: '5.2.2', text: 'The letter is larger than the whole mailbox may be', host: '' }, detail: {} };
    default: return room satisfies never;
  }
}

function outcomeOf(recipient: SpooledRecipient, reached: Reached, hostname: string): Outcome {
  const { index } = recipient;
  if (!isReached(reached)) {
    const remark: Remark = reached.isLoop
      ? { code: 554, status: '5.4.6', text: 'This address leads in a circle', host: '' }
      : { code: 550, status: '5.1.1', text: 'There is nobody with this address here', host: '' };
    return { index, kind: 'failed', remark, detail: {} };
  }
  if (reached.accounts.length === 0) {
    // A host's name in the remark: whoever takes it on sends the notice of success (RFC 3461 §5.2.7).
    return { index, kind: 'delivered', remark: { code: 250, status: '2.1.5', text: 'Sent on by an alias', host: hostname }, detail: { forwarded: true } };
  }
  return { index, kind: 'delivered', remark: { code: 250, status: '2.0.0', text: 'Delivered', host: '' }, detail: {} };
}
