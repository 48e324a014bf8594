/**
 * Runs a simulated week, and tells its history: the same seed, the same words.
 */
import { createHash } from 'node:crypto';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { SimNet } from '@posthorn/world/sim/net.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { audit } from './audit.ts';
import { Dice } from './dice.ts';
import { ForeignHost } from './foreign-host.ts';
import { acceptancesOf } from './ledgers.ts';
import { FOREIGN } from './places.ts';
import { Postbag } from './postbag.ts';
import { Resident } from './resident.ts';
import { drawScenario, PEACE_AT, WEEK } from './scenario.ts';
import type { Event, Happening, Scenario } from './scenario.ts';

export interface Week {
  readonly seed: number;
  /** What is wrong; nothing if all guarantees held. */
  readonly wrong: readonly string[];
  readonly history: readonly string[];
  /** Of the history and of all that is in the books at its end. */
  readonly hash: string;
}

const DAY = 24 * 60 * 60_000;
/** How long after the week there may still be letters under way. */
const REST_DAYS_MAX = 8;
/** Nothing here speaks TLS. */
const SETTLE_ROUNDS = 6;

export async function runWeek(seed: number): Promise<Week> {
  return new Run(drawScenario(seed)).toItsEnd();
}

class Run {
  readonly #scenario: Scenario;
  readonly #clock = new SimClock(undefined, { settleRounds: SETTLE_ROUNDS });
  readonly #net: SimNet;
  readonly #resolver = new SimResolver();
  readonly #foreign = new ForeignHost(this.#clock);
  readonly #residents: readonly Resident[];
  readonly #postbag: Postbag;
  readonly #dice: Dice;
  readonly #history: string[] = [];
  readonly #wrong: string[] = [];
  readonly #hash = createHash('sha256');

  constructor(scenario: Scenario) {
    const { seed, places, latency, segmentMax } = scenario;
    const clock = this.#clock;
    const tell = (line: string): void => this.#tell(line);
    this.#scenario = scenario;
    this.#dice = new Dice(seed * 4);
    this.#net = new SimNet({ clock, latency, segmentMax });
    this.#residents = places.map((place) => new Resident(place, { clock, net: this.#net, resolver: this.#resolver, scenario, tell }));
    this.#postbag = new Postbag({ net: this.#net, clock, tell, complain: (what) => this.#complain(`6: ${what}`) });
    for (const { domain, address } of [...places, FOREIGN]) {
      this.#resolver.set(domain, { mx: [{ preference: 10, exchange: `mx.${domain}` }] });
      this.#resolver.set(`mx.${domain}`, { a: [address] });
    }
  }

  async toItsEnd(): Promise<Week> {
    const { seed, mischief, events } = this.#scenario;
    await this.#foreign.listen(this.#net);
    await Promise.all(this.#residents.map((resident) => resident.found()));
    for (const resident of this.#residents) resident.mischief.chance = mischief;
    const peace: Event = { at: PEACE_AT, what: { kind: 'part', some: [], lasting: 0 } };
    let isPeace = false;
    for (const event of [...events, peace].toSorted((a, b) => a.at - b.at)) {
      await this.#advanceTo(event.at);
      if (event.at >= PEACE_AT && !isPeace) {
        isPeace = true;
        this.#makePeace();
      }
      if (event !== peace) this.#happen(event.what);
    }
    await this.#advanceTo(WEEK);
    await this.#rest();
    await this.#settleAccounts();
    for (const { host } of this.#residents) {
      host.crash();
      host.disk.destroy();
    }
    return { seed, wrong: this.#wrong, history: this.#history, hash: this.#hash.update(this.#history.join('\n')).digest('hex') };
  }

  async #advanceTo(at: number): Promise<void> {
    await this.#clock.advance(Math.max(0, at - this.#clock.monotonic()));
  }

  #happen(what: Happening): void {
    const resident = 'place' in what ? this.#residents[what.place] : undefined;
    if (resident === undefined) this.#happenBetween(what);
    else this.#happenAt(resident, what);
  }

  #happenAt(resident: Resident, what: Happening): void {
    const { machine, place, host } = resident;
    switch (what.kind) {
      case 'letter': return this.#postbag.post(resident, what);
      case 'read': return void this.#read(resident, what);
      case 'operate': return void this.#operate(resident, what.what);
      case 'crash': return resident.crash(what.ending, what.down);
      case 'crash-at-commit': return resident.crashAtCommit(what.moment, what.of, what.down);
      case 'restart': return void resident.restart(what.down);
      case 'step-clock':
        this.#tell(`${place.domain} has its clock set by ${what.by / 1000} s`);
        return machine.stepClock(what.by);
      case 'no-dns':
        this.#tell(`${place.domain} has no DNS for ${what.lasting / 1000} s`);
        machine.hasDns = false;
        return void this.#clock.deadline(what.lasting, () => { machine.hasDns = true; });
      case 'disk': return host.isUp ? resident.failDisk(what.how, what.lasting) : undefined;
      default: throw new Error(`${what.kind} is not at one place`);
    }
  }

