/**
 * An account as one file: a tape archive of its letters, from which flags, dates, mailboxes,
 * their special uses and subscriptions come back as they were.
 *
 * First `account.json`, then a file for each letter, octet for octet, which any tar unpacks;
 * what belongs to it stands in pax records. It is also what travels between a command and the
 * server, whatever format a person asked for.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import type { SpecialUse } from '@posthorn/store/mailboxes.ts';
import type { TarEntry, TarHead } from './tar.ts';

export const ACCOUNT_FILE = 'account.json';
const FORMAT = 'posthorn-account-1';

export interface ArchivedAccount {
  readonly format: typeof FORMAT;
  readonly address: string;
  readonly mailboxes: readonly ArchivedMailbox[];
  /** Names, of mailboxes that need not exist. */
  readonly subscriptions: readonly string[];
  /** A mailbox with a special use goes to the one that has that use here, whatever its name: for mail of other hosts. */
  readonly isMappedByUse?: boolean;
}

export interface ArchivedMailbox {
  readonly name: string;
  readonly specialUse?: SpecialUse;
}

/** What belongs to a letter and does not stand in it. */
export interface LetterAbout {
  readonly mailbox: string;
  readonly flags: readonly Flag[];
  /** In milliseconds since 1970. */
  readonly internalDate: number;
  /** Of its octets, in hexadecimal; checked where it is given. */
  readonly sha256?: string;
}

export function accountFile(account: Omit<ArchivedAccount, 'format'>): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...account }, null, 2)}\n`);
}

/** Undefined if it is none. */
export function readAccountFile(octets: Buffer): ArchivedAccount | undefined {
  try {
    const account: ArchivedAccount = JSON.parse(octets.toString());
    return account.format === FORMAT && Array.isArray(account.mailboxes) && Array.isArray(account.subscriptions) ? account : undefined;
  } catch {
    return undefined;
  }
}

export function letterHead(about: LetterAbout, { number, size }: { readonly number: number; readonly size: number }): TarHead {
  const { mailbox, flags, internalDate, sha256 } = about;
  return {
    path: `mailboxes/${mailbox.split('/').map(safeName).join('/')}/${`${number}`.padStart(8, '0')}.eml`,
    size,
    modifiedAt: internalDate / 1000,
    records: {
      'POSTHORN.mailbox': mailbox,
      'POSTHORN.flags': flags.join(' '),
      'POSTHORN.date': `${internalDate}`,
      ...sha256 === undefined ? {} : { 'POSTHORN.sha256': sha256 },
    },
  };
}

/** Archives of others have letters too: then the folder is the mailbox, and the file's time the date. */
export function readLetterHead({ path, modifiedAt, records }: Omit<TarEntry, 'octets'>): LetterAbout | undefined {
  if (!/\.eml$/i.test(path)) return undefined;
  const folder = path.split('/').slice(0, -1).filter((level, at) => !(at === 0 && level === 'mailboxes') && level !== '.').join('/');
  const flags = records['POSTHORN.flags'] ?? '';
  const sha256 = records['POSTHORN.sha256'];
  return {
    mailbox: records['POSTHORN.mailbox'] ?? (folder === '' ? 'INBOX' : folder),
    flags: flags === '' ? [] : flags.split(' '),
    internalDate: Number(records['POSTHORN.date'] ?? modifiedAt * 1000),
    ...sha256 === undefined ? {} : { sha256 },
  };
}

/** No level may climb out of the folder where somebody unpacks it, and no name be empty. */
export function safeName(level: string): string {
  const safe = level.replaceAll(/[\u0000-\u001f\u007f\\:*?"<>|/]/g, '_');
  return /^\.*$/.test(safe) ? `_${safe}` : safe;
}
