/**
 * A host of the simulated week: goes down in many ways, and comes up again by itself.
 */
import { silentLog } from '@posthorn/world/log.ts';
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Ending } from '@posthorn/world/sim/machine.ts';
import { SimMachine } from '@posthorn/world/sim/machine.ts';
import type { SimNet } from '@posthorn/world/sim/net.ts';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import type { SimResolver } from '@posthorn/world/sim/resolver.ts';
import type { Kind } from '@posthorn/store/sqlite/requests.ts';
import { DEFAULTS } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { SimulatedHost } from '../../simulated-host.ts';
import { Dice } from './dice.ts';
import { Mischief } from './mischief.ts';
import type { Place } from './places.ts';
import { Reader } from './reader.ts';
import type { Scenario } from './scenario.ts';

export interface Surroundings {
  readonly clock: Clock;
  readonly net: SimNet;
  readonly resolver: SimResolver;
  readonly scenario: Scenario;
  /** Writes a line of the history. */
  readonly tell: (line: string) => void;
}

/** Whoever looks after hosts starts one that could not open its books again a minute later. */
const START_AGAIN_MS = 60_000;

export class Resident {
  readonly place: Place;
  readonly host: SimulatedHost;
  readonly machine: SimMachine;
  readonly mischief: Mischief;
  readonly readers: ReadonlyMap<string, Reader>;
  readonly #surroundings: Surroundings;
  #coming: Timer | undefined;
  /** Since when no commit can succeed: another object each time; undefined while commits may. */
  diskFailure: object | undefined;
  /** Commits failed and were there all the same. */
  wasInDoubt = false;

  constructor(place: Place, surroundings: Surroundings) {
    const { clock, net, resolver, scenario } = surroundings;
    const number = Number(place.address.split('.').at(-1));
    this.place = place;
    this.#surroundings = surroundings;
    this.machine = new SimMachine({ clock, net, resolver, addresses: [place.address] });
    this.mischief = new Mischief({
      dice: new Dice(scenario.seed * 16 + number), clock, isGreylisting: place.isGreylisting,
      crash: () => this.crash('killed', 1000),
    });
    this.host = new SimulatedHost({
      config: configOf(place, scenario), machine: this.machine, random: seededRandom(scenario.seed * 16 + number), log: silentLog, faults: this.mischief, certificates: 'none',
    });
    this.readers = new Map(place.people.map((person) => [person, new Reader(`${person}@${place.domain}`)]));
  }

  /** For the first time: with its people and aliases. */
  async found(): Promise<void> {
    const { core: { directory } } = await this.host.start();
    const { people, domain, aliases } = this.place;
    for (const person of people) await directory.addAccount(`${person}@${domain}`);
    for (const [name, targets] of Object.entries(aliases)) await directory.setAlias(`${name}@${domain}`, targets);
  }

  get isUp(): boolean {
    return this.host.isUp;
  }

  /** Goes down now, and comes up after `down`. */
  crash(ending: Ending, down: Milliseconds): void {
    if (!this.machine.isRunning) return;
    this.#tell(`${ending}, for ${down / 1000} s`);
    this.host.crash(ending);
    this.#comeUpIn(down);
  }

  /** Goes down at the next commit of this kind: just before it, or between it and its answers. */
  crashAtCommit(moment: 'before' | 'after', of: Kind | 'any', down: Milliseconds): void {
    this.host.disk.onGroup = (now, kinds) => {
      if (now !== moment || (of !== 'any' && !kinds.includes(of))) return;
      this.host.disk.onGroup = undefined;
      this.#tell(`${moment} the commit of ${kinds.join(', ')}:`);
      this.crash('killed', down);
    };
  }

  /** Stops in order, and starts again after `down`. */
  async restart(down: Milliseconds): Promise<void> {
    if (!this.isUp) return;
    this.#tell('stops');
    await this.host.stop();
    this.#comeUpIn(down);
  }

  failDisk(how: 'full' | 'failing' | 'in-doubt', lasting: Milliseconds): void {
    this.#tell(`its disk is ${how} for ${lasting / 1000} s`);
    const { disk } = this.host;
    if (how === 'full') disk.fill();
    else disk.fail('SQLITE_IOERR_FSYNC', { isWritten: how === 'in-doubt' });
    this.diskFailure = how === 'full' ? undefined : {};
    this.wasInDoubt ||= how === 'in-doubt';
    this.#surroundings.clock.deadline(lasting, () => {
      this.#tell('its disk works');
      this.diskFailure = undefined;
      disk.heal();
    });
  }

  /** Nothing goes wrong any more; comes up soon if it is down. */
  makePeace(): void {
    this.mischief.chance = 0;
    this.machine.hasDns = true;
    this.diskFailure = undefined;
    this.host.disk.onGroup = undefined;
    this.host.disk.heal();
    if (!this.machine.isRunning) this.#comeUpIn(1000);
  }

  #comeUpIn(down: Milliseconds): void {
    this.#coming?.cancel();
    this.#coming = this.#surroundings.clock.deadline(down, () => {
      if (!this.machine.isRunning) void this.#comeUp();
    });
  }

  async #comeUp(): Promise<void> {
    this.#tell('comes up');
    try {
      await this.host.start();
    } catch (fault) {
      this.#tell(`could not: ${fault instanceof Error ? fault.message : String(fault)}`);
      this.host.crash();
      this.#comeUpIn(START_AGAIN_MS);
    }
  }

  #tell(line: string): void {
    this.#surroundings.tell(`${this.place.domain} ${line}`);
  }
}

function configOf({ domain, address, laptop }: Place, { expire, isRetryCollapsed }: Scenario): Config {
  const listener = (protocol: 'smtp' | 'submission', port: number): Config['listeners'][number] => ({ protocol, endpoint: { host: address, port }, from: 'a simulation' });
  return {
    hostname: `mx.${domain}`,
    data: ':memory:',
    domains: [domain],
    listeners: [listener('smtp', 25), listener('submission', 587)],
    trustedNetworks: [laptop],
    isRetryCollapsed,
    messageOctetsMax: DEFAULTS.messageOctetsMax,
    relay: { port: 25, retry: DEFAULTS.retry, expire, isLoopbackAllowed: true },
    trust: { isJudging: false, isDmarcRejectObeyed: true },
  };
}
