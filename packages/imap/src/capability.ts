/**
 * What is advertised, by the state of the session. Only what is whole.
 *
 * RFC 9051 §6.1.1, §7.2.2.
 */
export interface CapabilityState {
  /** TLS is not on, and can be. */
  readonly canStartTls: boolean;
  /** LOGIN and AUTHENTICATE with a password would be heard: under TLS, or where clear text is allowed. */
  readonly isLoginAllowed: boolean;
  /** Such as PLAIN, SCRAM-SHA-256. */
  readonly mechanisms: readonly string[];
  readonly isAuthenticated: boolean;
  readonly isCompressed: boolean;
  /** The largest letter that APPEND takes. */
  readonly appendOctetsMax: number;
}

/** In every state. */
const ALWAYS = ['IMAP4rev2', 'IMAP4rev1', 'LITERAL+', 'ENABLE', 'ID'];
/** Told also before login, so that clients need not ask again. */
const MAILBOXES = ['IDLE', 'NAMESPACE', 'UNSELECT', 'CHILDREN', 'SPECIAL-USE', 'UIDPLUS', 'MOVE', 'CONDSTORE', 'QRESYNC', 'ESEARCH', 'SEARCHRES',
  'LIST-EXTENDED', 'LIST-STATUS', 'CREATE-SPECIAL-USE', 'STATUS=SIZE', 'STATUS=DELETED', 'OBJECTID', 'SAVEDATE', 'WITHIN', 'PARTIAL', 'PREVIEW', 'UIDONLY',
    'UNAUTHENTICATE', 'INPROGRESS', 'ACL', 'RIGHTS=kxte', 'LIST-MYRIGHTS', 'METADATA', 'LIST-METADATA', 'QUOTA', 'QUOTA=RES-STORAGE', 'QUOTA=RES-MESSAGE',
  'BINARY', 'MULTIAPPEND', 'CATENATE', 'REPLACE', 'UTF8=ACCEPT', 'SORT', 'SORT=DISPLAY', 'ESORT', 'THREAD=ORDEREDSUBJECT', 'THREAD=REFERENCES',
];

export function capabilities(state: CapabilityState): readonly string[] {
  // RFC 7889 §3.1.
  const mailboxes = [...MAILBOXES, `APPENDLIMIT=${state.appendOctetsMax}`];
  // RFC 4978 §3: once is enough.
  if (state.isAuthenticated) return [...ALWAYS, ...mailboxes, ...(state.isCompressed ? [] : ['COMPRESS=DEFLATE'])];
  return [
    ...ALWAYS,
    'SASL-IR',
    ...(state.canStartTls ? ['STARTTLS'] : []),
    // RFC 9051 §6.2.3: LOGINDISABLED where LOGIN would be refused; no mechanism is named there either.
    ...(state.isLoginAllowed ? state.mechanisms.map((mechanism) => `AUTH=${mechanism}`) : ['LOGINDISABLED']),
    ...mailboxes,
  ];
}
