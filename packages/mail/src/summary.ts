/**
 * What is worked out of a letter once, at delivery, so that reading never parses.
 */
import type { MessageEnvelope } from './message-envelope.ts';
import type { Part } from './structure.ts';

export interface MessageSummary {
  /** Of the letter as a reader sees it: our prefix included, what we cut left out. */
  readonly envelope: MessageEnvelope;
  /** Of the content as received; offsets count from its first octet. */
  readonly structure: Part;
  /** The Date field as a time, in milliseconds since 1970; null if absent or not a date. */
  readonly sentAt: number | null;
}
