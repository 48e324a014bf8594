/**
 * Randomness, as the rest of the house sees it: real, or from a seed.
 */

export interface Random {
  /** `count` random octets. */
  bytes(count: number): Buffer;
  /** A number in [0, 1). */
  fraction(): number;
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * An identifier of `length` characters from Crockford's base 32, in lower case:
 * safe in headers, file names, URLs, and over the telephone. Five bits a character.
 */
export function identifier(random: Random, length: number): string {
  let text = '';
  for (const octet of random.bytes(length)) text += ALPHABET[octet & 31];
  return text;
}
