/**
 * MIME structure with octet offsets, found while the letter streams by.
 *
 * RFC 2045, RFC 2046; what IMAP's BODYSTRUCTURE wants of it: RFC 9051 §7.5.2.
 */
import type { MessageEnvelope } from './message-envelope.ts';
import type { OctetRange } from './octet-range.ts';

export type { OctetRange } from './octet-range.ts';

/** Attribute and value, in the order written; continuations and charsets of RFC 2231 resolved. */
export type Parameters = readonly (readonly [name: string, value: string])[];

export interface Disposition {
  readonly type: string;
  readonly parameters: Parameters;
}

/** One MIME entity. Offsets count from the first octet of the whole content. */
export interface Part {
  /** Lower case. `text/plain` where the letter does not say. */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: Parameters;
  readonly id?: string;
  readonly description?: string;
  /** Lower case; `7bit` where the letter does not say. */
  readonly encoding: string;
  readonly disposition?: Disposition;
  readonly language?: readonly string[];
  readonly location?: string;
  readonly md5?: string;
  /** The header with its blank line; empty for a part without any. */
  readonly header: OctetRange;
  readonly body: OctetRange;
  /** Line ends within the body. */
  readonly lines: number;
  /** The children of a multipart. */
  readonly parts?: readonly Part[];
  /** What a message/rfc822 or message/global carries. */
  readonly message?: { readonly envelope: MessageEnvelope; readonly part: Part };
}
