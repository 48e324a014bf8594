/**
 * IMAP commands as values: what the parser makes and the sessions obey.
 *
 * RFC 9051 §6, RFC 3501 §6. Mailbox names are decoded to Unicode already.
 */
import type { Flag } from '@posthorn/mail/flags.ts';

/** Closed ranges, `Infinity` for `*`; as written, not sorted. Never empty. */
export type SequenceSet = readonly { readonly from: number; readonly to: number }[];
/** `$` is what the last SEARCH with SAVE has found (RFC 9051 §6.4.4.1, RFC 5182). */
export type MessageSet = SequenceSet | '$';

export type Command =
  | { readonly name: 'CAPABILITY' | 'NOOP' | 'LOGOUT' | 'STARTTLS' | 'CHECK' | 'CLOSE' | 'UNSELECT' | 'NAMESPACE' | 'IDLE' | 'UNAUTHENTICATE' }
  | { readonly name: 'COMPRESS'; readonly algorithm: string }
  | { readonly name: 'ID'; readonly fields: readonly (readonly [string, string | null])[] | null }
  | { readonly name: 'ENABLE'; readonly capabilities: readonly string[] }
  | { readonly name: 'AUTHENTICATE'; readonly mechanism: string; /** Base64 as sent; `=` is an empty one. */ readonly initialResponse?: string }
  | { readonly name: 'LOGIN'; readonly user: string; readonly password: string }
  | {
    readonly name: 'SELECT' | 'EXAMINE'; readonly mailbox: string;
    /** RFC 7162 §3.1.8. */
    readonly isCondstore?: boolean;
    readonly resync?: Resync;
  }
  | { readonly name: 'CREATE'; readonly mailbox: string; /** RFC 6154 §3. */ readonly specialUse?: readonly string[] }
  | { readonly name: 'DELETE' | 'SUBSCRIBE' | 'UNSUBSCRIBE'; readonly mailbox: string }
  | { readonly name: 'RENAME'; readonly from: string; readonly to: string }
  | {
    readonly name: 'LIST' | 'LSUB'; readonly reference: string; readonly patterns: readonly string[];
    readonly selectOptions: readonly string[]; readonly returnOptions: readonly string[]; readonly statusItems: readonly string[];
    /** RFC 9590. */
    readonly metadataEntries?: readonly string[];
    /** Asked with anything that RFC 5258 has added. */
    readonly isExtended?: boolean;
  }
  /** RFC 4314 §3. */
  | { readonly name: 'GETACL' | 'MYRIGHTS'; readonly mailbox: string }
  | { readonly name: 'DELETEACL' | 'LISTRIGHTS'; readonly mailbox: string; readonly identifier: string }
  | { readonly name: 'SETACL'; readonly mailbox: string; readonly identifier: string; readonly how: 'add' | 'remove' | 'replace'; readonly rights: string }
  /** RFC 9208 §4.1. */
  | { readonly name: 'GETQUOTA'; readonly root: string }
  | { readonly name: 'GETQUOTAROOT'; readonly mailbox: string }
  /** RFC 5464 §4; the mailbox is empty for the server as a whole. Entries in lower case. */
  | {
    readonly name: 'GETMETADATA'; readonly mailbox: string; readonly entries: readonly string[]; readonly depth: 0 | 1 | 'infinity';
    /** Larger values are not told. */
    readonly valueOctetsMax?: number;
  }
  | { readonly name: 'SETMETADATA'; readonly mailbox: string; readonly changes: readonly { readonly entry: string; readonly value: string | null }[] }
  | { readonly name: 'STATUS'; readonly mailbox: string; readonly items: readonly string[] }
  /** Their letters arrive apart, as `append-step` and `literal` events of the reader. */
  | { readonly name: 'APPEND'; readonly mailbox: string }
  /** RFC 8508. `number`: `Infinity` for `*`. */
  | { readonly name: 'REPLACE'; readonly isUid: boolean; readonly number: number; readonly mailbox: string }
  | { readonly name: 'EXPUNGE'; /** UID EXPUNGE (RFC 4315). */ readonly uids?: MessageSet }
  | { readonly name: 'SEARCH'; readonly isUid: boolean; readonly charset?: string; readonly key: SearchKey; readonly returns?: SearchReturns }
  | { readonly name: 'SORT'; readonly isUid: boolean; readonly charset: string; readonly key: SearchKey; readonly criteria: readonly SortCriterion[]; readonly returns?: SearchReturns }
  | { readonly name: 'THREAD'; readonly isUid: boolean; readonly charset: string; readonly key: SearchKey; readonly algorithm: 'REFERENCES' | 'ORDEREDSUBJECT' }
  | {
    readonly name: 'FETCH'; readonly isUid: boolean; readonly set: MessageSet; readonly items: readonly FetchItem[];
    /** Only what has a higher modseq (RFC 7162 §3.1.4.1). */
    readonly changedSince?: number;
    /** With `changedSince`: also what is gone since (RFC 7162 §3.2.6). */
    readonly isVanishedAsked?: boolean;
    readonly page?: Page;
  }
  | {
    readonly name: 'STORE'; readonly isUid: boolean; readonly set: MessageSet;
    readonly how: 'add' | 'remove' | 'replace'; readonly isSilent: boolean; readonly flags: readonly Flag[];
    /** Not those with a higher modseq (RFC 7162 §3.1.3). */
    readonly unchangedSince?: number;
  }
  | { readonly name: 'COPY' | 'MOVE'; readonly isUid: boolean; readonly set: MessageSet; readonly mailbox: string };

