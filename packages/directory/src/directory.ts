/**
 * The directory: who is this person, and whose is this address.
 */
import type { Address } from '@posthorn/mail/address.ts';
import type { Belief } from '@posthorn/store/acceptance.ts';
import type { Account, ScramKeys } from '@posthorn/store/accounts.ts';
import type { AccountId } from '@posthorn/store/ids.ts';

/** Whose an address is. */
export type Resolution =
  /** A person's, in the end: through plus addressing, case, aliases. */
  | { readonly kind: 'ours' }
  /** Our domain, but nobody there: 550 5.1.1. */
  | { readonly kind: 'unknown' }
  /** Not our domain. */
  | { readonly kind: 'elsewhere' };

/** One hop from an address towards the people behind it. */
export type Expansion =
  | {
    readonly kind: 'account';
    readonly account: AccountId;
    /** The account's own, as `addressKey` makes it. */
    readonly address: string;
    /** What this answer relies on; it goes into the acceptance. */
    readonly belief: Belief;
  }
  /** `belief` is absent where the configuration, not the books, says so (postmaster). */
  | { readonly kind: 'alias'; readonly targets: readonly Address[]; readonly belief?: Belief }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'elsewhere' };

export type LoginAnswer =
  | { readonly kind: 'welcome'; readonly account: Account }
  | { readonly kind: 'refused' }
  /** Too many failures from that address or for that account: try later. */
  | { readonly kind: 'throttled' };

export interface LoginAttempt {
  readonly user: string;
  readonly password: string;
  readonly remoteAddress: string;
}

/** What a SCRAM exchange needs (RFC 5802 §5); a made-up, stable salt for users that do not exist. */
export interface ScramLookup {
  readonly keys: ScramKeys;
  /** Absent: run the exchange to its end and refuse, so that nobody learns who exists. */
  readonly account?: Account;
}

export interface Directory {
  /** Lower-case A-labels. */
  isOurDomain(domain: string): boolean;
  resolve(address: Address): Promise<Resolution>;
  /** One hop; who follows the hops keeps their bound (`walk.ts`). */
  expand(address: Address): Promise<Expansion>;
  /** What `RCPT TO:<Postmaster>`, without a domain, means (RFC 5321 §4.1.1.3). */
  postmaster(): Address;
  login(attempt: LoginAttempt): Promise<LoginAnswer>;
  /** Undefined when SCRAM is not offered here. */
  scram?(user: string, remoteAddress: string): Promise<ScramLookup | 'throttled'>;
  /** Tells that a SCRAM exchange failed or succeeded, for throttling. */
  scramOutcome?(user: string, remoteAddress: string, isWelcome: boolean): void;
  /** May this account send as this address? Its own, with any plus form, and aliases that lead to it alone. */
  maySendAs(account: Account, sender: Address): Promise<boolean>;
}
