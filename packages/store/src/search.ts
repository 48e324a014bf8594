/**
 * Looking for words in the letters of a mailbox.
 *
 * The answer is exact: strings within strings, whatever their case. An index makes it quick
 * where it can; what the index does not know yet is looked at letter by letter.
 */
import type { Wanted } from '@posthorn/mail/wanted.ts';
import type { Uid } from './ids.ts';
import type { MailboxKey } from './messages.ts';

export type { Wanted } from '@posthorn/mail/wanted.ts';

/** So many of so many letters have been looked at. */
export type OnProgress = (done: number, total: number) => void;

export interface SearchOptions {
  /** Only among these; else in all of the mailbox. */
  readonly among?: readonly Uid[];
  /** Called now and then. What it throws ends the search, and is thrown on. */
  readonly onProgress?: OnProgress;
  /** Ends the search; its reason is thrown. */
  readonly signal?: AbortSignal;
}

export interface LetterSearch {
  /** The messages that hold all that is wanted, ascending. Throws `StoreFault`. */
  find(mailbox: MailboxKey, wanted: readonly Wanted[], options?: SearchOptions): Promise<readonly Uid[]>;
  /** Whether the index helps to find it, so that not every letter has to be looked at. */
  isQuick(wanted: Wanted): boolean;
  /** Resolves when all that was committed before is in the index. */
  catchUp(onProgress?: OnProgress): Promise<void>;
  /** Makes the index anew. Meanwhile searches are slow, and as right as ever. */
  rebuild(onProgress?: OnProgress): Promise<void>;
}
