/**
 * What the API says about letters, as both sides of it know it. Times are ISO 8601, sizes octets.
 */

export interface Person {
  /** Empty where the letter gives none. */
  readonly name: string;
  readonly address: string;
}

/** A letter in a list. */
export interface LetterItem {
  /** The id in `Received`, in the queue and in the ledger. */
  readonly id: string;
  readonly at: string;
  readonly from: readonly Person[];
  readonly to: readonly Person[];
  readonly subject: string;
  /** The beginning of its text, on one line. */
  readonly snippet: string;
  readonly octets: number;
  readonly attachments: number;
  readonly isSeen: boolean;
  readonly isFlagged: boolean;
  readonly isAnswered: boolean;
  readonly tags: readonly string[];
  /** The accounts and mailboxes where it lies. */
  readonly places: readonly Place[];
}

export interface Place {
  /** Of the account. */
  readonly address: string;
  readonly mailbox: string;
}

export interface LetterPage {
  /** Newest first. */
  readonly letters: readonly LetterItem[];
  /** Goes into `after`; absent at the end. A search may find more there even if this page is short. */
  readonly next?: string;
  /** All letters, whatever was searched for. */
  readonly total: number;
  readonly unseen: number;
}

/** A MIME part. */
export interface PartShown {
  /** `1.2` as in IMAP; empty for the letter's own multipart. */
  readonly number: string;
  readonly type: string;
  readonly charset?: string;
  readonly encoding: string;
  readonly disposition?: string;
  readonly filename?: string;
  readonly contentId?: string;
  /** As encoded. */
  readonly octets: number;
  readonly parts?: readonly PartShown[];
}

export interface LetterDetail extends LetterItem {
  readonly cc: readonly Person[];
  readonly bcc: readonly Person[];
  readonly replyTo: readonly Person[];
  readonly messageId: string;
  /** The Date field. */
  readonly sentAt?: string;
  /** Absent where it is not known: put there over IMAP, or long ago. */
  readonly envelope?: { readonly sender: string; readonly recipients: readonly string[] };
  readonly structure: PartShown;
  readonly hasHtml: boolean;
  /** Leaves that are neither its text nor its HTML. */
  readonly attached: readonly PartShown[];
}

export interface HeaderLine {
  readonly name: string;
  /** Unfolded, encoded words read. */
  readonly value: string;
  /** Put in front by us. */
  readonly isOurs: boolean;
}

/** What there is to show of a letter. */
export interface Rendering {
  /** As it came, not made safe. Absent where there is none. */
  readonly html?: string;
  /** The text part, or the text of the HTML. */
  readonly text: string;
  readonly isTextMade: boolean;
  /** Cut off at a bound. */
  readonly isCut: boolean;
  /** Parts that HTML refers to by `cid:`. */
  readonly inline: readonly { readonly contentId: string; readonly number: string; readonly type: string; readonly octets: number }[];
}

/** `/rest/v1/events`, the data of each event by its name. */
export interface LetterEvents {
  /** A letter came. */
  readonly letter: LetterItem;
  /** Something about letters that were there before: look again. */
  readonly changed: { readonly total: number; readonly unseen: number };
}