/** RFC 5256 §3, RFC 5957 §3. */
export interface SortCriterion {
  readonly by: 'ARRIVAL' | 'CC' | 'DATE' | 'FROM' | 'SIZE' | 'SUBJECT' | 'TO' | 'DISPLAYFROM' | 'DISPLAYTO';
  readonly isReverse: boolean;
}

/** Results from one place to another, counted from 1, or from the end with -1 (RFC 9394 §3.1). */
export interface Page {
  readonly from: number;
  readonly to: number;
}

/** What the client knew of the mailbox: RFC 7162 §3.2.5. */
export interface Resync {
  readonly uidValidity: number;
  readonly modseq: number;
  readonly knownUids?: SequenceSet;
}

export interface TaggedCommand {
  readonly tag: string;
  readonly command: Command;
}

/** RFC 9051 §6.4.5. */
export type FetchItem =
  | BinaryItem
  | { readonly item: 'FLAGS' | 'INTERNALDATE' | 'RFC822.SIZE' | 'ENVELOPE' | 'BODYSTRUCTURE' | 'BODY' | 'UID' | 'MODSEQ' | 'SAVEDATE' | 'EMAILID' | 'THREADID' | 'PREVIEW' }
  | {
    readonly item: 'SECTION';
    readonly section: Section;
    /** Does not set \Seen. */
    readonly isPeek: boolean;
    readonly partial?: { readonly offset: number; readonly octets: number };
    /** The old names answer under their old names: RFC822, RFC822.HEADER, RFC822.TEXT. */
    readonly oldName?: 'RFC822' | 'RFC822.HEADER' | 'RFC822.TEXT';
  };

/** BINARY[…] and BINARY.SIZE[…], the transfer encoding undone: RFC 3516 §4.2, RFC 9051 §6.4.5. */
export type BinaryItem = {
  readonly item: 'BINARY';
  /** Empty for the whole message. */
  readonly part: readonly number[];
  readonly isPeek: boolean;
  readonly partial?: { readonly offset: number; readonly octets: number };
} | { readonly item: 'BINARY.SIZE'; readonly part: readonly number[] };

export interface Section {
  /** `1.2` is [1, 2]; empty for the whole message. */
  readonly part: readonly number[];
  /** Absent: the whole part (or message). */
  readonly text?: 'HEADER' | 'TEXT' | 'MIME' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT';
  /** Field names as written. */
  readonly fields?: readonly string[];
}

/** ESEARCH (RFC 4731 §3.1); absent if not asked. */
export interface SearchReturns {
  /** MIN, MAX, ALL, COUNT, SAVE, PARTIAL. */
  readonly options: readonly string[];
  /** With PARTIAL. */
  readonly page?: Page;
}

/** RFC 9051 §6.4.4, RFC 3501 §6.4.4. Strings are decoded from their charset. */
export type SearchKey =
  | { readonly key: 'ALL' | 'NEW' | 'OLD' | 'RECENT' | /** RFC 8514 §4.3. */ 'SAVEDATESUPPORTED' }
  | { readonly key: 'FLAG'; readonly flag: Flag; readonly isSet: boolean }
  | { readonly key: 'FROM' | 'TO' | 'CC' | 'BCC' | 'SUBJECT' | 'BODY' | 'TEXT'; readonly text: string }
  | { readonly key: 'HEADER'; readonly field: string; readonly text: string }
  /** Midnight UTC of the date named, milliseconds since 1970; compared as dates, without time or zone. */
  | { readonly key: 'BEFORE' | 'ON' | 'SINCE' | 'SENTBEFORE' | 'SENTON' | 'SENTSINCE' | /** RFC 8514 §4.3. */ 'SAVEDBEFORE' | 'SAVEDON' | 'SAVEDSINCE'; readonly date: number }
  /** RFC 5032 §3. */
  | { readonly key: 'OLDER' | 'YOUNGER'; readonly seconds: number }
  /** RFC 8474 §6. */
  | { readonly key: 'EMAILID' | 'THREADID'; readonly id: string }
  | { readonly key: 'LARGER' | 'SMALLER'; readonly octets: number }
  | { readonly key: 'SET'; readonly isUid: boolean; readonly set: MessageSet }
  /** At least this; of the message, whatever entry was named (RFC 7162 §3.1.5). */
  | { readonly key: 'MODSEQ'; readonly modseq: number }
  | { readonly key: 'NOT'; readonly not: SearchKey }
  | { readonly key: 'OR'; readonly either: SearchKey; readonly or: SearchKey }
  | { readonly key: 'AND'; readonly all: readonly SearchKey[] };
