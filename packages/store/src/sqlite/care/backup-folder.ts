/**
 * What a backup is on disk: `books.db` without the octets of letters, `letters.db` with those of
 * small ones, `contents/` with the files of large ones, and `backup.json`, which says what it is.
 *
 * The octets of a letter never change, so a later backup into the same folder copies only new
 * ones; the books are copied whole each time.
 */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BackupReport, CareRefused } from '../../care.ts';

export const BACKUP_BOOKS = 'books.db';
export const BACKUP_LETTERS = 'letters.db';
export const BACKUP_CONTENTS = 'contents';
const ABOUT = 'backup.json';

export interface AboutBackup extends BackupReport {
  readonly format: 'posthorn-backup-1';
  /** Of the tables. */
  readonly version: number;
}

/** Throws `CareRefused` if there is no whole backup. */
export function readAbout(folder: string): AboutBackup {
  try {
    const about: AboutBackup = JSON.parse(readFileSync(join(folder, ABOUT), 'utf8'));
    if (about.format === 'posthorn-backup-1') return about;
  } catch (cause) {
    if (!isMissing(cause)) throw new CareRefused(`${join(folder, ABOUT)} cannot be read`, { cause });
  }
  throw new CareRefused(`there is no whole backup in ${folder}`);
}

export function writeAbout(folder: string, about: AboutBackup): void {
  writeFileSync(join(folder, `${ABOUT}.new`), `${JSON.stringify(about, null, 2)}\n`, { mode: 0o600 });
  syncPath(join(folder, `${ABOUT}.new`));
  renameSync(join(folder, `${ABOUT}.new`), join(folder, ABOUT));
  syncPath(folder);
}

/** Throws `CareRefused` if the folder is in use for something else. */
export function assertFitForBackup(folder: string): void {
  if (existsSync(join(folder, 'incoming'))) throw new CareRefused(`${folder} is a data folder; a backup goes elsewhere`);
  const ours: ReadonlySet<string> = new Set([BACKUP_BOOKS, BACKUP_LETTERS, BACKUP_CONTENTS, ABOUT, `${ABOUT}.new`, 'store.lock', 'lost+found']);
  const foreign = readdirSync(folder).find((name) => !ours.has(name.replace(/(\.new|-journal|-wal|-shm)+$/, '')));
  if (foreign !== undefined) throw new CareRefused(`${folder} is not empty and no backup: it holds ${foreign}`);
}

export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
