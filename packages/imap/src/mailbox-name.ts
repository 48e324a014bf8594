/**
 * Mailbox names on the wire: modified UTF-7 there, Unicode here, INBOX in any case.
 *
 * Strict both ways: a name that is not the one encoding of what it means is refused, so that
 * no two spellings are one mailbox. RFC 3501 §5.1.3, RFC 9051 Appendix A.1.
 */

/** What a wire name means, INBOX (also as first level of others) in capitals. Undefined: malformed or empty. */
export function decodeMailboxName(wire: string): string | undefined {
  const name = decodeModifiedUtf7(wire);
  return name === undefined || name === '' ? undefined : canonicalInbox(name);
}

/** For the wire; give it to `astring`. */
export function encodeMailboxName(name: string): string {
  return name.replaceAll(/&|[^\x20-\x7e]+/g, (run) => (run === '&' ? '&-' : `&${encodeRun(run)}-`));
}

/** Without regard to INBOX; for patterns of LIST, in which `%` and `*` always stand for themselves. */
export function decodeModifiedUtf7(wire: string): string | undefined {
  const name = wire.replaceAll(/&([^-]*)-/g, (_, run: string) => (run === '' ? '&' : decodeRun(run)));
  if (name.includes('\0') || !name.isWellFormed()) return undefined;
  // RFC 3501 §5.1.3: no superfluous shifts, no encoded ASCII, no other padding: one name, one encoding.
  return encodeMailboxName(name) === wire ? name : undefined;
}

/** RFC 3501 §5.1: INBOX is INBOX in any case. We take it so for the level above others as well. */
export function canonicalInbox(name: string): string {
  return name.replace(/^inbox(?=\/|$)/i, 'INBOX');
}

/** UTF-16BE in base64 with `,` for `/` and without padding. */
function encodeRun(run: string): string {
  return Buffer.from(run, 'utf16le').swap16().toString('base64').replaceAll('/', ',').replace(/=+$/, '');
}

function decodeRun(run: string): string {
  const octets = Buffer.from(run.replaceAll(',', '/'), 'base64');
  return octets.subarray(0, octets.length - octets.length % 2).swap16().toString('utf16le');
}
