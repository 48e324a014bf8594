/**
 * A stretch of octets within others: of a header, a body, a letter.
 */

/** Octets from `start` up to, not including, `end`. */
export interface OctetRange {
  readonly start: number;
  readonly end: number;
}
