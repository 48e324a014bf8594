/**
 * How a name or password is prepared before it is compared or hashed.
 *
 * A light SASLprep: what may be typed in two ways becomes one. RFC 4013 §2; the tables of
 * unassigned code points are left out on purpose, so that new scripts work.
 */

/** Longer ones are refused, never cut. In UTF-8 octets. */
export const PASSWORD_OCTETS_MAX = 1024;

/** RFC 3454 table B.1: commonly mapped to nothing. */
const NOTHING = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

/** Undefined for what holds control characters (RFC 4013 §2.3), is empty or too long. */
export function saslPrepared(text: string): string | undefined {
  const prepared = text
    .replaceAll(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu, ' ')
    .replaceAll(NOTHING, '')
    .normalize('NFKC');
  if (prepared === '' || /\p{Cc}|\p{Cs}/u.test(prepared)) return undefined;
  return Buffer.byteLength(prepared) > PASSWORD_OCTETS_MAX ? undefined : prepared;
}
