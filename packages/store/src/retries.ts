/**
 * Letters whose 250 may not have been heard: what is known of them across a restart.
 *
 * The key of a letter that may be sent again is written with its acceptance. Whether its
 * client went on speaking, which shows that it heard, is in nobody's books but its later
 * letters: so after a crash the last letter of each session counts as unheard. A program
 * that ends in order says which ones are.
 */
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { LetterId } from './ids.ts';

/** What an acceptance says of a letter that may be sent again. */
export interface RetryMark {
  /** The same only for the same letter from the same client: `RETRY_KEY_OCTETS` of a digest. */
  readonly key: Buffer;
  /** The connection that it came by. */
  readonly session: string;
}

export const RETRY_KEY_OCTETS = 16;

export interface UnheardLetter {
  readonly letter: LetterId;
  /** As `RetryMark` has it. */
  readonly key: Buffer;
  readonly at: EpochMs;
}

export interface RetryBooks {
  /** Accepted at or after `since`, the newest first. */
  unheard(query: { readonly since: EpochMs; readonly limit: number }): Promise<readonly UnheardLetter[]>;
  /** Before the program ends in order: of all that was accepted so far, these were not heard. */
  settle(letters: readonly UnheardLetter[]): Promise<void>;
}
