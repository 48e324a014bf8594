/**
 * The books without a server: for commands when none is running. The store's lock keeps others out.
 */
import { createApi } from '@posthorn/httpd/api.ts';
import { listenApi } from '@posthorn/httpd/listen.ts';
import type { QueuePort } from '@posthorn/httpd/ports.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import { createEgress } from '@posthorn/world/node/egress.ts';
import type { Config } from './config/config.ts';
import { openCore } from './core.ts';
import { createMoving } from './moving.ts';
import { version } from './version.ts';
import { realWorld } from './world.ts';

export interface Books {
  /** Answers by `inject`; listens only when it is told to. */
  readonly api: ReturnType<typeof createApi>;
  /** On a unix socket of this path. */
  listen(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Throws `StoreLocked` when a server, or another command, has the store. */
export async function openBooks(config: Config): Promise<Books> {
  const world = realWorld({ config, log: 'none' });
  const { store, directory, dkim } = await openCore(config, world);
  const api = createApi({
    store, dkim, version,
    administration: directory,
    login: (attempt) => directory.login(attempt),
    isOurDomain: (domain) => directory.isOurDomain(domain),
    queue: queueOf(store, world.clock),
    care: store.care,
    moving: createMoving({ store, clock: world.clock, random: world.random, messageOctetsMax: config.messageOctetsMax }),
    metrics: [],
    clock: world.clock,
    random: world.random,
    egress: createEgress(world),
    log: world.log,
    messageOctetsMax: config.messageOctetsMax,
    access: 'open',
    hostNames: 'any',
    home: () => ({ hostname: config.hostname, isDev: config.domains === 'any', listeners: [] }),
  });
  return {
    api,
    listen: async (path) => {
      await listenApi(api, { path });
    },
    close: async () => {
      await api.close();
      await store.close();
    },
  };
}

/** What an operator asks for while nothing runs is in the books when something does. */
function queueOf(store: Store, clock: Clock): QueuePort {
  return {
    list: (page) => store.spool.list(page),
    get: (letter) => store.spool.get(letter),
    command: ({ what, letters }) => store.spool.command({ what, at: clock.now(), ...(letters === undefined ? {} : { letters }) }),
  };
}
