/**
 * A machine in the simulated world, on which one program runs at a time, and may end at any
 * moment without a word: killed, or with the power.
 *
 * A program is only what it does to the outside. One that has ended keeps running here, as
 * nobody can stop a promise, but it is alone: its timers never ring, its connections are gone,
 * nothing it asks is answered, and nobody hears it any more.
 */
import type { Clock, Milliseconds } from '../clock.ts';
import type { Net } from '../net.ts';
import { DnsFault, type Resolver } from '../resolver.ts';
import { MachineClock } from './machine-clock.ts';
import type { HostNet, SimNet } from './net.ts';

/** What a program on a machine may touch. */
export interface Outside {
  readonly clock: Clock;
  readonly net: Net;
  readonly resolver: Resolver;
}

/** `killed`: the kernel closes its connections. `power-cut`: nobody does, and its peers are not told. */
export type Ending = 'killed' | 'power-cut';

export interface MachineOptions {
  readonly clock: Clock;
  readonly net: SimNet;
  readonly resolver: Resolver;
  readonly addresses: readonly [string, ...string[]];
}

interface Program {
  readonly clock: MachineClock;
  readonly net: HostNet;
  isOver: boolean;
}

export class SimMachine {
  readonly #options: MachineOptions;
  #clockOffset: Milliseconds = 0;
  #program: Program | undefined;

  /** Whether it gets answers from DNS; without them each question fails. */
  hasDns = true;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#program !== undefined;
  }

  /** Starts a program: the outside as it sees it. Throws if one is running. */
  boot(): Outside {
    if (this.#program !== undefined) throw new Error('this machine is running');
    const { clock, net, addresses } = this.#options;
    const program: Program = { clock: new MachineClock(clock, this.#clockOffset), net: net.host(...addresses), isOver: false };
    this.#program = program;
    return { clock: program.clock, net: program.net, resolver: this.#resolver(program) };
  }

  /** The program ends now, in the middle of whatever it does. Harmless if none runs. */
  end(ending: Ending): void {
    const program = this.#program;
    if (program === undefined) return;
    this.#program = undefined;
    program.isOver = true;
    program.clock.stop();
    program.net.leave(ending === 'killed' ? 'close' : 'half-open');
  }

  /** Moves the wall clock, back if negative; it stays so through restarts. */
  stepClock(ms: Milliseconds): void {
    this.#clockOffset += ms;
    this.#program?.clock.step(ms);
  }

  #resolver(program: Program): Resolver {
    const { resolver } = this.#options;
    const ask = async <Answer>(name: string, question: () => Promise<Answer>): Promise<Answer> => {
      if (!this.hasDns) throw new DnsFault(`no answer about ${name}`);
      const answer = await question();
      return program.isOver ? new Promise<never>(() => {}) : answer;
    };
    return {
      mx: (name) => ask(name, () => resolver.mx(name)),
      a: (name) => ask(name, () => resolver.a(name)),
      aaaa: (name) => ask(name, () => resolver.aaaa(name)),
      txt: (name) => ask(name, () => resolver.txt(name)),
      ptr: (ip) => ask(ip, () => resolver.ptr(ip)),
      tlsa: (name) => ask(name, () => resolver.tlsa(name)),
    };
  }
}
