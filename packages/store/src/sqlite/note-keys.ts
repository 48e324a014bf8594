/**
 * What a letter's note in the ledger is found by.
 *
 * Keys of all sorts share one table; a letter in front says which sort it is.
 */

export interface KeyedNote {
  readonly letter: string;
  readonly messageId: string | null;
  readonly sender: string;
  /** JSON. */
  readonly recipients: string;
}

/** Messages-IDs longer than this are found by their beginning, and then compared whole. */
const KEY_LENGTH_MAX = 250;

export function letterKey(letter: string): string {
  return `l${letter}`.slice(0, KEY_LENGTH_MAX);
}

export function messageIdKey(messageId: string): string {
  return `m${messageId}`.slice(0, KEY_LENGTH_MAX);
}

/** Whoever looks for an address does not know in which case or form it was written. */
export function addressKey(address: string): string {
  return `a${address.normalize('NFC').toLowerCase()}`.slice(0, KEY_LENGTH_MAX);
}

/** Each once. */
export function keysOf({ letter, messageId, sender, recipients }: KeyedNote): readonly string[] {
  const addressees: readonly string[] = JSON.parse(recipients);
  const people = [sender, ...addressees].filter((address) => address !== '');
  return [...new Set([letterKey(letter), ...messageId === null ? [] : [messageIdKey(messageId)], ...people.map(addressKey)])];
}
