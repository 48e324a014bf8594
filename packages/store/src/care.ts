/**
 * Care for the books as a whole: examined, mended, backed up, restored.
 *
 * Each is a long job on a folder, not an act on an open store; it tells how far it is.
 */
import type { EpochMs } from '@posthorn/world/clock.ts';

/** How far a long job is. */
export interface Progress {
  readonly task: 'upgrading' | 'checking structure' | 'reading letters' | 'reading messages' | 'copying letters' | 'copying books';
  readonly done: number;
  /** Absent where it cannot be known. */
  readonly total?: number;
  readonly unit: 'letters' | 'rows' | 'octets';
}

export type Tell = (progress: Progress) => void;

/** Something in the books that is not as it was written. */
export interface Damage {
  /** What is hit: a message in a mailbox, one that was deleted and can be put back, a letter under way, stored octets that nothing uses, or the books' structure. */
  readonly what: 'message' | 'deleted letter' | 'spooled letter' | 'unused content' | 'structure';
  /** Address. */
  readonly account?: string;
  /** Name. */
  readonly mailbox?: string;
  readonly uid?: number;
  readonly letter?: string;
  /** One sentence for people. */
  readonly why: string;
}

/** What an examination found. */
export interface Examination {
  readonly accounts: number;
  readonly messages: number;
  readonly spooled: number;
  /** Contents whose every octet was read and hashed, and their octets. */
  readonly contents: number;
  readonly octets: number;
  /** Empty: all is as it was written. The first `DAMAGES_MAX` are told. */
  readonly damages: readonly Damage[];
  readonly damageCount: number;
}

export const DAMAGES_MAX = 10_000;

/** What a mending brought over, and where what it could not is kept. */
export interface Mending {
  readonly messages: number;
  readonly spooled: number;
  /** The damages found before. */
  readonly damages: readonly Damage[];
  /** Folder with the old books, and what could still be read of damaged letters. */
  readonly quarantine: string;
  /** Letters of which something was laid there as a file. */
  readonly laidAside: number;
}

/** What a backup holds. */
export interface BackupReport {
  readonly at: EpochMs;
  readonly accounts: number;
  readonly messages: number;
  readonly spooled: number;
  readonly contents: number;
  /** Of the letters as they were received. */
  readonly octets: number;
  /** Contents that were not in the folder before. */
  readonly newContents: number;
  readonly newOctets: number;
}

/** What a restore did. */
export interface RestoreReport {
  /** Of the backup. */
  readonly backupAt: EpochMs;
  readonly accounts: number;
  readonly messages: number;
  readonly spooled: number;
  /** Letters under way that wait for an operator's word. */
  readonly held: number;
}

/** A job that cannot be done as asked; one sentence that says why. */
export class CareRefused extends Error {
  override readonly name = 'CareRefused';
}
