/**
 * The header fields that IMAP calls ENVELOPE. RFC 9051 §7.5.2, RFC 5322 §3.6.
 */

/** A mailbox of an address list, or the start or end of a group (RFC 9051 §7.5.2: host is NIL). */
export interface ListedAddress {
  /** As written, unquoted, encoded words left as they are; null where there is none. */
  readonly name: string | null;
  readonly mailbox: string | null;
  readonly host: string | null;
}

/** Unfolded field values; `null` where the letter has no such field. */
export interface MessageEnvelope {
  readonly date: string | null;
  readonly subject: string | null;
  readonly from: readonly ListedAddress[];
  readonly sender: readonly ListedAddress[];
  readonly replyTo: readonly ListedAddress[];
  readonly to: readonly ListedAddress[];
  readonly cc: readonly ListedAddress[];
  readonly bcc: readonly ListedAddress[];
  readonly inReplyTo: string | null;
  readonly messageId: string | null;
}
