/**
 * A host on a simulated machine with a disk in memory: it starts, stops, crashes and starts again.
 *
 * What the machine's clock, its network and its books were when it went down, they are when it
 * comes up. For a town of hosts in tests, the test kit and the simulation.
 */
import type { FaultRules } from '@posthorn/world/fault.ts';
import { noFaults } from '@posthorn/world/fault.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { Ending, SimMachine } from '@posthorn/world/sim/machine.ts';
import { MemoryDisk } from '@posthorn/store/sqlite/memory-disk.ts';
import { openHost } from './host.ts';
import type { Host, HostOptions } from './host.ts';

/** The configuration's `data` is to be `:memory:`. */
export interface SimulatedHostOptions extends Omit<HostOptions, 'world'> {
  readonly machine: SimMachine;
  readonly random: Random;
  readonly log: Log;
  readonly faults?: FaultRules;
}

export class SimulatedHost {
  readonly machine: SimMachine;
  readonly disk = new MemoryDisk();
  readonly #options: SimulatedHostOptions;
  /** Of the present program, from before it is open; another for each. */
  #life: object | undefined;
  #running: Host | undefined;

  constructor(options: SimulatedHostOptions) {
    this.machine = options.machine;
    this.#options = options;
  }

  /** The host as it runs now; throws when it is down. */
  get running(): Host {
    if (this.#running === undefined) throw new Error(`${this.#options.config.hostname} is down`);
    return this.#running;
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  /** Boots the machine and opens the host on its disk. A crash in the middle of it leaves this waiting for ever. */
  async start(): Promise<Host> {
    const { machine, random, log, faults = noFaults, ...options } = this.#options;
    const outside = machine.boot();
    const life = {};
    this.#life = life;
    const host = await openHost({ ...options, world: { ...outside, random, log, faults, hasThreads: false, disk: this.disk } });
    if (this.#life !== life) return new Promise<never>(() => {});
    this.#running = host;
    return host;
  }

  /** In order: sessions end, nothing under way is cut. Needs the world's clock to move on. */
  async stop(): Promise<void> {
    const host = this.running;
    await host.close();
    if (this.#running !== host) return;
    this.#running = undefined;
    this.#life = undefined;
    this.machine.end('killed');
  }

  /** At once, in the middle of whatever it does; what was committed is there at the next start. Harmless when it is down. */
  crash(ending: Ending = 'killed'): void {
    this.#running = undefined;
    this.#life = undefined;
    this.disk.crash();
    this.machine.end(ending);
  }
}
