/**
 * The HTTP application of a listener, or of the control socket.
 */
import { createApi } from '@posthorn/httpd/api.ts';
import type { Access } from '@posthorn/httpd/access.ts';
import type { Carrier, MoreRoutes } from '@posthorn/httpd/options.ts';
import type { SubmitPort } from '@posthorn/httpd/ports.ts';
import { assetFolder } from '@posthorn/web/assets.ts';
import { FaultList } from '@posthorn/world/fault-list.ts';
import { createEgress } from '@posthorn/world/node/egress.ts';
import { formatEndpoint } from './config/units.ts';
import type { Config } from './config/config.ts';
import type { Bound, Parts, ReloadAnswer } from './parts.ts';
import { version } from './version.ts';
import { createMoving } from './moving.ts';
import type { World } from './world.ts';

export type Api = ReturnType<typeof createApi>;

export interface DeskRequest {
  readonly where: 'listener' | 'control';
  readonly config: Config;
  readonly world: World;
  readonly parts: Parts;
  /** Grows while listeners open. */
  readonly bound: readonly Bound[];
  /** Who may use the API may send as anyone. */
  readonly submit: SubmitPort;
  /** Absent where there is no file to read again. */
  readonly reload: (() => Promise<ReloadAnswer>) | undefined;
  readonly more: MoreRoutes | undefined;
  readonly carrier: Carrier;
}

export function openApi({ where, config, world, parts: { core, post }, bound, submit, reload, more, carrier }: DeskRequest): Api {
  const isDev = config.domains === 'any';
  return createApi({
    version,
    store: core.store,
    administration: core.directory,
    login: (attempt) => core.directory.login(attempt),
    isOurDomain: (domain) => core.directory.isOurDomain(domain),
    queue: post.queue,
    care: core.store.care,
    moving: createMoving({ store: core.store, clock: world.clock, random: world.random, messageOctetsMax: config.messageOctetsMax }),
    dkim: core.dkim,
    submit,
    carrier,
    ...(more === undefined ? {} : { more }),
    ...(reload === undefined ? {} : { config: { reload } }),
    metrics: [core.metrics],
    clock: world.clock,
    random: world.random,
    egress: createEgress(world),
    log: world.log,
    messageOctetsMax: config.messageOctetsMax,
    access: where === 'control' ? 'open' : accessOf(config),
    hostNames: where === 'control' || !isDev || !isOnLoopback(config) ? 'any' : [],
    ...(where === 'listener' ? { web: assetFolder } : {}),
    isMailpit: isDev && where === 'listener',
    ...(world.faults instanceof FaultList ? { faults: world.faults } : {}),
    home: () => ({
      hostname: config.hostname,
      isDev,
      listeners: bound.map(({ protocol, endpoint }) => ({ protocol, at: formatEndpoint(endpoint) })),
    }),
  });
}

function accessOf({ domains, httpToken }: Config): Access {
  if (domains === 'any') return 'open';
  return httpToken === undefined ? 'closed' : { token: httpToken };
}

function isOnLoopback({ listeners }: Config): boolean {
  return listeners.every(({ endpoint }) => 'path' in endpoint || endpoint.host.startsWith('127.') || endpoint.host === '::1');
}
