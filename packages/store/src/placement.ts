/**
 * Placements and beliefs: what an acceptance and a delivery from the spool have in common.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { AccountId } from './ids.ts';
import type { QuotaLimits } from './quota.ts';

/** One copy for one mailbox of ours. */
export interface Placement {
  readonly account: AccountId;
  /** A mailbox's name; INBOX takes it if there is none of that name. */
  readonly mailbox: string;
  /** Complete header lines that we put in front: Return-Path, Delivered-To, Received, verdicts. */
  readonly prefix: Buffer;
  readonly flags: readonly Flag[];
  readonly internalDate: EpochMs;
  /** The address it was accepted for, `local@domain`. */
  readonly recipient: string;
}

/** What is said here stands only as long as this does. */
export type Belief = AddressBelief | RoomBelief;

/** Addresses are keys as `addressKey` makes them. */
export type AddressBelief =
  | { readonly kind: 'account'; readonly address: string; readonly account: AccountId }
  | { readonly kind: 'alias'; readonly address: string; readonly targets: readonly string[] };

/** Before this letter an account, and all accounts of its domain together, hold at most so much. */
export interface RoomBelief {
  readonly kind: 'room';
  readonly account: AccountId;
  readonly atMost: QuotaLimits;
}
