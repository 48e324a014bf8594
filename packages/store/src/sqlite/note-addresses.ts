/**
 * The addresses that a letter is found by in the ledger.
 */

/** Whoever looks for an address does not know in which case or form it was written. */
export function noteAddress(address: string): string {
  return address.normalize('NFC').toLowerCase();
}

/** Each once; none for `<>`. */
export function noteAddresses(sender: string, recipients: readonly string[]): readonly string[] {
  const found = new Set([sender, ...recipients].map(noteAddress));
  found.delete('');
  return [...found];
}
