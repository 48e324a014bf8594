/**
 * The ledger: every act on a letter, one row an act, written in the act's own transaction.
 */
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { AccountId, LetterId } from './ids.ts';

export type Act =
  /** Taken in: listener, session, client, TLS, who logged in, verdicts. */
  | 'accepted'
  /** Placed into a mailbox. */
  | 'placed'
  /** Put under way to another host. */
  | 'queued'
  /** An attempt and what the other side said. */
  | 'delivered' | 'deferred' | 'failed'
  /** We ended in the middle of an attempt: the other side may have it, and gets it again. */
  | 'interrupted'
  | 'held' | 'released' | 'cancelled' | 'retried'
  /** Offered again because its 250 was lost; it was stored once. */
  | 'collapsed'
  /** A notice about this letter was made; `detail.notice` is its letter id. */
  | 'notified'
  /** A person's acts, with a UID set. */
  | 'appended' | 'seen' | 'copied' | 'moved' | 'expunged' | 'restored';

export type LedgerDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface LedgerEntry {
  readonly at: EpochMs;
  /** Absent for a person's acts on several letters at once. */
  readonly letter?: LetterId;
  readonly account?: AccountId;
  /** `local@domain`. */
  readonly recipient?: string;
  readonly act: Act;
  readonly detail: LedgerDetail;
}

/** What identifies a letter to a person who looks for it. */
export interface LetterNote {
  readonly letter: LetterId;
  readonly at: EpochMs;
  /** `local@domain`; empty for `<>`. */
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly octets: number;
}

export interface Ledger {
  ofLetter(letter: LetterId): Promise<{ readonly note?: LetterNote; readonly entries: readonly LedgerEntry[] }>;
  /** Letters from or to an address, or with a Message-ID; newest first. */
  find(query: { readonly address?: string; readonly messageId?: string; readonly limit: number }): Promise<readonly LetterNote[]>;
  /** An act that changes nothing else. */
  write(entry: LedgerEntry): Promise<void>;
}
