/**
 * The store in a folder, put together of the same parts as in `open.ts`, but with the writer on
 * this thread: it opens in milliseconds, for tests that open thousands.
 */
import { join } from 'node:path';
import type { Clock } from '@posthorn/world/clock.ts';
import { silentLog } from '@posthorn/world/log.ts';
import type { Store } from '../../store.ts';
import { NO_CARE } from '../care/store-care.ts';
import { SqliteContents } from '../content-reader.ts';
import { BOOKS_FILE, openForReading, openForWriting } from '../database.ts';
import { FolderShelf, namesOnShelf, prepareShelf, removeFromShelf } from '../folder-shelf.ts';
import { InlineCarrier } from '../inline-carrier.ts';
import { lockFolder } from '../lock.ts';
import { Reader } from '../reader.ts';
import { InlineSearch } from '../search/inline-search.ts';
import { Letters } from '../search/letters.ts';
import { SqliteStore } from '../store.ts';
import type { Retention } from '../../retention.ts';
import { WalKeeper } from '../wal.ts';
import { Watchers } from '../watchers.ts';
import { Writer } from '../writer/writer.ts';

/** Nothing is swept away. */
const RETENTION: Retention = { ledgerMs: Number.MAX_SAFE_INTEGER, undeleteMs: Number.MAX_SAFE_INTEGER };

export interface InlineStore {
  readonly store: Store;
  /** What SQLite itself finds wrong with the main file; empty if nothing. */
  integrity(): readonly string[];
}

/** The folder must be there. Throws as `openSqliteStore` does. */
export function openInline(folder: string, clock: Clock): InlineStore {
  const lock = lockFolder(folder);
  prepareShelf(folder);
  const db = openForWriting(join(folder, BOOKS_FILE));
  const wal = new WalKeeper(db);
  wal.empty();
  const reading = openForReading(join(folder, BOOKS_FILE));
  const watchers = new Watchers(silentLog);
  const carrier = new InlineCarrier({
    begin: () => new Writer(db, { removeFile: (name) => removeFromShelf(folder, name), isPacking: false, retention: RETENTION, shelved: namesOnShelf(folder) }),
    clock, log: silentLog, tell: (changes) => watchers.tell(changes), disk: { onGroup: undefined }, tenure: { isOver: false },
  });
  const reader = new Reader(reading);
  const contents = new SqliteContents(reader, { shelf: new FolderShelf(folder), encoding: 'zstd' });
  const store = new SqliteStore({
    reader, contents,
    search: new InlineSearch(new Letters(reader, contents), { clock, carrier }),
    care: NO_CARE,
    undeleteMs: RETENTION.undeleteMs,
    carrier,
    watchers,
    walOctets: () => 0,
    interrupted: carrier.interrupted,
    dispose: async () => {
      reading.close();
      db.close();
      lock.release();
    },
  });
  return {
    store,
    integrity: () => db.prepare<[], string>('PRAGMA integrity_check').pluck().all().filter((line) => line !== 'ok'),
  };
}
