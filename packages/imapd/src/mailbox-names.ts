/**
 * Which names a mailbox may have here. RFC 9051 §5.1; RFC 5198 §2 (no control characters).
 */

/** Names are shown, logged and made into folders by exports. */
const NAME_OCTETS_MAX = 1000;
const LEVELS_MAX = 50;

/** Wildcards are refused: LIST could never name such a mailbox alone (RFC 9051 §6.3.4 permits it). */
export function isMailboxName(name: string): boolean {
  const levels = name.split('/');
  return Buffer.byteLength(name) <= NAME_OCTETS_MAX
    && levels.length <= LEVELS_MAX
    && levels.every((level) => level !== '')
    && !/[\p{Cc}\u2028\u2029%*]/u.test(name)
    && name.isWellFormed();
}
