/**
 * What people may do in mailboxes of others. What a right means is not the store's affair.
 *
 * RFC 4314 §2: a right is a letter. Owners are granted nothing: theirs is the mailbox.
 */
import type { AccountId } from './ids.ts';
import type { Mailbox } from './mailboxes.ts';
import type { MailboxKey } from './messages.ts';

/** `anyone`: every account. RFC 4314 §2. */
export type Grantee = AccountId | 'anyone';

export interface Grant {
  readonly who: Grantee;
  /** Letters, each once. */
  readonly rights: string;
}

export interface SharedMailbox {
  readonly owner: AccountId;
  readonly ownerAddress: string;
  readonly mailbox: Mailbox;
  /** Granted to the account itself, and to anyone; letters may be there twice. */
  readonly rights: string;
}

export interface Sharing {
  grants(key: MailboxKey): Promise<readonly Grant[]>;
  /** Mailboxes of others in which the account has any right, by owner's address and name. */
  sharedWith(account: AccountId): Promise<readonly SharedMailbox[]>;
  /** In place of what was granted before; empty: nothing any more. False if there is no such mailbox or account. */
  grant(key: MailboxKey, who: Grantee, rights: string): Promise<boolean>;
}
