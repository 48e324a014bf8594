/**
 * Letters as someone sees them who looks at everything: each once, with its copies in mailboxes.
 *
 * A letter that is in no mailbox (only under way, or deleted) is not among them.
 */
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { MessageSummary } from '@posthorn/mail/summary.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { AccountId, ContentId, LetterId, MailboxId } from './ids.ts';
import type { MessageState } from './messages.ts';

/** One copy in a mailbox. */
export interface LetterCopy extends MessageState {
  readonly account: AccountId;
  /** Of the account. */
  readonly address: string;
  readonly mailbox: MailboxId;
  readonly mailboxName: string;
}

export interface LetterRow {
  readonly letter: LetterId;
  /** Ascends in the order of arrival. */
  readonly content: ContentId;
  readonly contentOctets: number;
  readonly cuts: readonly OctetRange[];
  readonly summary: MessageSummary;
  /** Of the first copy, as are `octets` and `internalDate`. */
  readonly prefix: Buffer;
  readonly octets: number;
  readonly internalDate: EpochMs;
  /** Of the envelope; absent where the ledger knows none (put there over IMAP, or long ago). */
  readonly envelope?: { readonly sender: string; readonly recipients: readonly string[] };
  /** At least one, at most `COPIES_MAX`. */
  readonly copies: readonly LetterCopy[];
}

/** Of one letter, as far as they are told. */
export const COPIES_MAX = 1000;

export interface Letters {
  /** Newest first, or from the oldest; of one account, or of all. `past` is the last one of the page before. */
  page(query: {
    readonly account?: AccountId; readonly past?: ContentId; readonly from: 'newest' | 'oldest'; readonly limit: number;
  }): Promise<readonly LetterRow[]>;
  /** Only copies of `account`, if given. */
  get(letter: LetterId, account?: AccountId): Promise<LetterRow | undefined>;
  counts(account?: AccountId): Promise<{ readonly letters: number; /** With a copy that nobody has read. */ readonly unseen: number; readonly octets: number }>;
}
