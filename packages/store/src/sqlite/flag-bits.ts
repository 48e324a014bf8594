/**
 * Flags as they are kept: bits for the system's, words for the rest.
 *
 * RFC 9051 §2.3.2. Keywords differ not by case and keep the spelling they came with.
 */
import { canonicalFlag, type Flag, flagKey } from '@posthorn/mail/flags.ts';
import type { FlagKinds } from '../messages.ts';

export interface StoredFlags {
  readonly bits: number;
  /** Separated by spaces; null for none. */
  readonly keywords: string | null;
}

export const SEEN = 1;
export const DELETED = 8;

const BITS: ReadonlyMap<Flag, number> = new Map([
  ['\\Seen', SEEN], ['\\Answered', 2], ['\\Flagged', 4], ['\\Deleted', DELETED], ['\\Draft', 16],
]);

/** RFC 3501 §2.3.2: a matter of sessions, never stored. */
const RECENT = '\\recent';

export function storeFlags(flags: readonly Flag[]): StoredFlags {
  let bits = 0;
  const keywords = new Map<string, string>();
  for (const written of flags) {
    const flag = canonicalFlag(written);
    const bit = BITS.get(flag);
    if (bit !== undefined) bits |= bit;
    else if (flagKey(flag) !== RECENT && !keywords.has(flagKey(flag))) keywords.set(flagKey(flag), flag);
  }
  return { bits, keywords: joined(keywords.values()) };
}

export function readFlags({ bits, keywords }: StoredFlags): readonly Flag[] {
  const flags: Flag[] = [];
  for (const [flag, bit] of BITS) if ((bits & bit) !== 0) flags.push(flag);
  return keywords === null ? flags : [...flags, ...keywords.split(' ')];
}

/** What `stored` becomes; the same object if nothing changes. */
export function changeFlags(stored: StoredFlags, how: 'add' | 'remove' | 'replace', flags: StoredFlags): StoredFlags {
  const changed = how === 'replace'
    ? { bits: flags.bits, keywords: respelled(stored.keywords, flags.keywords) }
    : {
      bits: how === 'add' ? stored.bits | flags.bits : stored.bits & ~flags.bits,
      keywords: flags.keywords === null ? stored.keywords : combined(stored.keywords, flags.keywords, how),
    };
  const isSame = changed.bits === stored.bits && changed.keywords === stored.keywords;
  return isSame ? stored : changed;
}

/** What is left of them when some kinds do not go along. */
export function withoutFlags(stored: StoredFlags, without: FlagKinds | null): StoredFlags {
  if (without === null) return stored;
  return { bits: stored.bits & ~bitsOf(without), keywords: without.others ? null : stored.keywords };
}

/** `after`, but for some kinds, which stay as they were; the same object as before if nothing changes. */
export function keepingFlags(after: StoredFlags, before: StoredFlags, kept: FlagKinds | null): StoredFlags {
  if (kept === null || after === before) return after;
  const mask = bitsOf(kept);
  const bits = (after.bits & ~mask) | (before.bits & mask);
  const keywords = kept.others ? before.keywords : after.keywords;
  return bits === before.bits && keywords === before.keywords ? before : { bits, keywords };
}

function bitsOf({ seen, deleted, others }: FlagKinds): number {
  return (seen ? SEEN : 0) | (deleted ? DELETED : 0) | (others ? ~(SEEN | DELETED) : 0);
}

function combined(stored: string | null, given: string, how: 'add' | 'remove'): string | null {
  const words = byKey(stored);
  for (const word of given.split(' ')) {
    if (how === 'remove') words.delete(flagKey(word));
    else if (!words.has(flagKey(word))) words.set(flagKey(word), word);
  }
  return joined(words.values());
}

/** `given`, where the same words are meant exactly as they stand. */
function respelled(stored: string | null, given: string | null): string | null {
  if (given === null) return null;
  const before = byKey(stored);
  const after = byKey(given);
  if (before.size === after.size && [...after.keys()].every((key) => before.has(key))) return stored;
  return joined([...after].map(([key, word]) => before.get(key) ?? word));
}

function byKey(keywords: string | null): Map<string, string> {
  return new Map((keywords === null ? [] : keywords.split(' ')).map((word) => [flagKey(word), word]));
}

function joined(words: Iterable<string>): string | null {
  const text = [...words].join(' ');
  return text === '' ? null : text;
}
