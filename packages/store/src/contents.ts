/**
 * Contents: the received octets of a letter, kept byte for byte.
 *
 * Nothing here holds more than a chunk of a large letter in memory.
 */
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { ContentId } from './ids.ts';

/** A letter coming in. Use it to its end: `finish` or `discard`. */
export interface Intake {
  /** Waits when the disk is slower than the wire. */
  write(chunk: Buffer): Promise<void>;
  finish(): Promise<StagedContent>;
  discard(): Promise<void>;
}

/** Received whole, not yet part of the books. Lost in a crash, by intent, until accepted. */
export interface StagedContent {
  readonly octets: number;
  readonly sha256: Buffer;
  /** Chunk by chunk; may be read any number of times until accepted or discarded. */
  read(range?: OctetRange): AsyncIterable<Buffer>;
  /** For a letter that was not accepted. Harmless afterwards. */
  discard(): Promise<void>;
}

export interface Contents {
  receive(): Intake;
  /** Offsets count in the content as received. Throws `StoreFault` if it is damaged or gone. */
  read(content: ContentId, range?: OctetRange): AsyncIterable<Buffer>;
}
