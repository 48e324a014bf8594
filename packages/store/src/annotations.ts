/**
 * Annotations: what people and programs note about mailboxes. RFC 5464.
 */
import type { AccountId, MailboxId } from './ids.ts';

/** Where a note is kept. */
export interface AnnotationPlace {
  readonly account: AccountId;
  /** Null: about the account as a whole. */
  readonly mailbox: MailboxId | null;
  /** Whose it is; null: everyone's who may see the mailbox. */
  readonly holder: AccountId | null;
}

export interface Annotation {
  /** In lower case, without `/private` or `/shared`: `/comment`. */
  readonly entry: string;
  readonly value: Buffer;
}

export interface Annotations {
  /** By entry. */
  of(place: AnnotationPlace): Promise<readonly Annotation[]>;
  /**
   * Sets or, with null, removes; all or none. Refused if there would be more than `entriesMax`.
   */
  set(place: AnnotationPlace, changes: readonly { readonly entry: string; readonly value: Buffer | null }[], entriesMax: number): Promise<'done' | 'too-many' | 'no-mailbox'>;
}
