/**
 * Message flags. RFC 9051 §2.3.2: system flags begin with a backslash, keywords do not.
 *
 * \Recent (RFC 3501) is a matter of sessions and never stored.
 */

/** A system flag in its canonical spelling, or a keyword as first written. Compared without case. */
export type Flag = string;

export const SYSTEM_FLAGS: readonly Flag[] = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];

const CANONICAL: ReadonlyMap<string, Flag> = new Map(SYSTEM_FLAGS.map((flag) => [flag.toLowerCase(), flag]));

/** A system flag in its canonical spelling, anything else as it is written. */
export function canonicalFlag(flag: string): Flag {
  return flag.startsWith('\\') ? CANONICAL.get(flag.toLowerCase()) ?? flag : flag;
}

/** For comparing: flags and keywords differ not by case (RFC 9051 §2.3.2). */
export function flagKey(flag: Flag): string {
  return flag.toLowerCase();
}
