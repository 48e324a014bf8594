/**
 * Which notices a letter's sender is owed.
 *
 * Pure. RFC 3461 §4.1 (NOTIFY), §5.2 (when a relay answers), §6.2 (never about a notice);
 * RFC 5321 §4.5.5 (nothing is ever sent back to `<>`).
 */
import type { SpooledLetter, SpooledRecipient } from '@posthorn/store/spool.ts';
import type { EpochMs, Milliseconds } from '@posthorn/world/clock.ts';
import { RELAYED_STATUS } from './status.ts';

/** RFC 3464 §2.3.3. */
export type NoticeAction = 'failed' | 'delayed' | 'delivered' | 'relayed';

export interface NoticeRecipient {
  readonly recipient: SpooledRecipient;
  readonly action: NoticeAction;
}

type Sender = Pick<SpooledLetter, 'reversePath'>;

/** What the last notice of a letter tells, its recipients being final; empty when none is owed. */
export function finalNotice(letter: Pick<SpooledLetter, 'reversePath' | 'recipients'>): readonly NoticeRecipient[] {
  if (letter.reversePath === null) return [];
  return letter.recipients.flatMap((recipient) => {
    const action = finalAction(recipient);
    return action === undefined ? [] : [{ recipient, action }];
  });
}

function finalAction({ state, notify, remark }: SpooledRecipient): NoticeAction | undefined {
  // RFC 3461 §4.1: without NOTIFY a failure is told; NEVER is an empty list.
  if (state === 'failed') return notify === undefined || notify.includes('FAILURE') ? 'failed' : undefined;
  if (state !== 'delivered' || !(notify?.includes('SUCCESS') ?? false)) return undefined;
  if (remark?.status === RELAYED_STATUS) return 'relayed';
  // A host that took it with DSN answers itself; what no host said was delivered by us.
  return remark === undefined || remark.host === '' ? 'delivered' : undefined;
}

/** Whether the sender is to hear of this recipient's delay, once it is long enough. */
export function wantsDelayNotice(letter: Sender, recipient: SpooledRecipient): boolean {
  return letter.reversePath !== null && !recipient.isNotified
    && (recipient.notify === undefined || recipient.notify.includes('DELAY'));
}

export interface DelayQuestion {
  readonly now: EpochMs;
  /** How old a letter is when its sender is told that it is late. */
  readonly delayNotice: Milliseconds;
}

/** The recipients that still wait and whose delay is to be told now. */
export function delayNotice(
  letter: Pick<SpooledLetter, 'reversePath' | 'acceptedAt' | 'recipients'>, { now, delayNotice }: DelayQuestion,
): readonly NoticeRecipient[] {
  if (now < letter.acceptedAt + delayNotice) return [];
  return letter.recipients
    .filter((recipient) => recipient.state === 'waiting' && wantsDelayNotice(letter, recipient))
    .map((recipient) => ({ recipient, action: 'delayed' }));
}
