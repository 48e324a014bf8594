/**
 * Reads APPEND and REPLACE piece by piece: their letters come as literals, which nobody keeps whole.
 *
 * What stands before a literal, between two of them or behind the last is a piece. Each is read
 * by itself, from the place in the grammar where the one before it has left off.
 *
 * RFC 9051 §6.3.12; RFC 3502 (MULTIAPPEND), RFC 4469 (CATENATE), RFC 3516 §4.4 (BINARY),
 * RFC 6855 §4 (UTF8), RFC 8508 (REPLACE).
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import { type Cursor, FLAGS_MAX } from './cursor.ts';
import { parseDateTime } from './imap-date.ts';

/** What comes next of letters that are appended. */
export type AppendStep =
  | { readonly step: 'letter'; readonly flags: readonly Flag[]; /** Milliseconds since 1970. */ readonly internalDate?: number }
  /** Octets of the letter, from the wire; the client may wait to hear that they are wanted. */
  | { readonly step: 'literal'; readonly octets: number; readonly isSynchronizing: boolean }
  /** Octets of the letter, from another one. */
  | { readonly step: 'url'; readonly url: string }
  | { readonly step: 'end' };

/** Where in the grammar a piece begins. */
export type AppendPlace = 'letter' | 'parts' | 'closing' | 'between';

export interface AppendPiece {
  /** The last one is a literal, or the end. */
  readonly steps: readonly AppendStep[];
  /** Where the piece behind that literal begins. */
  readonly next: AppendPlace;
}

/** Parts in one piece of a CATENATE. */
const PARTS_MAX = 256;

export function readAppendPiece(cursor: Cursor, place: AppendPlace): AppendPiece {
  const steps: AppendStep[] = [];
  let at: AppendPlace | 'end' = place;
  for (;;) {
    switch (at) {
      case 'letter':
        cursor.space('the message');
        steps.push(readLetter(cursor));
        if (cursor.skip(CATENATE)) at = readParts(cursor, steps);
        else {
          // RFC 6855 §4: UTF8 (~{n}…)
          const isUtf8 = cursor.skip(UTF8);
          steps.push({ step: 'literal', ...cursor.dataHead() });
          return { steps, next: isUtf8 ? 'closing' : 'between' };
        }
        break;
      case 'parts':
        at = cursor.take(')') ? 'between' : readMoreParts(cursor, steps);
        break;
      case 'closing':
        cursor.expect(')');
        at = 'between';
        break;
      case 'between':
        at = cursor.isAtEnd ? 'end' : 'letter';
        break;
      case 'end': return { steps: [...steps, { step: 'end' }], next: 'between' };
      default: return at satisfies never;
    }
    if (steps.at(-1)?.step === 'literal') return { steps, next: 'parts' };
  }
}

const CATENATE = /CATENATE \(/iy;
const UTF8 = /UTF8 \(/iy;

/** RFC 9051 §9 append-message: flags and date, with the space behind each. */
function readLetter(cursor: Cursor): AppendStep {
  let flags: readonly Flag[] = [];
  if (cursor.is('(')) {
    flags = cursor.list(() => cursor.flag(), { what: 'flags', isEmptyAllowed: true, max: FLAGS_MAX });
    cursor.space('the message');
  }
  if (!cursor.is('"')) return { step: 'letter', flags };
  const internalDate = parseDateTime(cursor.string('a date')) ?? cursor.refuse('A date is like "17-Jul-1996 02:44:25 -0700"');
  cursor.space('the message');
  return { step: 'letter', flags, internalDate };
}

function readMoreParts(cursor: Cursor, steps: AppendStep[]): AppendPlace {
  cursor.space('a part, or ")"');
  return readParts(cursor, steps);
}

/** RFC 4469 §5 cat-part; up to a literal, or the end of the list. */
function readParts(cursor: Cursor, steps: AppendStep[]): AppendPlace {
  for (let parts = 0; parts < PARTS_MAX; parts++) {
    const word = cursor.word('TEXT or URL');
    cursor.space('a literal or a URL');
    if (word === 'TEXT') {
      steps.push({ step: 'literal', ...cursor.dataHead() });
      return 'parts';
    }
    if (word !== 'URL') cursor.refuse('A part is TEXT or URL');
    steps.push({ step: 'url', url: cursor.astring('a URL') });
    if (cursor.take(')')) return 'between';
    cursor.space('a part, or ")"');
  }
  return cursor.refuse(`More than ${PARTS_MAX} parts`);
}
