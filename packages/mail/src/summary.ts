/**
 * What is worked out of a letter once, at delivery, so that reading never parses.
 */
import { Buffer } from 'node:buffer';
import { parseDate } from './date.ts';
import { findField, parseHeader } from './header.ts';
import { envelopeOf, type MessageEnvelope } from './message-envelope.ts';
import { messageIdsIn } from './message-ids.ts';
import type { OctetRange, Part } from './structure.ts';

export interface MessageSummary {
  /** Of the letter as a reader sees it: our prefix included, what we cut left out. */
  readonly envelope: MessageEnvelope;
  /** Of the content as received; offsets count from its first octet. */
  readonly structure: Part;
  /** The Date field as a time, in milliseconds since 1970; null if absent or not a date. */
  readonly sentAt: number | null;
  /** The ids of the References field, oldest first; absent where there are none. */
  readonly references?: readonly string[];
}

/**
 * Sums up a letter from what the structure parser found.
 *
 * `prefix` is the complete lines that we put in front; `cuts` are ranges of the content, in
 * order, of which those in the header are left out.
 */
export function summarize(letter: {
  readonly prefix: Buffer; readonly header: Buffer; readonly cuts: readonly OctetRange[]; readonly structure: Part;
}): MessageSummary {
  const header = Buffer.concat([letter.prefix, ...withoutCuts(letter.header, letter.cuts)]);
  const fields = parseHeader(header);
  const envelope = envelopeOf(header, fields);
  const references = messageIdsIn(findField(header, fields, 'references') ?? '');
  return {
    envelope,
    structure: letter.structure,
    sentAt: envelope.date === null ? null : parseDate(envelope.date),
    ...(references.length === 0 ? {} : { references }),
  };
}

/** The pieces of `bytes` that remain when `cuts` (in order, not overlapping) are left out. */
export function withoutCuts(bytes: Buffer, cuts: readonly OctetRange[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end } of cuts) {
    if (start > at) pieces.push(bytes.subarray(at, start));
    at = Math.max(at, end);
  }
  if (at < bytes.length) pieces.push(bytes.subarray(at));
  return pieces;
}
