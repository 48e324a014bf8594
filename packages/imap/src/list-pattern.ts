/**
 * Which mailboxes a LIST or LSUB means. RFC 9051 §6.3.9, RFC 3501 §6.3.8 and §6.3.9.
 *
 * Names are Unicode, `/` between levels. Matching takes time in proportion to name times
 * pattern at most, however many wildcards there are.
 */
import { canonicalInbox } from './mailbox-name.ts';

const DELIMITER = '/';

/** What a pattern means under a reference: RFC 9051 §6.3.9 leaves it to us, and we put one before the other. */
export function joinReference(reference: string, pattern: string): string {
  return reference + pattern;
}

/** `%` stands for anything within a level, `*` for anything. INBOX is INBOX in any case. */
export function matchesPattern(pattern: string, name: string): boolean {
  // RFC 3501 §6.3.8: INBOX is listed if the pattern matches it without regard to case.
  if (name === 'INBOX') return matches(pattern.toUpperCase(), name);
  return matches(canonicalInbox(pattern), name);
}

/**
 * Goes through the name with all the places in the pattern that it may have come to.
 *
 * `places[p]`: the name so far fits the first `p` characters of the pattern.
 */
function matches(pattern: string, name: string): boolean {
  let places = passWildcards(new Uint8Array(pattern.length + 1).fill(1, 0, 1), pattern);
  for (let at = 0; at < name.length; at++) {
    const character = name.charAt(at);
    const next = new Uint8Array(pattern.length + 1);
    let isAny = false;
    for (let place = 0; place < pattern.length; place++) {
      if (places[place] === 0) continue;
      const sign = pattern.charAt(place);
      if (sign === '*' || (sign === '%' && character !== DELIMITER)) next[place] = 1;
      else if (sign === character && sign !== '%') next[place + 1] = 1;
      else continue;
      isAny = true;
    }
    if (!isAny) return false;
    places = passWildcards(next, pattern);
  }
  return places[pattern.length] === 1;
}

/** A wildcard may stand for nothing. */
function passWildcards(places: Uint8Array, pattern: string): Uint8Array {
  for (let place = 0; place < pattern.length; place++) {
    if (places[place] === 1 && (pattern[place] === '*' || pattern[place] === '%')) places[place + 1] = 1;
  }
  return places;
}

export interface ListedMailbox {
  readonly name: string;
  /** Not among the names, but a level above one: \Noselect. */
  readonly isParentOnly: boolean;
  readonly hasChildren: boolean;
}

/**
 * The mailboxes that match one of the patterns (with the reference before each), in the order of
 * the names given; a level that exists only above others stands where the first of them would.
 */
export function selectMailboxes(names: readonly string[], patterns: readonly string[]): readonly ListedMailbox[] {
  const real = new Set(names);
  const parents = new Set(names.flatMap((name) => levelsAbove(name)));
  const listed = new Map<string, ListedMailbox>();
  const isMeant = (name: string): boolean => patterns.some((pattern) => matchesPattern(pattern, name));
  for (const name of names) {
    if (isMeant(name)) listed.set(name, { name, isParentOnly: false, hasChildren: parents.has(name) });
    // RFC 5258 §3, RFC 3501 §6.3.9: a level that is not there stands for those below it that do not match.
    else {
      for (const level of levelsAbove(name)) {
        if (!real.has(level) && isMeant(level)) listed.set(level, { name: level, isParentOnly: true, hasChildren: true });
      }
    }
  }
  return [...listed.values()];
}

/** `a/b/c` lies below `a` and `a/b`. */
export function levelsAbove(name: string): readonly string[] {
  const levels: string[] = [];
  for (let at = name.indexOf(DELIMITER); at !== -1; at = name.indexOf(DELIMITER, at + 1)) levels.push(name.slice(0, at));
  return levels;
}