  #happenBetween(what: Happening): void {
    if (what.kind === 'wire') {
      this.#tell(`a wire will fail: ${JSON.stringify(what.trouble)}`);
      this.#troubles.push(this.#net.trouble(what.trouble));
    } else if (what.kind === 'part') {
      const addresses = this.#scenario.places.map(({ address }) => address);
      const some = addresses.filter((_address, at) => what.some.includes(at));
      this.#tell(`${some.join(', ')} are parted from the others for ${what.lasting / 1000} s`);
      const wall = this.#net.part(some, addresses.filter((address) => !some.includes(address)));
      this.#clock.deadline(what.lasting, () => wall.heal());
    }
  }

  readonly #troubles: { heal(): void }[] = [];

  async #read(resident: Resident, { person, what }: Extract<Happening, { readonly kind: 'read' }>): Promise<void> {
    const reader = resident.readers.get(person);
    if (reader === undefined || !resident.isUp) return;
    this.#tell(`${reader.address} reads, to ${what}`);
    for (const each of await reader.sit(resident.host.running.core.store, { what, dice: this.#dice, at: this.#clock.now() })) this.#complain(`5: ${each}`);
  }

  async #operate({ host, place, isUp }: Resident, what: 'hold' | 'release' | 'cancel' | 'retry'): Promise<void> {
    if (!isUp) return;
    const { queue } = host.running;
    const [letter] = await queue.list({ limit: 1 });
    if (letter === undefined) return;
    this.#tell(`${place.domain}: the operator says ${what} to ${letter.letter}`);
    // A disk that fails is told to the operator, who lets it be.
    await queue.command({ what, letters: [letter.letter] }).catch(() => {});
  }

  #makePeace(): void {
    this.#tell('peace');
    for (const trouble of this.#troubles) trouble.heal();
    for (const resident of this.#residents) resident.makePeace();
    // What an operator holds is held for ever.
    this.#clock.deadline(60_000, () => {
      for (const { host, isUp } of this.#residents) if (isUp) void host.running.queue.command({ what: 'release' });
    });
  }

  /** Time goes on until nothing is under way. */
  async #rest(): Promise<void> {
    for (let day = 0; day < REST_DAYS_MAX; day += 1) {
      const counts = await Promise.all(this.#residents.map(({ host }) => host.running.core.store.spool.counts()));
      if (counts.every(({ letters }) => letters === 0)) return;
      await this.#clock.advance(DAY);
    }
    for (const { host, place } of this.#residents) {
      for (const { letter, recipients } of await host.running.core.store.spool.list({ limit: 10 })) {
        this.#complain(`2: ${letter} is still under way at ${place.domain}: ${recipients.map(({ address, state }) => `${address} ${state}`).join(', ')}`);
      }
    }
  }

  async #settleAccounts(): Promise<void> {
    for (const { readers, host } of this.#residents) {
      for (const reader of readers.values()) for (const each of await reader.look(host.running.core.store)) this.#complain(`5: ${each}`);
    }
    const acceptances = (await Promise.all(this.#residents.map(({ host, place }) => acceptancesOf(host.running.core.store, place)))).flat();
    const readers = new Map(this.#residents.flatMap((resident) => [...resident.readers.values()]).map((reader) => [reader.address, reader]));
    const wrong = audit({
      places: this.#scenario.places, posted: this.#postbag.letters, acceptances, foreign: this.#foreign.taken,
      inDoubt: new Set(this.#residents.filter(({ wasInDoubt }) => wasInDoubt).map(({ place }) => place.domain)),
      timesReceived: (address, letter) => readers.get(address)?.timesReceived(letter) ?? 0,
    });
    for (const each of wrong) this.#complain(each);
    for (const { place, entries, ...acceptance } of acceptances) {
      this.#history.push(`${place.domain} has ${JSON.stringify(acceptance)}`);
      this.#hash.update(JSON.stringify(entries));
    }
  }

  #complain(what: string): void {
    this.#wrong.push(what);
    this.#tell(`WRONG ${what}`);
  }

  #tell(line: string): void {
    this.#history.push(`${timeOf(this.#clock.monotonic())} ${line}`);
  }
}

/** `4d 13:05:09.250`. */
function timeOf(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${Math.floor(ms / DAY)}d ${two((ms / 3_600_000) % 24)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}
