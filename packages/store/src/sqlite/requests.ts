/**
 * What is asked of the writer: plain data, so that it can travel to another thread.
 *
 * Whatever needs thinking about (JSON, sizes, concatenated prefixes) was done by whoever
 * asks, so that the writer does little else than write.
 */
import type { Credentials, Account } from '../accounts.ts';
import type { AcceptAnswer } from '../acceptance.ts';
import type { Alias } from '../aliases.ts';
import type { AnnotationPlace, Annotations } from '../annotations.ts';
import type { AccountId, LetterId, MailboxId, Uid } from '../ids.ts';
import type { ExpireAnswer, ExpireRule, MailboxCursor, RestoreAnswer } from '../kept.ts';
import type { DkimKey } from '../keys.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { Mailbox, Mailboxes, SpecialUse } from '../mailboxes.ts';
import type { OwnLimits, QuotaLimits } from '../quota.ts';
import type { CopyAnswer, FlagChange, FlagKinds, MailboxKey, MessageState} from '../messages.ts';
import type { Belief } from '../placement.ts';
import type { UnheardLetter } from '../retries.ts';
import type { SettleAnswer, SettledRecipient, SpoolLetter, SpoolRecipient } from '../spool.ts';
import type { StoredFlags } from './flag-bits.ts';

/** A content as it is handed over: small ones whole, large ones by their name on the shelf. */
export interface ContentRecord {
  readonly letter: LetterId;
  readonly size: number;
  readonly sha256: Buffer;
  /** The octets, when they are kept in the table. */
  readonly octets: Buffer | null;
  readonly file: string | null;
  readonly frames: Buffer | null;
  readonly encoding: 'identity' | 'zstd';
  /** JSON. */
  readonly cuts: string | null;
  /** JSON. */
  readonly summary: string;
  /** Of what the row says of the letter. */
  readonly checksum: number;
}

/** A placement; its prefix is the range of the concatenated ones. */
export interface PlacementRecord {
  readonly account: AccountId;
  readonly mailbox: string;
  readonly flags: StoredFlags;
  readonly prefixStart: number;
  readonly prefixEnd: number;
  /** RFC822.SIZE. */
  readonly octets: number;
  readonly internalDate: number;
  /** Of the content's row and the prefix; of the prefix alone where the writer knows the content. */
  readonly checksum: number;
}

/** What the ledger keeps of an acceptance. */
export interface NoteRecord {
  readonly letter: LetterId;
  readonly at: number;
  readonly sender: string;
  /** JSON. */
  readonly recipients: string;
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly octets: number;
  /** The entries about this letter, JSON. */
  readonly entries: string;
  /** What it is known by when it is sent again; null where that is nothing. */
  readonly retry: Buffer | null;
}

export interface AcceptRequest {
  readonly kind: 'accept';
  readonly content: ContentRecord;
  readonly prefixes: Buffer;
  readonly placements: readonly PlacementRecord[];
  readonly note: NoteRecord;
  readonly spool: SpoolLetter | null;
  /** Entries about other letters. */
  readonly ledger: readonly LedgerEntry[];
  readonly beliefs: readonly Belief[];
  readonly concludes: LetterId | null;
}

export interface AppendRequest extends MailboxKey {
  readonly kind: 'append';
  readonly content: ContentRecord;
  readonly flags: StoredFlags;
  readonly internalDate: number;
  readonly at: number;
  /** Null: any amount. */
  readonly limits: QuotaLimits | null;
}

export interface AppendManyRequest extends MailboxKey {
  readonly kind: 'append-many';
  readonly letters: readonly Pick<AppendRequest, 'content' | 'flags' | 'internalDate'>[];
  readonly at: number;
  readonly replaces: MailboxKey & { readonly uid: Uid } | null;
  readonly limits: QuotaLimits | null;
}

export interface SettleRequest {
  readonly kind: 'settle';
  readonly letter: LetterId;
  readonly lease: number;
  readonly recipients: readonly SettledRecipient[];
  readonly prefixes: Buffer;
  /** `octets` is that of the prefix alone: the writer knows the content's. */
  readonly placements: readonly PlacementRecord[];
  readonly onward: readonly SpoolRecipient[];
  readonly beliefs: readonly Belief[];
  readonly ledger: readonly LedgerEntry[];
}

interface Transfer extends MailboxKey {
  readonly uids: readonly Uid[];
  readonly target: MailboxId;
  /** Whose the target is. */
  readonly targetAccount: AccountId;
  readonly at: number;
  readonly limits: QuotaLimits | null;
  readonly without: FlagKinds | null;
}

export type TransferRequest = Transfer & { readonly kind: 'copy' } | Transfer & { readonly kind: 'move' };

/** A lease, by what it is found with. */
export interface LeaseGiven {
  readonly letter: LetterId;
  readonly route: string;
  readonly lease: number;
}

