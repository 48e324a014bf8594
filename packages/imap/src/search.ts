/**
 * Which messages a SEARCH finds. RFC 9051 §6.4.4.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import type { MessageEnvelope } from '@posthorn/mail/message-envelope.ts';
import type { SearchKey } from './command.ts';

/** What has to be known of each message: its flags always are. */
export type SearchNeed = 'row' | 'header' | 'body';

/** Give what is there; `matches` says what it misses. */
export interface SearchCandidate {
  readonly seqNum: number;
  readonly uid: number;
  readonly flags: readonly Flag[];
  readonly isRecent: boolean;
  readonly row?: {
    readonly internalDate: number;
    readonly octets: number;
    readonly summary: { readonly envelope: MessageEnvelope; readonly sentAt: number | null };
  };
  /** The header as its reader sees it. */
  readonly header?: Buffer;
  /** Answers for any of the `needles`. */
  readonly body?: { has(needle: string): boolean };
}

export interface Search {
  readonly needs: ReadonlySet<SearchNeed>;
  /** What is looked for in bodies, case-folded; give them to a `TextSearch`. */
  readonly needles: readonly string[];
  /** Yes, no, or what to add to the candidate before asking again. */
  matches(candidate: SearchCandidate): boolean | SearchNeed;
}

export declare function prepareSearch(key: SearchKey, largest: { readonly seqNumMax: number; readonly uidMax: number }): Search;

/** Looks for all needles at once in text that streams by; holds no more than a needle's length of it. */
export declare class TextSearch {
  constructor(needles: readonly string[]);
  push(text: string): void;
  /** Parts are searched apart: nothing is found across a border. */
  endPart(): void;
  has(needle: string): boolean;
  get isDone(): boolean;
}
