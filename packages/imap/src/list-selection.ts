/**
 * Which mailboxes an extended LIST is about, and what it says of those above them.
 *
 * RFC 9051 §6.3.9, RFC 5258 §3 and §4; RFC 6154 §2 (SPECIAL-USE).
 */
import { levelsAbove, matchesPattern } from './list-pattern.ts';

/** What there is to choose from. */
export interface ListedAmong {
  /** In the order in which they are told. */
  readonly names: readonly string[];
  /** They need not exist (RFC 9051 §6.3.7). */
  readonly subscribed: ReadonlySet<string>;
  readonly withSpecialUse: ReadonlySet<string>;
}

export interface ListQuery {
  /** With the reference before each. */
  readonly patterns: readonly string[];
  /** SUBSCRIBED, SPECIAL-USE, REMOTE, RECURSIVEMATCH. */
  readonly selectOptions: readonly string[];
}

export interface Listed {
  readonly name: string;
  /** False: a level above others, or a subscription to nothing. */
  readonly isThere: boolean;
  readonly hasChildren: boolean;
  /** RFC 5258 §4: something below meets these criteria. */
  readonly childInfo: readonly string[];
}

export function selectListed(among: ListedAmong, { patterns, selectOptions }: ListQuery): readonly Listed[] {
  const isThere = new Set(among.names);
  const parents = new Set(among.names.flatMap((name) => levelsAbove(name)));
  // RFC 5258 §3.1: REMOTE asks for mailboxes of other servers too, of which there are none.
  const criteria = selectOptions.filter((option) => option === 'SUBSCRIBED' || option === 'SPECIAL-USE');
  const isMeant = (name: string): boolean => patterns.some((pattern) => matchesPattern(pattern, name));
  const meets = (name: string): boolean => criteria.every((option) => (option === 'SUBSCRIBED' ? among.subscribed : among.withSpecialUse).has(name));
  const listed = new Map<string, Listed>();
  const add = (name: string): void => {
    if (!listed.has(name)) listed.set(name, { name, isThere: isThere.has(name), hasChildren: parents.has(name), childInfo: [] });
  };
  const candidates = criteria.includes('SUBSCRIBED') ? [...new Set([...among.names, ...[...among.subscribed].sort()])] : among.names;
  for (const name of candidates.filter(meets)) {
    if (isMeant(name)) add(name);
    else if (criteria.length === 0) {
      // RFC 9051 §6.3.9: a level that is not there stands for those below it that do not match.
      for (const level of levelsAbove(name)) if (!isThere.has(level) && isMeant(level)) add(level);
    }
    // RFC 5258 §3.5: and so does, with RECURSIVEMATCH, one that does not meet the criteria itself.
    if (selectOptions.includes('RECURSIVEMATCH')) {
      for (const level of levelsAbove(name)) {
        if (isMeant(level) && !isMeant(name)) add(level);
        const above = listed.get(level);
        if (above !== undefined) listed.set(level, { ...above, childInfo: criteria });
      }
    }
  }
  return [...listed.values()];
}

/** RFC 5258 §3.1: what RECURSIVEMATCH alone would mean nobody has said. */
export function isSelectable(selectOptions: readonly string[]): boolean {
  return !selectOptions.includes('RECURSIVEMATCH') || selectOptions.some((option) => option !== 'RECURSIVEMATCH' && option !== 'REMOTE');
}
