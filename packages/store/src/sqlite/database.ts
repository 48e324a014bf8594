/**
 * Opens connections to the books, and makes sure that a commit means what we say it means.
 *
 * WAL with `synchronous=FULL`: better-sqlite3 is built with NORMAL for WAL, under which a
 * commit may vanish with the power. https://sqlite.org/pragma.html#pragma_synchronous
 */
import Sqlite, { type Database } from 'better-sqlite3';
import { migrate, type MigrateOptions } from './migrate.ts';

/** In the data folder. */
export const BOOKS_FILE = 'books.db';

const MEMORY = ':memory:';
/** `PRAGMA synchronous` answers with numbers. */
const SYNCHRONOUS_FULL = 2;
/** How long to wait for a checkpoint that is in the way. */
const BUSY_MS_MAX = 10_000;
/** In KiB, as `PRAGMA cache_size` wants it, negative. */
const WRITER_CACHE_KIB = 64 * 1024;
const READER_CACHE_KIB = 16 * 1024;
/** What is left of the WAL's file after it was emptied. */
const WAL_OCTETS_KEPT = 64 * 1024 * 1024;
export const PAGE_OCTETS = 4096;

/** The one connection that writes. Brings the tables to our version. */
export function openForWriting(file: string, options: MigrateOptions = {}): Database {
  const db = new Sqlite(file, { timeout: BUSY_MS_MAX });
  try {
    if (file !== MEMORY) {
      db.pragma(`page_size = ${PAGE_OCTETS}`);
      // Of new books only: SQLite cannot give pages back to the system otherwise. Older ones use them again.
      db.pragma('auto_vacuum = INCREMENTAL');
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.pragma('wal_autocheckpoint = 0');
      db.pragma(`journal_size_limit = ${WAL_OCTETS_KEPT}`);
    }
    db.pragma('temp_store = MEMORY');
    db.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
    migrate(db, options);
    if (file !== MEMORY) assertDurable(db);
    return db;
  } catch (cause) {
    db.close();
    throw cause;
  }
}

/** A connection that only reads, and sees what was committed when it asks. */
export function openForReading(file: string): Database {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS_MAX });
  db.pragma(`cache_size = -${READER_CACHE_KIB}`);
  db.pragma('temp_store = MEMORY');
  return db;
}

/** A 250 under anything less would be a lie. */
function assertDurable(db: Database): void {
  const mode = db.pragma('journal_mode', { simple: true });
  if (mode !== 'wal') throw new Error(`the database is in journal mode ${String(mode)}, not WAL`);
  const synchronous = db.pragma('synchronous', { simple: true });
  if (synchronous !== SYNCHRONOUS_FULL) throw new Error(`the database's synchronous is ${String(synchronous)}, not FULL`);
}
