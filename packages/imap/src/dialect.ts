/**
 * What a client has said it understands, and so how it is answered.
 *
 * Everything begins as IMAP4rev1; ENABLE, and the commands that imply CONDSTORE, only add.
 * RFC 5161 (ENABLE), RFC 9051 §6.3.1, RFC 7162 §3.1 and §3.2.3, RFC 6855 §3, RFC 9586 §3.1.
 */
export interface Dialect {
  /** IMAP4rev2: ESEARCH instead of SEARCH, no \Recent. */
  readonly isRev2: boolean;
  /** Mailbox names are UTF-8, not modified UTF-7. */
  readonly isUtf8: boolean;
  /** CONDSTORE: flags are told with their modseq. */
  readonly tellsModseq: boolean;
  /** VANISHED instead of EXPUNGE. */
  readonly tellsVanished: boolean;
  /** QRESYNC: SELECT may resynchronize, EXPUNGE and CLOSE end with HIGHESTMODSEQ. */
  readonly isResyncing: boolean;
  /** No sequence numbers, either way. */
  readonly isUidOnly: boolean;
}

export const REV1: Dialect = {
  isRev2: false, isUtf8: false, tellsModseq: false, tellsVanished: false, isResyncing: false, isUidOnly: false,
};

/** What each of them turns on, by its name in capitals. */
const ADDED: ReadonlyMap<string, { readonly name: string; readonly adds: Partial<Dialect> }> = new Map([
  { name: 'CONDSTORE', adds: { tellsModseq: true } },
  // RFC 7162 §3.2.3: QRESYNC is CONDSTORE as well.
  { name: 'QRESYNC', adds: { tellsModseq: true, tellsVanished: true, isResyncing: true } },
  { name: 'IMAP4rev2', adds: { isRev2: true, isUtf8: true } },
  { name: 'UTF8=ACCEPT', adds: { isUtf8: true } },
  // RFC 9586 §3.3: EXPUNGE bears a sequence number, so VANISHED takes its place.
  { name: 'UIDONLY', adds: { isUidOnly: true, tellsVanished: true } },
].map((one) => [one.name.toUpperCase(), one]));

/** `told` is the name for ENABLED; nothing for what we do not know (RFC 5161 §3.1). */
export function enabled(dialect: Dialect, capability: string): { readonly dialect: Dialect; readonly told?: string } {
  const found = ADDED.get(capability.toUpperCase());
  return found === undefined ? { dialect } : { dialect: { ...dialect, ...found.adds }, told: found.name };
}
