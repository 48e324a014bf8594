/**
 * The outside that a host is given: everything it may touch, in one place.
 *
 * The real one is made here; tests and the test kit bring a simulated one of the same shape.
 */
import type { Clock } from '@posthorn/world/clock.ts';
import { noFaults } from '@posthorn/world/fault.ts';
import { FaultList } from '@posthorn/world/fault-list.ts';
import type { FaultRules } from '@posthorn/world/fault.ts';
import { silentLog } from '@posthorn/world/log.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Net } from '@posthorn/world/net.ts';
import type { Overhear } from '@posthorn/world/overhear.ts';
import { OffsetClock } from '@posthorn/world/node/clock.ts';
import { createPinoLog } from '@posthorn/world/node/log.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { realRandom } from '@posthorn/world/node/random.ts';
import { createStubResolver } from '@posthorn/world/node/resolver.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import type { MemoryDisk } from '@posthorn/store/sqlite/memory-disk.ts';
import type { Config } from './config/config.ts';

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
  readonly resolver: Resolver;
  readonly log: Log;
  readonly faults: FaultRules;
  /** Hears every SMTP dialogue; nobody does in production. */
  readonly overhear?: Overhear;
  /** Judging and password hashing in threads of their own; a simulated world does both inline, so that it is deterministic. */
  readonly hasThreads: boolean;
  /** Where `:memory:` data is kept when it is to outlive the host; absent, it goes with the host. */
  readonly disk?: MemoryDisk;
}

/** `json`: lines on standard output. `plain`: for people, on standard error. `quiet`: only what is wrong, there. */
export type LogStyle = 'json' | 'plain' | 'quiet';

export function realWorld({ config, log }: { readonly config: Pick<Config, 'dnsServers' | 'domains'>; readonly log: LogStyle | 'none' }): World {
  const clock = new OffsetClock();
  return {
    clock,
    random: realRandom,
    net: nodeNet,
    resolver: createStubResolver({
      clock, random: realRandom, net: nodeNet, ...(config.dnsServers === undefined ? {} : { servers: config.dnsServers }),
    }),
    log: realLog(log),
    // In `dev` a person may write some.
    faults: config.domains === 'any' ? new FaultList(realRandom) : noFaults,
    hasThreads: true,
  };
}

function realLog(style: LogStyle | 'none'): Log {
  if (style === 'none') return silentLog;
  return createPinoLog({ destination: style === 'json' ? 'stdout' : 'stderr', json: style === 'json', level: style === 'quiet' ? 'warn' : 'info' });
}
