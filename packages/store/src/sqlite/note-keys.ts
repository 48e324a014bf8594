/**
 * What a letter's note in the ledger is found by.
 *
 * Keys of all sorts share one table; a letter in front says which sort it is.
 */
import { hash } from 'node:crypto';

export interface KeyedNote {
  readonly letter: string;
  readonly messageId: string | null;
  readonly sender: string;
  /** JSON. */
  readonly recipients: string;
}

const KEY_LENGTH_MAX = 250;
/** Of SHA-256 in hexadecimal. */
const DIGEST_LENGTH = 64;

export function letterKey(letter: string): string {
  return bounded(`l${letter}`);
}

export function messageIdKey(messageId: string): string {
  return bounded(`m${messageId}`);
}

/** Whoever looks for an address does not know in which case or form it was written. */
export function addressKey(address: string): string {
  return bounded(`a${address.normalize('NFC').toLowerCase()}`);
}

/** Each once. */
export function keysOf({ letter, messageId, sender, recipients }: KeyedNote): readonly string[] {
  const addressees: readonly string[] = JSON.parse(recipients);
  const people = [sender, ...addressees].filter((address) => address !== '');
  return [...new Set([letterKey(letter), ...messageId === null ? [] : [messageIdKey(messageId)], ...people.map(addressKey)])];
}

/** What is too long ends in a digest of all of it, so that only the same is taken for the same. */
function bounded(key: string): string {
  return key.length <= KEY_LENGTH_MAX ? key : `${key.slice(0, KEY_LENGTH_MAX - DIGEST_LENGTH)}${hash('sha256', key)}`;
}
