/**
 * What is to become of a letter: worked out before the answer to the final dot.
 */
import type { EnvelopeRecipient } from '@posthorn/mail/envelope.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { AddressBelief } from '@posthorn/store/acceptance.ts';
import type { QuotaLimits } from '@posthorn/store/quota.ts';
import type { SpoolRecipient } from '@posthorn/store/spool.ts';

export interface PlannedPlacement {
  readonly account: AccountId;
  readonly mailbox: string;
  /** The address it was accepted for, before aliases: `local@domain`. For `Delivered-To` use `deliveredTo`. */
  readonly recipient: string;
  /** The account's own address. */
  readonly deliveredTo: string;
  /** How much the account may hold; absent: any amount, or its recipient leads to others too, who are not to go without. */
  readonly limits?: QuotaLimits;
}

export interface Plan {
  readonly placements: readonly PlannedPlacement[];
  readonly onward: readonly SpoolRecipient[];
  /** What this plan relies on; goes into the acceptance. */
  readonly beliefs: readonly AddressBelief[];
  /** Recipients that turned out to be nobody (removed since RCPT) or an alias that leads in a circle. */
  readonly refused: readonly { readonly recipient: EnvelopeRecipient; readonly why: 'no-such-user' | 'alias-loop' }[];
  /** Addresses that aliases name and where nobody is, while others were reached: `local@domain`. For the ledger. */
  readonly deadEnds?: readonly string[];
}
