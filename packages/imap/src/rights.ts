/**
 * Rights as IMAP spells them. RFC 4314 §2.1, §2.1.1.
 */

/** lookup, read, seen, write, insert, post, create below, delete mailbox, delete messages, expunge, administer. */
export type Right = 'l' | 'r' | 's' | 'w' | 'i' | 'p' | 'k' | 'x' | 't' | 'e' | 'a';
export type Rights = ReadonlySet<Right>;

export const RIGHTS: readonly Right[] = ['l', 'r', 's', 'w', 'i', 'p', 'k', 'x', 't', 'e', 'a'];
export const ALL_RIGHTS: Rights = new Set(RIGHTS);

/** RFC 4314 §2.1.1: the rights of RFC 2086 that were split. */
const OBSOLETE: Readonly<Record<string, readonly Right[]>> = { c: ['k'], d: ['x', 't', 'e'] };

/** Undefined: some letter is no right. */
export function parseRights(text: string): Rights | undefined {
  const rights = new Set<Right>();
  for (const letter of text) {
    const meant = OBSOLETE[letter] ?? RIGHTS.filter((right) => right === letter);
    if (meant.length === 0) return undefined;
    for (const right of meant) rights.add(right);
  }
  return rights;
}

/** As the store keeps them: what is no right is none. */
export function storedRights(text: string): Rights {
  return new Set(RIGHTS.filter((right) => text.includes(right)));
}

export function storeRights(rights: Rights): string {
  return RIGHTS.filter((right) => rights.has(right)).join('');
}

/** For a response: RFC 4314 §2.1.1 has the old letters told too, where any of what they meant is granted. */
export function formatRights(rights: Rights): string {
  const old = Object.entries(OBSOLETE).filter(([, meant]) => meant.some((right) => rights.has(right))).map(([letter]) => letter);
  return storeRights(rights) + old.join('');
}

/** RFC 4314 §3.1: `+` adds, `-` takes away, neither replaces. */
export function changedRights(before: Rights, how: 'add' | 'remove' | 'replace', named: Rights): Rights {
  if (how === 'replace') return named;
  return new Set(RIGHTS.filter((right) => (how === 'add' ? before.has(right) || named.has(right) : before.has(right) && !named.has(right))));
}