export type Request =
  | AcceptRequest | AppendRequest | AppendManyRequest | SettleRequest | TransferRequest
  | { readonly kind: 'account-add'; readonly address: string; readonly at: number; readonly credentials: Credentials | null }
  | { readonly kind: 'account-credentials'; readonly account: AccountId; readonly credentials: Credentials }
  | { readonly kind: 'account-limits'; readonly account: AccountId; readonly limits: OwnLimits }
  | { readonly kind: 'account-remove'; readonly account: AccountId }
  | { readonly kind: 'alias-set'; readonly alias: Alias }
  | { readonly kind: 'alias-remove'; readonly address: string }
  | { readonly kind: 'key-add'; readonly key: DkimKey }
  | { readonly kind: 'key-remove'; readonly domain: string; readonly selector: string }
  | { readonly kind: 'mailbox-create'; readonly account: AccountId; readonly name: string; readonly at: number; readonly specialUse: SpecialUse | null }
  | { readonly kind: 'mailbox-rename'; readonly account: AccountId; readonly from: string; readonly to: string; readonly at: number }
  | { readonly kind: 'mailbox-remove'; readonly account: AccountId; readonly name: string; readonly at: number }
  | MailboxKey & { readonly kind: 'grant'; /** Null: anyone. */ readonly who: AccountId | null; readonly rights: string }
  | AnnotationPlace & { readonly kind: 'annotate'; readonly changes: readonly { readonly entry: string; readonly value: Buffer | null }[]; readonly entriesMax: number }
  | { readonly kind: 'subscribe'; readonly account: AccountId; readonly name: string; readonly isOn: boolean }
  | { readonly kind: 'claim-recent'; readonly account: AccountId; readonly mailbox: MailboxId }
  | MailboxKey & {
    readonly kind: 'flags'; readonly uids: readonly Uid[]; readonly how: FlagChange['how'];
    readonly flags: StoredFlags; readonly unchangedSince: number | null; readonly without: FlagKinds | null; readonly at: number;
  }
  | MailboxKey & { readonly kind: 'expunge'; readonly uids: readonly Uid[]; readonly at: number }
  | { readonly kind: 'lease'; readonly now: number; readonly until: number; readonly limit: number; readonly without: readonly string[] }
  | { readonly kind: 'conclude'; readonly letter: LetterId; readonly ledger: readonly LedgerEntry[] }
  | { readonly kind: 'notified'; readonly letter: LetterId; readonly indexes: readonly number[] }
  | {
    readonly kind: 'command'; readonly what: 'retry' | 'hold' | 'release' | 'cancel';
    readonly letters: readonly LetterId[] | null; readonly at: number;
  }
  | { readonly kind: 'search-indexed'; readonly dueUpTo: number }
  /** While a backup runs, nothing that it may have seen is swept away. */
  | { readonly kind: 'sweeping'; readonly backup: number; readonly isHeld: boolean }
  | {
    readonly kind: 'restore'; readonly account: AccountId; readonly since: number; readonly letters: readonly LetterId[] | null;
    readonly mailbox: string | null; readonly into: string | null; readonly at: number;
  }
  | { readonly kind: 'entry'; readonly entry: LedgerEntry }
  | { readonly kind: 'heard'; readonly unheard: readonly UnheardLetter[] }
  | { readonly kind: 'expire'; readonly rules: readonly ExpireRule[]; readonly past: MailboxCursor | null; readonly at: number }
  | { readonly kind: 'check' };

/** What is answered, by the request's kind. */
export interface Answers {
  accept: AcceptAnswer;
  append: { readonly kind: 'appended'; readonly uidValidity: number; readonly uid: Uid } | { readonly kind: 'no-mailbox' | 'over-quota' };
  'append-many': { readonly kind: 'appended'; readonly uidValidity: number; readonly uids: readonly Uid[] } | { readonly kind: 'no-mailbox' | 'no-message' | 'over-quota' };
  settle: SettleAnswer;
  copy: CopyAnswer;
  move: CopyAnswer;
  'account-add': { readonly kind: 'added' | 'exists'; readonly account: Account };
  'account-credentials': boolean;
  'account-limits': boolean;
  'account-remove': boolean;
  'alias-set': null;
  'alias-remove': boolean;
  'key-add': boolean;
  'key-remove': boolean;
  'mailbox-create': { readonly kind: 'created'; readonly mailbox: Mailbox } | { readonly kind: 'exists' | 'use-taken' };
  'mailbox-rename': Awaited<ReturnType<Mailboxes['rename']>>;
  'mailbox-remove': Awaited<ReturnType<Mailboxes['remove']>>;
  grant: boolean;
  annotate: Awaited<ReturnType<Annotations['set']>>;
  subscribe: null;
  'claim-recent': Uid;
  flags: { readonly states: readonly MessageState[]; readonly modified: readonly Uid[] };
  expunge: readonly Uid[];
  lease: readonly LeaseGiven[];
  conclude: boolean;
  notified: null;
  command: readonly LetterId[];
  'search-indexed': null;
  sweeping: null;
  restore: RestoreAnswer;
  entry: null;
  heard: null;
  expire: ExpireAnswer;
  check: null;
}

export type Kind = Request['kind'];
export type RequestOf<K extends Kind> = Extract<Request, { readonly kind: K }>;
