/**
 * Opens the books: in memory, or in a folder.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import { DEFAULT_RETENTION, type Retention } from '../retention.ts';
import type { Store, Upgrade } from '../store.ts';
import { SqliteContents } from './content-reader.ts';
import { doubtsAbout } from './disk.ts';
import { careOf, NO_CARE } from './care/store-care.ts';
import { BOOKS_FILE, openForReading } from './database.ts';
import { FolderShelf, prepareShelf } from './folder-shelf.ts';
import { InlineCarrier } from './inline-carrier.ts';
import { lockFolder } from './lock.ts';
import { MemoryDisk } from './memory-disk.ts';
import { Reader } from './reader.ts';
import { InlineSearch } from './search/inline-search.ts';
import { Letters } from './search/letters.ts';
import { ThreadSearch } from './search/thread-search.ts';
import { SqliteStore } from './store.ts';
import { startThread } from './thread-carrier.ts';
import { Watchers } from './watchers.ts';
import { Writer } from './writer/writer.ts';

export interface StoreOptions {
  /** A folder, made if it is not there; `:memory:` keeps nothing, but for what is on `disk`. */
  readonly path: string;
  /** For `:memory:`: what the books are kept on, for who wants them to outlive the store. */
  readonly disk?: MemoryDisk;
  readonly clock: Clock;
  readonly log: Log;
  /** What is absent is as in `DEFAULT_RETENTION`. */
  readonly retention?: Partial<Retention>;
  /** Told while books of an older version are brought to this one, which may take a while. */
  readonly upgrading?: (upgrade: Upgrade) => void;
}

/** Letters are nobody else's business. */
const FOLDER_MODE = 0o700;

/** Throws `StoreLocked` or `StoreRefused`, or what the disk says. */
export async function openSqliteStore(options: StoreOptions): Promise<Store> {
  return options.path === ':memory:' ? openInMemory(options) : openInFolder(options);
}

async function openInFolder({ path, clock, log, retention: given, upgrading = () => {} }: StoreOptions): Promise<Store> {
  const retention = { ...DEFAULT_RETENTION, ...given };
  makeFolder(path);
  for (const doubt of doubtsAbout(path)) log.warn({ folder: path }, doubt);
  const lock = lockFolder(path);
  try {
    prepareShelf(path);
    const watchers = new Watchers(log);
    const carrier = await startThread({ data: { folder: path, retention }, clock, log, upgrading, tell: (changes) => {
      if (changes.some(({ kind }) => kind === 'mailbox')) search.look();
      watchers.tell(changes);
    } });
    if (carrier.interrupted > 0) log.warn({ recipients: carrier.interrupted }, 'attempts were cut off when the books were last in use: they are made again, and may arrive twice');
    const search = new ThreadSearch({ folder: path, carrier, log });
    const reading = openForReading(join(path, BOOKS_FILE));
    const reader = new Reader(reading);
    const contents = new SqliteContents(reader, { shelf: new FolderShelf(path), encoding: 'zstd' });
    search.begin(new Letters(reader, contents));
    return new SqliteStore({
      reader, carrier, contents, search, watchers,
      care: careOf(path, { carrier, clock }),
    undeleteMs: retention.undeleteMs,
      interrupted: carrier.interrupted,
      walOctets: () => octetsOf(join(path, `${BOOKS_FILE}-wal`)),
      dispose: async () => {
        reading.close();
        lock.release();
      },
    });
  } catch (cause) {
    lock.release();
    throw cause;
  }
}

/** The name of a folder is durable when the folder that it stands in is synced; so up to one that was there. */
function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made)) {
    const parent = openSync(dirname(made), 'r');
    fsyncSync(parent);
    closeSync(parent);
  }
}

function octetsOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function openInMemory({ clock, log, retention: given, disk }: StoreOptions): Promise<Store> {
  const retention = { ...DEFAULT_RETENTION, ...given };
  const ownDisk = disk ?? new MemoryDisk();
  const { db, shelf, shelved, tenure } = ownDisk.open();
  const watchers = new Watchers(log);
  const carrier = new InlineCarrier({
    // As on a disk: only at the opening nobody is just handing a file over.
    begin: (isOpening) => new Writer(db, { removeFile: (name) => shelf.remove(name), isPacking: false, shelved: isOpening ? shelved : [], retention }),
    clock, log, disk: ownDisk, tenure,
    tell: (changes) => watchers.tell(changes),
  });
  const reader = new Reader(db);
  const contents = new SqliteContents(reader, { shelf, encoding: 'identity' });
  const search = new InlineSearch(new Letters(reader, contents), { clock, carrier });
  return new SqliteStore({
    reader, carrier, contents, search, watchers,
    care: NO_CARE,
    undeleteMs: retention.undeleteMs,
    interrupted: carrier.interrupted,
    walOctets: () => 0,
    dispose: async () => {
      ownDisk.release(tenure);
      if (disk === undefined) ownDisk.destroy();
    },
  });
}
