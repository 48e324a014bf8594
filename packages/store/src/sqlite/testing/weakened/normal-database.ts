/**
 * Stands in for `database.ts`: commits are not synced before they are answered, as
 * better-sqlite3 is built to do in WAL.
 */
import type { Database } from 'better-sqlite3';
import { openForWriting as openDurably } from '../../database.ts';

// All else is as it is there; what stands below goes before it.
export * from '../../database.ts';

export function openForWriting(...how: Parameters<typeof openDurably>): Database {
  const db = openDurably(...how);
  db.pragma('synchronous = NORMAL');
  return db;
}
