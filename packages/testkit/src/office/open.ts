/**
 * Opens a post office: the engine with a world around it, real or simulated.
 */
import { devConfig } from '@posthorn/server/config/dev.ts';
import { openHost } from '@posthorn/server/host.ts';
import { silentLog } from '@posthorn/world/log.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { realRandom } from '@posthorn/world/node/random.ts';
import { identifier } from '@posthorn/world/random.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { KitClock } from '../clock/kit-clock.ts';
import { controlRoutes } from '../control/control.ts';
import { FaultBook } from '../faults/fault-book.ts';
import { Register } from '../waiting/register.ts';
import { Authority } from '../world/certificates.ts';
import { MappedNet } from '../world/mapped-net.ts';
import { KitWorld } from '../world/world.ts';
import { PostOffice } from './office.ts';
import type { PostOfficeOptions } from './options.ts';
import { Overheard } from './overheard.ts';

/** Of the post office itself, in greetings and in `fault.on({ host })`. */
const HOSTNAME = 'localhost';

export async function openOffice(options: PostOfficeOptions = {}): Promise<PostOffice> {
  const { host: at = '127.0.0.1', ports = {}, time = 'real', seed = 1 } = options;
  const fault = new FaultBook();
  const overheard = new Overheard();
  const register = new Register();
  const authority = new Authority();
  const idle = async (): Promise<void> => {
    await host.queue.idle();
    for (const domain of world.domains) await domain.idle();
  };
  const clock = new KitClock(time, idle);
  const random = time === 'real' ? realRandom : seededRandom(seed);
  const shared = { clock: clock.world, random, log: silentLog };
  const wires = time === 'real' ? new MappedNet() : new SimNet({ clock: clock.world });
  const world = new KitWorld({ world: shared, wires, fault, overheard, register, authority });
  const { connect } = wires.host(world.freeAddress());
  const host = await openHost({
    config: devConfig({ data: ':memory:', host: at, smtpPort: ports.smtp ?? 0, imapPort: ports.imap ?? 0, httpPort: ports.http ?? 0 }),
    world: {
      ...shared,
      // The application comes by the real network; letters leave into the made-up world only.
      net: { listen: nodeNet.listen, connect },
      resolver: world.dns,
      hasThreads: false,
      faults: fault.of(HOSTNAME),
      overhear: overheard.at(HOSTNAME),
    },
    certificates: options.tls === true ? authority.issue([HOSTNAME, at]) : 'none',
    isElsewhere: (domain) => world.has(domain),
    routes: controlRoutes(() => office, register),
  });
  const office: PostOffice = new PostOffice({
    options, host, name: HOSTNAME, clock, fault, world, overheard, register, authority, idle, word: (length) => identifier(random, length),
  });
  return office;
}
