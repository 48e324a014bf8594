/**
 * Names for mailboxes and letters that outlive renaming and moving. RFC 8474.
 *
 * Numbers of the store are never used again, so they will do; a letter in the first place of an
 * id keeps them apart. Threads have none (RFC 8474 §5.2 allows that).
 */

/** RFC 8474 §4. */
export function mailboxObjectId(mailbox: number): string {
  return `F${mailbox}`;
}

/**
 * RFC 8474 §5.1: the same for all that read the same, octet for octet.
 *
 * Those are the octets of one acceptance behind the same lines of ours, which copies share.
 */
export function emailId({ content, prefix }: { readonly content: number; readonly prefix: Buffer }): string {
  return prefix.length === 0 ? `M${content}` : `M${content}-${fingerprint(prefix)}`;
}

const PRIME = 0x0100_0193;
const START = 0x811c_9dc5;
/** Any other number will do. */
const OTHER_START = 0x2545_f491;

/** Two runs of FNV-1a: tells a few prefixes of one letter from each other, and is no secret. */
function fingerprint(octets: Buffer): string {
  let [one, two] = [START, OTHER_START];
  for (const octet of octets) {
    one = Math.imul(one ^ octet, PRIME);
    two = Math.imul(two ^ octet, PRIME);
  }
  return [one, two].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
