/**
 * The lock of a data folder: two processes on one store would break each other's promises.
 *
 * An exclusive lock of SQLite's on an empty database; the system lets go of it when the
 * process ends, however it ends. Nothing else may open and close `store.lock` in this
 * process: POSIX would drop the lock with it (https://sqlite.org/howtocorrupt.html §2.2).
 */
import { join } from 'node:path';
import Sqlite, { SqliteError } from 'better-sqlite3';
import { StoreLocked } from '../store.ts';

const LOCK_FILE = 'store.lock';

export interface FolderLock {
  release(): void;
}

/** Throws `StoreLocked` if somebody has it. */
export function lockFolder(folder: string): FolderLock {
  const db = new Sqlite(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (cause instanceof SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
      throw new StoreLocked(`the data folder ${folder} is in use by another Posthorn`, { cause });
    }
    throw cause;
  }
  return {
    release: () => {
      db.close();
    },
  };
}
