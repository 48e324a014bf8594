/**
 * What is advertised, by the state of the session. Only what is whole.
 *
 * LIST-EXTENDED is understood by the parser and not offered yet; special uses come
 * with plain LIST (RFC 6154 §2), CREATE-SPECIAL-USE does not. RFC 9051 §6.1.1, §7.2.2.
 */
export interface CapabilityState {
  /** TLS is not on, and can be. */
  readonly canStartTls: boolean;
  /** LOGIN and AUTHENTICATE with a password would be heard: under TLS, or where clear text is allowed. */
  readonly isLoginAllowed: boolean;
  /** Such as PLAIN, SCRAM-SHA-256. */
  readonly mechanisms: readonly string[];
  readonly isAuthenticated: boolean;
}

/** In every state. */
const ALWAYS = ['IMAP4rev1', 'LITERAL+', 'ENABLE', 'ID'];
/** Told also before login, so that clients need not ask again. */
const MAILBOXES = ['IDLE', 'NAMESPACE', 'UNSELECT', 'CHILDREN', 'SPECIAL-USE', 'UIDPLUS', 'MOVE', 'CONDSTORE', 'QRESYNC', 'ESEARCH', 'SEARCHRES'];

export function capabilities(state: CapabilityState): readonly string[] {
  if (state.isAuthenticated) return [...ALWAYS, ...MAILBOXES];
  return [
    ...ALWAYS,
    'SASL-IR',
    ...(state.canStartTls ? ['STARTTLS'] : []),
    // RFC 9051 §6.2.3: LOGINDISABLED where LOGIN would be refused; no mechanism is named there either.
    ...(state.isLoginAllowed ? state.mechanisms.map((mechanism) => `AUTH=${mechanism}`) : ['LOGINDISABLED']),
    ...MAILBOXES,
  ];
}
