/**
 * Accounts: the people whose mail is kept here.
 */
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { AccountId } from './ids.ts';
import type { OwnLimits } from './quota.ts';

/** Made by the directory; the books only keep it. */
export interface Credentials {
  /** PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  readonly argon2id: string;
  readonly scramSha256?: ScramKeys;
}

/** RFC 5802 §3: all that a server needs, base64. */
export interface ScramKeys {
  readonly salt: string;
  readonly iterations: number;
  readonly storedKey: string;
  readonly serverKey: string;
}

export interface Account {
  readonly id: AccountId;
  /** As `addressKey` makes it. */
  readonly address: string;
  readonly createdAt: EpochMs;
  /** Absent: nobody can log in with a password. */
  readonly credentials?: Credentials;
  /** Where its quota is not as configured. */
  readonly ownLimits?: OwnLimits;
}

export interface Accounts {
  byAddress(address: string): Promise<Account | undefined>;
  byId(account: AccountId): Promise<Account | undefined>;
  /** In the order they were added. */
  list(): Promise<readonly Account[]>;
  /** With INBOX, Sent, Drafts, Trash, Junk and Archive. */
  add(account: {
    readonly address: string; readonly at: EpochMs; readonly credentials?: Credentials;
  }): Promise<{ readonly kind: 'added'; readonly account: Account } | { readonly kind: 'exists'; readonly account: Account }>;
  /** False if there is no such account. */
  setCredentials(account: AccountId, credentials: Credentials): Promise<boolean>;
  /** In place of those it had. False if there is no such account. */
  setOwnLimits(account: AccountId, limits: OwnLimits): Promise<boolean>;
  /** With all its mail. False if there is no such account. */
  remove(account: AccountId): Promise<boolean>;
}
