/**
 * Message-IDs as they stand in fields: in angle brackets. RFC 5322 §3.6.4.
 */

/** More are kept of no letter: the first, which began it all, and the latest. */
export const MESSAGE_IDS_MAX = 200;

/** In the order written, brackets included; white space and comments between them do not count. */
export function messageIdsIn(text: string): readonly string[] {
  const ids = text.match(/<[^<>\s]{1,998}>/g) ?? [];
  return ids.length <= MESSAGE_IDS_MAX ? ids : [...ids.slice(0, 1), ...ids.slice(1 - MESSAGE_IDS_MAX)];
}
