/**
 * The books: what every implementation of the store offers.
 *
 * Each method is one atomic act on plain data; when its promise resolves, what it did is
 * durable. Expected refusals are values; disk full, I/O errors and a locked store throw
 * `StoreFault`, which is always temporary for the caller.
 */
import type { Accept } from './acceptance.ts';
import type { BackupReport, Examination, Tell } from './care.ts';
import type { Annotations } from './annotations.ts';
import type { Accounts } from './accounts.ts';
import type { Aliases } from './aliases.ts';
import type { Contents } from './contents.ts';
import type { Kept } from './kept.ts';
import type { Keys } from './keys.ts';
import type { Ledger } from './ledger.ts';
import type { Letters } from './letters.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { Messages } from './messages.ts';
import type { Quotas } from './quota.ts';
import type { LetterSearch } from './search.ts';
import type { Sharing } from './sharing.ts';
import type { RetryBooks } from './retries.ts';
import type { Spool } from './spool.ts';
import type { AccountId, MailboxId } from './ids.ts';

export interface Store {
  readonly accounts: Accounts;
  readonly aliases: Aliases;
  readonly keys: Keys;
  readonly contents: Contents;
  readonly mailboxes: Mailboxes;
  readonly messages: Messages;
  readonly letters: Letters;
  readonly spool: Spool;
  readonly ledger: Ledger;
  readonly quotas: Quotas;
  readonly kept: Kept;
  readonly sharing: Sharing;
  readonly annotations: Annotations;
  readonly retries: RetryBooks;
  readonly search: LetterSearch;
  /** Writes a letter and everything it causes in one transaction. */
  accept: Accept;
  /**
   * Calls `look` after each commit that changed something; a hint to look again, never data.
   * Returns what ends the watch.
   */
  watch(look: (change: StoreChange) => void): () => void;
  readonly care: Care;
  /** What the books hold, for metrics. */
  counts(): Promise<StoreCounts>;
  /** Whether the store can commit now; asked by readiness. */
  check(): Promise<void>;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}

/** Care for books that are in use. Both throw `CareRefused` where there is nothing on a disk. */
export interface Care {
  /** Every letter is read; whoever delivers meanwhile is not held up. */
  examine(options: CareOptions): Promise<Examination>;
  /** Into a folder, where an earlier backup of the same books may be: then only what is new is copied. */
  backUp(to: string, options: CareOptions): Promise<BackupReport>;
}

export interface CareOptions {
  readonly tell: Tell;
  /** Ends it early; what was begun is of no use and does no harm. */
  readonly signal?: AbortSignal;
}

export interface StoreCounts {
  readonly accounts: number;
  readonly mailboxes: number;
  readonly messages: number;
  /** The sum of the messages' RFC822.SIZE: what readers see, not what the disk holds. */
  readonly octets: number;
  /** What was committed but not yet brought into the main file; 0 in memory. */
  readonly walOctets: number;
  /** Recipients whose attempt was cut off when the books were last in use, and who may get a letter twice. */
  readonly interrupted: number;
}

export type StoreChange =
  /** Messages or flags in a mailbox. */
  | { readonly kind: 'mailbox'; readonly account: AccountId; readonly mailbox: MailboxId }
  /** The list of mailboxes of an account. */
  | { readonly kind: 'mailboxes'; readonly account: AccountId }
  /** Something is due, or may be. */
  | { readonly kind: 'spool' };

/** How far books of an older version have been brought to that version. */
export interface Upgrade {
  readonly version: number;
  /** Rows, of `total`. */
  readonly done: number;
  readonly total: number;
}

/** The world kept the store from committing. `cause` says what it was. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
}

/** The books cannot be opened as they are: made by a newer version, or by something else. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

/** Another process has the books open. */
export class StoreLocked extends Error {
  override readonly name = 'StoreLocked';
}
