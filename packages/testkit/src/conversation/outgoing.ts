/**
 * A letter that the other side writes, ready to be taken in as one from the world.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';

export interface Outgoing {
  /** Empty for `<>`. */
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly content: Buffer;
  /** With its brackets. */
  readonly messageId: string;
}

/** What a new letter needs of its surroundings. */
export interface Stationery {
  /** Milliseconds since 1970. */
  readonly now: Milliseconds;
  /** A word that no other letter has. */
  readonly word: string;
}

/** What came of it. */
export interface Sent {
  /** With its brackets. */
  readonly messageId: string;
}
