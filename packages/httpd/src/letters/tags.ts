/**
 * Tags of letters: IMAP keywords, and what stands behind a plus in an address.
 *
 * A keyword is an atom (RFC 9051 §9); what an atom cannot hold is written as `=` and two
 * hexadecimal digits an octet, so that a tag may say anything and a mail program still shows it.
 */
import { flagKey } from '@posthorn/mail/flags.ts';
import type { Flag } from '@posthorn/mail/flags.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';

export const TAG_CHARS_MAX = 100;

/** Those of mail programs (RFC 5788) begin with a dollar and are no tags. */
export function isTag(flag: Flag): boolean {
  return !flag.startsWith('\\') && !flag.startsWith('$');
}

export function tagToKeyword(tag: string): Flag {
  return Array.from(Buffer.from(tag, 'utf8'), (octet) => {
    const char = String.fromCharCode(octet);
    return /[A-Za-z0-9!#&'+,./:;<>?@^_`|~-]/.test(char) ? char : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

export function keywordToTag(keyword: Flag): string {
  if (!keyword.includes('=')) return keyword;
  const octets = keyword.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1').toString('utf8');
}

/** Each once, in the order of the alphabet. */
export function tagsOf({ copies, envelope }: Pick<LetterRow, 'copies' | 'envelope'>): readonly string[] {
  const found = new Map<string, string>();
  for (const { flags } of copies) for (const flag of flags) if (isTag(flag)) found.set(flagKey(flag), keywordToTag(flag));
  for (const recipient of envelope?.recipients ?? []) {
    const plus = /^[^+@]+\+([^@]+)@/.exec(recipient)?.[1];
    if (plus !== undefined) found.set(flagKey(tagToKeyword(plus)), plus);
  }
  return [...found.values()].toSorted((a, b) => (a < b ? -1 : 1));
}
