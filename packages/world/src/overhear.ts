/**
 * Listening in on dialogues: what was said on a connection, line by line, for transcripts.
 *
 * In production nobody does. In tests it shows what a program said and what it was told.
 */

export interface Utterance {
  /** The connection's id, as in log and ledger. */
  readonly session: string;
  readonly listener: string;
  readonly remoteAddress: string;
  /** Ours: a host may have several. */
  readonly localAddress: string;
  readonly who: 'client' | 'server';
  /** Without its line end; of a letter's content only how much it was; secrets masked. */
  readonly line: string;
}

/** Called as it is said. */
export type Overhear = (utterance: Utterance) => void;
