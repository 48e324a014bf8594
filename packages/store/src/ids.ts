/**
 * The identities that the books give out. Branded, so that mixing two does not compile.
 */
declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A person's account. */
export type AccountId = Branded<number, 'AccountId'>;
/** A mailbox; never reused within a store. */
export type MailboxId = Branded<number, 'MailboxId'>;
/** The stored octets of one acceptance. */
export type ContentId = Branded<number, 'ContentId'>;
/** One acceptance of a letter: the id in `Received`, in the queue and in the ledger. */
export type LetterId = Branded<string, 'LetterId'>;
/** RFC 9051 §2.3.1.1. */
export type Uid = Branded<number, 'Uid'>;
/** RFC 7162 §3.1: one counter an account; a mailbox's HIGHESTMODSEQ is its own maximum. */
export type Modseq = Branded<number, 'Modseq'>;

export function accountId(value: number): AccountId { return value as AccountId; }
export function mailboxId(value: number): MailboxId { return value as MailboxId; }
export function contentId(value: number): ContentId { return value as ContentId; }
export function letterId(value: string): LetterId { return value as LetterId; }
export function uid(value: number): Uid { return value as Uid; }
export function modseq(value: number): Modseq { return value as Modseq; }
