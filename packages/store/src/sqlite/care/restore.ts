/**
 * Makes books of a backup, in a folder that has none.
 *
 * Letters that came after the backup are not in it, and their UIDs will be given to others: so
 * every mailbox gets a new UIDVALIDITY, and IMAP clients forget what they remember (RFC 9051
 * §2.3.1.1). Letters under way may have arrived since: they wait for an operator's word.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { CareRefused, type RestoreReport, type Tell } from '../../care.ts';
import { BOOKS_FILE } from '../database.ts';
import { SCHEMA_VERSION } from '../schema.ts';
import { LETTERS_JOIN } from './back-up.ts';
import { BACKUP_BOOKS, BACKUP_CONTENTS, BACKUP_LETTERS, readAbout, syncPath } from './backup-folder.ts';
import { copyBooks } from './book-copier.ts';

export interface RestoreOptions {
  /** The backup. */
  readonly from: string;
  /** The data folder; its lock is the caller's. */
  readonly folder: string;
  readonly at: number;
  readonly tell: Tell;
}

/** Numbers left out after a restore, so that nothing new is taken for something that was lost. */
const LEAP = 1_000_000;

/** Throws `CareRefused` if there is no whole backup, or there are books in the folder already. */
export function restore({ from, folder, at, tell }: RestoreOptions): RestoreReport {
  const about = readAbout(from);
  if (about.version > SCHEMA_VERSION) {
    throw new CareRefused(`the backup is of version ${about.version}, and this Posthorn knows versions up to ${SCHEMA_VERSION}: use the newer one`);
  }
  if (existsSync(join(folder, BOOKS_FILE))) throw new CareRefused(`there are books in ${folder} already`);
  mkdirSync(join(folder, BACKUP_CONTENTS), { recursive: true, mode: 0o700 });
  const fresh = join(folder, `${BOOKS_FILE}.new`);
  rmSync(fresh, { force: true });
  const db = new Sqlite(fresh);
  try {
    fill(db, from, tell);
    copyFiles(db, { from, folder, tell });
    const held = hold(db);
    renumber(db, at);
    const count = (table: string): number => Number(db.prepare(`SELECT count(*) FROM main.${table}`).pluck().get());
    const report = { backupAt: about.at, accounts: count('account'), messages: count('message'), spooled: count('spool'), held };
    db.close();
    syncPath(fresh);
    renameSync(fresh, join(folder, BOOKS_FILE));
    syncPath(folder);
    return report;
  } finally {
    db.close();
  }
}

function fill(db: Database, from: string, tell: Tell): void {
  db.pragma('page_size = 4096');
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.prepare('ATTACH ? AS source').run(join(from, BACKUP_BOOKS));
  db.prepare('ATTACH ? AS letters').run(join(from, BACKUP_LETTERS));
  db.transaction(() => copyBooks({ db, columns: { octets: 'kept.octets', encoding: 'coalesce(kept.encoding, content.encoding)' }, join: LETTERS_JOIN, tell }))();
  const missing = Number(db.prepare('SELECT count(*) FROM main.content WHERE file IS NULL AND octets IS NULL').pluck().get());
  if (missing > 0) throw new CareRefused(`the backup lacks the octets of ${missing} letters`);
}

function copyFiles(db: Database, { from, folder, tell }: Pick<RestoreOptions, 'from' | 'folder' | 'tell'>): void {
  const files = db.prepare<[], string>('SELECT file FROM main.content WHERE file IS NOT NULL').pluck().all();
  for (const [done, file] of files.entries()) {
    const source = join(from, BACKUP_CONTENTS, file);
    if (!existsSync(source)) throw new CareRefused(`the backup lacks the file of a large letter, ${file}`);
    copyFileSync(source, join(folder, BACKUP_CONTENTS, file));
    syncPath(join(folder, BACKUP_CONTENTS, file));
    tell({ task: 'copying letters', done: done + 1, total: files.length, unit: 'letters' });
  }
  syncPath(join(folder, BACKUP_CONTENTS));
}

/** Answers how many letters wait now. */
function hold(db: Database): number {
  db.exec(`
    UPDATE main.spool_recipient SET state = 'held', lease = NULL WHERE state IN ('waiting', 'leased');
    UPDATE main.spool SET is_held = 1 WHERE open > 0`);
  return Number(db.prepare('SELECT count(*) FROM main.spool WHERE open > 0').pluck().get());
}

function renumber(db: Database, at: number): void {
  const last = Number(db.prepare(`SELECT coalesce((SELECT last FROM main.sequence WHERE name = 'uid-validity'), 0)`).pluck().get());
  const mailboxes = db.prepare<[], { account: number; id: number }>('SELECT account, id FROM main.mailbox ORDER BY account, id').all();
  const set = db.prepare('UPDATE main.mailbox SET uid_validity = ? WHERE account = ? AND id = ?');
  let validity = Math.max(last, Math.floor(at / 1000));
  for (const { account, id } of mailboxes) {
    validity += 1;
    set.run(validity, account, id);
  }
  db.prepare(`INSERT INTO main.sequence (name, last) VALUES ('uid-validity', ?) ON CONFLICT DO UPDATE SET last = excluded.last`).run(validity);
  db.exec(`UPDATE main.sequence SET last = last + ${LEAP} WHERE name IN ('letter', 'lease', 'mailbox', 'account')`);
}
