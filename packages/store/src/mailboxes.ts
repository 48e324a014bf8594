/**
 * Mailboxes of an account. RFC 9051 §5.1 (names), RFC 6154 (special use).
 *
 * Names are Unicode strings, `/` between levels; INBOX in capitals.
 */
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { AccountId, MailboxId, Modseq, Uid } from './ids.ts';

export type SpecialUse = '\\Sent' | '\\Drafts' | '\\Trash' | '\\Junk' | '\\Archive' | '\\All' | '\\Flagged';

export interface Mailbox {
  readonly id: MailboxId;
  readonly name: string;
  readonly specialUse?: SpecialUse;
  readonly uidValidity: number;
  readonly uidNext: Uid;
  readonly highestModseq: Modseq;
}

export interface MailboxCounts {
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  /** Not yet told to any session (RFC 3501 §2.3.2). */
  readonly recent: number;
  /** The sum of their RFC822.SIZE. */
  readonly octets: number;
}

type Refusal<Kind extends string> = { readonly kind: Kind };
type Done = { readonly kind: 'done' };

export interface Mailboxes {
  /** Sorted by name, INBOX first. */
  list(account: AccountId): Promise<readonly Mailbox[]>;
  byName(account: AccountId, name: string): Promise<Mailbox | undefined>;
  counts(account: AccountId, mailbox: MailboxId): Promise<MailboxCounts | undefined>;
  /** Makes the levels above as well. A special use is of one mailbox at a time. */
  create(account: AccountId, name: string, at: EpochMs, specialUse?: SpecialUse):
    Promise<{ readonly kind: 'created'; readonly mailbox: Mailbox } | Refusal<'exists' | 'use-taken'>>;
  /** With the mailboxes below it. INBOX is not renamed: its letters move and it stays (RFC 9051 §6.3.6). */
  rename(account: AccountId, from: string, to: string, at: EpochMs): Promise<Done | Refusal<'no-mailbox' | 'exists' | 'within-itself'>>;
  /** With its letters; those below it stay. INBOX cannot be deleted. */
  remove(account: AccountId, name: string, at: EpochMs): Promise<Done | Refusal<'no-mailbox' | 'is-inbox'>>;
  /** Names, which need not exist (RFC 9051 §6.3.7). */
  subscriptions(account: AccountId): Promise<readonly string[]>;
  subscribe(account: AccountId, name: string): Promise<void>;
  unsubscribe(account: AccountId, name: string): Promise<void>;
  /**
   * The UID from which messages are \Recent, to the one session that asks first; after it,
   * what is there now is recent to nobody else. RFC 3501 §2.3.2.
   */
  claimRecent(account: AccountId, mailbox: MailboxId): Promise<Uid>;
}
