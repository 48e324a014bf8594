/**
 * The directory: who is this person, and whose is this address.
 */
import type { Address } from '@posthorn/mail/address.ts';
import type { AddressBelief } from '@posthorn/store/acceptance.ts';
import type { Account, ScramKeys } from '@posthorn/store/accounts.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { QuotaLimits } from '@posthorn/store/quota.ts';
import type { Quota, Room } from './quota-desk.ts';

/** Whose an address is. */
export type Resolution =
  /** A person's, in the end: through plus addressing, case, aliases. */
  | { readonly kind: 'ours' }
  /** Ours too, but nobody behind it has room: 452 4.2.2; or could ever have: 552 5.2.2. */
  | { readonly kind: 'full' | 'never' }
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
    readonly belief: AddressBelief;
    /** How much it may hold; absent: any amount. */
    readonly limits?: QuotaLimits;
  }
  /** `belief` is absent where the configuration, not the books, says so (postmaster). */
  | { readonly kind: 'alias'; readonly targets: readonly Address[]; readonly belief?: AddressBelief }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'elsewhere' };

/** An account that an address leads to. */
export interface ReachedAccount {
  readonly account: AccountId;
  readonly address: string;
  /** How much it may hold; absent: any amount. */
  readonly limits?: QuotaLimits;
}

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
  /** `octets`: of the letter, as far as its sender has said. */
  resolve(address: Address, octets?: number): Promise<Resolution>;
  /** Whether a letter finds room with anybody that was reached. */
  roomBehind(reached: { readonly accounts: readonly ReachedAccount[]; readonly elsewhere: readonly Address[] }, octets: number): Promise<Room>;
  /** One hop; who follows the hops keeps their bound (`walk.ts`). */
  expand(address: Address): Promise<Expansion>;
  /** What `RCPT TO:<Postmaster>`, without a domain, means (RFC 5321 §4.1.1.3). */
  postmaster(): Address;
  /** How much an account may hold, for acts of its owner; undefined: any amount. */
  limitsOf(account: AccountId): Promise<QuotaLimits | undefined>;
  /** What an account holds and may hold: its own quota first, then one that its domain shares (RFC 9208). */
  quotasOf(account: AccountId): Promise<readonly Quota[]>;
  login(attempt: LoginAttempt): Promise<LoginAnswer>;
  /** Undefined when SCRAM is not offered here. */
  scram?(user: string, remoteAddress: string): Promise<ScramLookup | 'throttled'>;
  /** Tells that a SCRAM exchange failed or succeeded, for throttling. */
  scramOutcome?(user: string, remoteAddress: string, isWelcome: boolean): void;
  /** May this account send as this address? Its own, with any plus form, and aliases that lead to it alone. */
  maySendAs(account: Account, sender: Address): Promise<boolean>;
}
