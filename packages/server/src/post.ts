/**
 * What carries letters on: the queue, the couriers, the judge of what comes in.
 */
import { networkInterfaces } from 'node:os';
import { createCouriers } from '@posthorn/delivery/couriers.ts';
import { createLocalCourier } from '@posthorn/delivery/local-courier.ts';
import { createPlanner } from '@posthorn/delivery/planner.ts';
import type { Planner } from '@posthorn/delivery/planner.ts';
import type { QueuePort } from '@posthorn/httpd/ports.ts';
import { Queue } from '@posthorn/queue/queue.ts';
import { createRelay } from '@posthorn/relay/relay.ts';
import type { Relay } from '@posthorn/relay/relay.ts';
import { createInlineJudge } from '@posthorn/trust/inline-judge.ts';
import type { Judge } from '@posthorn/trust/judge.ts';
import { createJudge } from '@posthorn/trust/worker/pool.ts';
import type { Config } from './config/config.ts';
import type { Core } from './core.ts';
import type { World } from './world.ts';

export interface Post {
  readonly planner: Planner;
  readonly judge: Judge;
  readonly queue: QueuePort & {
    /** Resolves when nothing is due and nothing is under way. */
    idle(): Promise<void>;
  };
  start(): void;
  /** Takes up relay settings; what is on its way is called back and tried again at once. */
  reload(config: Config): Promise<void>;
  close(): Promise<void>;
}

export function openPost(config: Config, world: World, core: Core): Post {
  const { store, directory } = core;
  const judge = (world.hasThreads ? createJudge : createInlineJudge)(world);
  let relayed = config.relay;
  let line = openLine(config, world, core);
  return {
    planner: createPlanner({ directory, clock: world.clock }),
    judge,
    queue: {
      list: (page) => store.spool.list(page),
      get: (letter) => store.spool.get(letter),
      command: (act) => line.queue.command(act),
      idle: () => line.queue.idle(),
    },
    start: () => line.queue.start(),
    async reload(next) {
      if (JSON.stringify(next.relay) === JSON.stringify(relayed)) return;
      relayed = next.relay;
      await closeLine(line);
      line = openLine(next, world, core);
      line.queue.start();
    },
    async close() {
      await closeLine(line);
      await judge.close();
    },
  };
}

interface Line {
  readonly queue: Queue;
  readonly relay: Relay;
}

function openLine({ hostname, relay: settings, listeners }: Config, world: World, { store, directory }: Core): Line {
  const { clock, random, log } = world;
  const relay = createRelay({
    ...world,
    hostname,
    ownAddresses: ownAddresses(listeners),
    port: settings.port,
    isLoopbackAllowed: settings.isLoopbackAllowed,
    readLetter: (letter) => store.messages.read(letter),
    ...(settings.smarthost === undefined ? {} : { smarthost: settings.smarthost }),
  });
  const courier = createCouriers({
    isOurs: (domain) => directory.isOurDomain(domain),
    local: createLocalCourier({ directory, clock, hostname }),
    remote: relay,
  });
  return { relay, queue: new Queue({ store, clock, random, courier, hostname, retry: settings.retry, expire: settings.expire, log }) };
}

async function closeLine({ queue, relay }: Line): Promise<void> {
  await queue.stop();
  await relay.close();
}

/** Addresses on which our own MX listens: a letter that would go there would come back to us. */
function ownAddresses(listeners: Config['listeners']): readonly string[] {
  return listeners.flatMap(({ protocol, endpoint }) => {
    if (protocol !== 'smtp' || 'path' in endpoint) return [];
    return endpoint.host === '0.0.0.0' || endpoint.host === '::' ? machineAddresses() : [endpoint.host];
  });
}

/** Every address of this machine, without zones: where a listener on all of them is reached. */
function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address.replace(/%.*$/, '')));
}
