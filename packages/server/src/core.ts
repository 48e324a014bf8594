/**
 * What a host is made of even when nothing listens: the books, the directory, the keys.
 *
 * A running server and a command without one share it.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Administration } from '@posthorn/directory/administration.ts';
import type { Directory } from '@posthorn/directory/directory.ts';
import { createHasher } from '@posthorn/directory/hasher.ts';
import { createDirectory, type Listing } from '@posthorn/directory/listed-directory.ts';
import { createOpenDirectory } from '@posthorn/directory/open-directory.ts';
import { createQuickHasher } from '@posthorn/directory/quick-hasher.ts';
import { countedStore } from '@posthorn/httpd/counted-store.ts';
import type { MetricSource } from '@posthorn/httpd/metrics.ts';
import type { DkimPort, PublishedKey } from '@posthorn/httpd/ports.ts';
import type { DkimKey } from '@posthorn/store/keys.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import { StoreFault, StoreLocked, StoreRefused } from '@posthorn/store/store.ts';
import type { Store, Upgrade } from '@posthorn/store/store.ts';
import { dkimRecord, generateDkimKeys } from '@posthorn/trust/dkim-keys.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Config } from './config/config.ts';
import type { World } from './world.ts';

const SECRET_OCTETS = 32;
/** Between two words about how far an upgrade is. */
const UPGRADE_TELL_MS = 2000;

export interface Core {
  readonly store: Store;
  readonly directory: Directory & Administration;
  readonly metrics: MetricSource;
  readonly dkim: DkimPort;
  /** Takes up domains and postmaster of another configuration. */
  relist(config: Config): void;
}

/** Throws `StoreLocked` when another process has the store; `StoreRefused` or `StoreFault`, in a sentence, when the data folder cannot be used. */
export async function openCore(config: Config, world: World, isElsewhere?: (domain: string) => boolean): Promise<Core> {
  const { data } = config;
  const { clock, log, disk } = world;
  // What is in memory is there for a test, which clears it often: nobody puts it back, and it should not pile up.
  const retention = config.retention ?? (data === ':memory:' ? { undeleteMs: 0 } : {});
  const store = await openSqliteStore({ path: data, clock, log, retention, upgrading: upgradeTeller(world), ...(disk === undefined ? {} : { disk }) }).catch((error: unknown) => {
    throw dataFault(data, error);
  });
  try {
    return coreOf({ config, world, isElsewhere }, countedStore(store));
  } catch (error) {
    await store.close();
    throw dataFault(data, error);
  }
}

/** Large books take a while to become those of a newer version, and an operator should see that it goes on. */
function upgradeTeller({ clock, log }: Pick<World, 'clock' | 'log'>): (upgrade: Upgrade) => void {
  const begun = clock.now();
  let next = begun;
  return ({ version, done, total }) => {
    const now = clock.now();
    if (now < next && done < total) return;
    next = now + UPGRADE_TELL_MS;
    const secondsLeft = done === 0 ? 0 : Math.ceil(((now - begun) / 1000) * ((total - done) / done));
    log.info({ version, done, total, secondsLeft }, 'books are brought to a newer version');
  };
}

/** What the system or SQLite said, with the folder that it is about. */
function dataFault(data: string, error: unknown): unknown {
  if (error instanceof StoreLocked || error instanceof StoreRefused || !(error instanceof Error)) return error;
  return new StoreFault(`the data folder ${data} cannot be used: ${error.message}`, { cause: error });
}

interface CoreRequest {
  readonly config: Config;
  readonly world: World;
  readonly isElsewhere: ((domain: string) => boolean) | undefined;
}

function coreOf({ config, world, isElsewhere }: CoreRequest, { store, metrics }: ReturnType<typeof countedStore>): Core {
  const dkim = createDkim(store, world.clock);
  if (config.domains === 'any') {
    return { store, metrics, dkim, directory: createOpenDirectory({ store, clock: world.clock, ...(isElsewhere === undefined ? {} : { isElsewhere }) }), relist: () => {} };
  }
  const directory = createDirectory({
    store,
    ...listingOf(config),
    clock: world.clock,
    random: world.random,
    hasher: world.hasThreads ? createHasher({ random: world.random }) : createQuickHasher(),
    secret: secretOf(config.data, world),
  });
  return { store, metrics, dkim, directory, relist: (next) => directory.setListing(listingOf(next)) };
}

function listingOf({ domains, quotas, postmaster }: Config): Listing {
  return { domains: domains === 'any' ? [] : domains, ...(quotas === undefined ? {} : { quotas }), ...(postmaster === undefined ? {} : { postmaster }) };
}

/** Made at the first start and kept beside the books: what must be the same after a restart, and known to nobody. */
function secretOf(data: string, { disk, random }: World): Buffer {
  const make = (): Buffer => random.bytes(SECRET_OCTETS);
  if (data === ':memory:') return disk === undefined ? make() : disk.keep('secret', make);
  const file = join(data, 'secret');
  try {
    writeFileSync(file, randomBytes(SECRET_OCTETS), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file);
}

function createDkim(store: Store, clock: Clock): DkimPort {
  const keysOf = async (domain: string): Promise<readonly PublishedKey[]> => (await store.keys.ofDomain(domain)).map(published);
  return {
    keysOf,
    async make(domain) {
      if ((await store.keys.ofDomain(domain)).length === 0) {
        const at = clock.now();
        for (const key of await generateDkimKeys({ domain, at })) await store.keys.add({ ...key, createdAt: at });
      }
      return keysOf(domain);
    },
  };
}

function published(key: DkimKey): PublishedKey {
  return { selector: key.selector, algorithm: key.algorithm, record: dkimRecord(key) };
}
