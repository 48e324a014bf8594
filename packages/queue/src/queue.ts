/**
 * The queue: decides when a letter is tried, and what came of it.
 *
 * It wakes when the books change or something falls due, leases errands, hands them to the
 * courier and settles what it reports. The books hold the truth: whatever is lost here in a
 * crash is a lease that runs out, and is tried again.
 *
 * One queue works on one store. A lease that runs out while we still carry its errand comes
 * back from the books like any other; it is then a renewal, and is not carried a second
 * time. So leases can be short (a crash costs half a minute) and attempts long (RFC 5321
 * §4.5.3.2 allows an hour and more).
 */
import type { LetterId } from '@posthorn/store/ids.ts';
import type { Errand, SettleAnswer, Settlement } from '@posthorn/store/spool.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock, EpochMs, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { CarryReport, Courier } from './courier.ts';
import { defaultLimits, type QueueLimits } from './limits.ts';
import { Notary } from './notary.ts';
import { brokenReport, giveBack, settlementOf } from './settlement.ts';

export interface QueueOptions {
  readonly store: Pick<Store, 'spool' | 'accept' | 'contents' | 'messages' | 'watch'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly courier: Courier;
  /** Our own name, in notices. */
  readonly hostname: string;
  /** Pauses between attempts, never empty; the last one repeats until the letter expires. */
  readonly retry: readonly Milliseconds[];
  /** How long a notice of ours is tried. Other letters bring their own `expiresAt`. */
  readonly expire: Milliseconds;
  readonly log: Log;
  readonly limits?: Partial<QueueLimits>;
}

export interface QueueCommand {
  readonly what: 'retry' | 'hold' | 'release' | 'cancel';
  /** All letters if absent. */
  readonly letters?: readonly LetterId[];
}

/** An errand that is being carried, under its latest lease. */
interface Journey {
  errand: Errand;
}

/** How soon to look again when something is due that no free place can take, or that failed. */
const LOOK_AGAIN_MS = 1_000;
const FAULT_PAUSE_MS = 5_000;
const FAULT_PAUSE_MS_MAX = 60_000;
const FINISHED_PER_LOOK = 100;
const NEVER = Number.POSITIVE_INFINITY;

export class Queue {
  readonly #options: QueueOptions;
  readonly #limits: QueueLimits;
  readonly #notary: Notary;
  readonly #journeys = new Set<Journey>();
  /** Leased, but their route has no free place yet. */
  #parked: Errand[] = [];
  readonly #work = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #idleWaiters: (() => void)[] = [];
  #timer: Timer | undefined;
  #unwatch: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #isWoken = false;
  #isQuiet = false;
  /** When letters may be there that only wait for their last notice: at the start, after a cancel, after a fault. */
  #concludeAt: EpochMs = 0;

  constructor(options: QueueOptions) {
    if (options.retry.length === 0) throw new RangeError('a queue needs at least one pause between attempts');
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#notary = new Notary({ ...options, limits: this.#limits });
  }

  start(): void {
    if (this.#unwatch !== undefined || this.#stopping.signal.aborted) return;
    this.#unwatch = this.#options.store.watch((change) => {
      if (change.kind === 'spool') this.wake();
    });
    this.wake();
  }

  /** Looks at the books soon. Harmless at any time. */
  wake(): void {
    this.#isWoken = true;
    this.#isQuiet = false;
    if (this.#unwatch === undefined || this.#looking !== undefined || this.#stopping.signal.aborted) return;
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#isWoken) this.wake();
      else this.#tellIdle();
    });
  }

  /** Calls the couriers back, settles what they report, and gives the rest back to the books. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#timer?.cancel();
    await this.#looking;
    for (const errand of this.#parked.splice(0)) this.#keep(this.#write(() => giveBack(errand, this.#now)));
    while (this.#work.size > 0) await Promise.all(this.#work);
    for (const tell of this.#idleWaiters.splice(0)) tell();
  }

  /** Resolves when nothing is due and nothing is under way. */
  async idle(): Promise<void> {
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  /** What an operator asks for. Answers with the letters it applied to. */
  async command({ what, letters }: QueueCommand): Promise<readonly LetterId[]> {
    // What is only parked must not leave after it was held or cancelled.
    const isMeant = ({ letter }: Errand): boolean => letters?.includes(letter.letter) ?? true;
    const parked = this.#parked.filter(isMeant);
    this.#parked = this.#parked.filter((errand) => !isMeant(errand));
    for (const errand of parked) await this.#options.store.spool.settle(giveBack(errand, this.#now));
    const done = await this.#options.store.spool.command({
      what, at: this.#now, ...(letters === undefined ? {} : { letters }),
    });
    if (what === 'cancel') this.#concludeAt = this.#now;
    this.wake();
    return done;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  get #isIdle(): boolean {
    return this.#isQuiet && this.#looking === undefined && this.#work.size === 0;
  }

  #tellIdle(): void {
    if (this.#isIdle) for (const tell of this.#idleWaiters.splice(0)) tell();
  }

  /** One look at the books: takes what is due and can be carried, then sets the timer. */
  async #look(): Promise<void> {
    this.#isWoken = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    try {
      if (this.#concludeAt <= this.#now) await this.#concludeFinished();
      if (!await this.#takeDue()) return;
      const due = Math.min(await this.#options.store.spool.nextDue() ?? NEVER, this.#concludeAt);
      this.#isQuiet = due > this.#now && !this.#isWoken;
      this.#lookAgainIn(due > this.#now ? due - this.#now : LOOK_AGAIN_MS);
    } catch (fault) {
      this.#options.log.error({ err: fault }, 'queue cannot read the books');
      this.#lookAgainIn(FAULT_PAUSE_MS);
    }
  }

  #lookAgainIn(delay: Milliseconds): void {
    if (this.#stopping.signal.aborted || delay === NEVER) return;
    this.#timer = this.#options.clock.after(delay, () => {
      this.wake();
    });
  }

  /** Leases and begins what is due. False when every place is taken: whoever ends will wake us. */
  async #takeDue(): Promise<boolean> {
    while (!this.#stopping.signal.aborted) {
      const free = this.#limits.errands - this.#journeys.size;
      if (free <= 0) return false;
      const now = this.#now;
      // One route may fill a whole batch; what it has no place for is parked, and that is bounded by this.
      const limit = Math.min(free, this.#limits.errandsPerRoute);
      const errands = await this.#options.store.spool.lease({ now, until: now + this.#limits.lease, limit, without: this.#fullRoutes() });
      for (const errand of errands) this.#begin(errand);
      if (errands.length < limit) return true;
    }
    return false;
  }

  #fullRoutes(): readonly string[] {
    const counts = new Map<string, number>();
    for (const { errand } of this.#journeys) counts.set(errand.route, (counts.get(errand.route) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= this.#limits.errandsPerRoute).map(([route]) => route);
  }

  #begin(errand: Errand): void {
    const journey = [...this.#journeys].find((other) => isSame(other.errand, errand));
    if (journey !== undefined) {
      this.#options.log.debug({ letter: errand.letter.letter, route: errand.route }, 'lease renewed');
      journey.errand = errand;
      return;
    }
    this.#parked = this.#parked.filter((other) => !isSame(other, errand));
    if (this.#stopping.signal.aborted || this.#fullRoutes().includes(errand.route)) this.#parked.push(errand);
    else this.#keep(this.#travel({ errand }));
  }

  /** An errand from the courier's hands into the books. */
  async #travel(journey: Journey): Promise<void> {
    this.#journeys.add(journey);
    try {
      await this.#settle(journey, await this.#carry(journey.errand));
    } finally {
      this.#journeys.delete(journey);
      this.#unpark(journey.errand.route);
    }
  }

  /** The edge of an attempt: what is thrown here is our own fault, and temporary. */
  async #carry(errand: Errand): Promise<CarryReport> {
    try {
      return await this.#options.courier.carry(errand, this.#stopping.signal);
    } catch (fault) {
      this.#options.log.error({ err: fault, letter: errand.letter.letter, route: errand.route }, 'attempt broke off');
      return brokenReport(errand);
    }
  }

  async #settle(journey: Journey, report: CarryReport): Promise<void> {
    const terms = {
      now: this.#now,
      retry: this.#options.retry,
      jitter: () => this.#options.random.fraction(),
      delayNotice: this.#limits.delayNotice,
      isStopping: this.#stopping.signal.aborted,
    };
    let settlement = settlementOf(journey.errand, report, terms);
    const answer = await this.#write(() => {
      settlement = settlementOf(journey.errand, report, terms);
      return settlement;
    });
    const facts = { letter: settlement.letter, route: journey.errand.route };
    switch (answer?.kind) {
      case undefined:
        return;
      case 'lease-lost':
        this.#options.log.warn(facts, 'lease lost');
        return;
      case 'changed':
        // An alias or account changed while we delivered: nothing was stored, look it up anew.
        this.#options.log.info({ ...facts, belief: answer.belief }, 'delivery overtaken by a change');
        await this.#write(() => giveBack(journey.errand, this.#now + LOOK_AGAIN_MS));
        return;
      case 'settled':
        for (const { index, state, remark } of settlement.recipients) {
          this.#options.log.info({ ...facts, index, state, status: remark.status, reply: remark.text }, 'recipient settled');
        }
        await this.#tell(journey.errand, settlement, answer.isFinal);
        return;
      default:
        answer satisfies never;
    }
  }

  /** What the sender is owed now. If that fails, the books still owe it. */
  async #tell(errand: Errand, settlement: Settlement, isFinal: boolean): Promise<void> {
    try {
      if (isFinal) await this.#notary.conclude(settlement.letter);
      else await this.#notary.tellDelay(errand, settlement);
    } catch (fault) {
      this.#options.log.error({ err: fault, letter: settlement.letter }, 'notice could not be made');
      if (isFinal) this.#concludeAt = Math.min(this.#concludeAt, this.#now + FAULT_PAUSE_MS);
    }
  }

  async #concludeFinished(): Promise<void> {
    this.#concludeAt = NEVER;
    const finished = await this.#options.store.spool.finished(FINISHED_PER_LOOK);
    let isBroken = false;
    for (const { letter } of finished) {
      try {
        await this.#notary.conclude(letter);
      } catch (fault) {
        // One letter that cannot be concluded must not keep the others from being carried.
        this.#options.log.error({ err: fault, letter }, 'letter could not be concluded');
        isBroken = true;
      }
    }
    if (isBroken) this.#concludeAt = this.#now + FAULT_PAUSE_MS_MAX;
    else if (finished.length === FINISHED_PER_LOOK) this.#concludeAt = this.#now;
  }

  /** Settles, however long the books cannot: the outcome of an attempt is not known twice. */
  async #write(make: () => Settlement): Promise<SettleAnswer | undefined> {
    for (let pause = FAULT_PAUSE_MS; ; pause = Math.min(2 * pause, FAULT_PAUSE_MS_MAX)) {
      const settlement = make();
      try {
        const answer = await this.#options.store.spool.settle(settlement);
        if (answer.kind !== 'lease-lost') return answer;
        // It may have been renewed a moment ago, and we not have heard yet.
        await this.#looking;
        if (make().lease === settlement.lease) return answer;
      } catch (fault) {
        this.#options.log.error({ err: fault, letter: settlement.letter }, 'books cannot settle');
        if (this.#stopping.signal.aborted) return undefined;
        await this.#pause(pause);
      }
    }
  }

  /** Waits, but not longer than until we are stopped. */
  async #pause(delay: Milliseconds): Promise<void> {
    const { signal } = this.#stopping;
    await new Promise<void>((resolve) => {
      const over = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', over);
        resolve();
      };
      const timer = this.#options.clock.after(delay, over);
      signal.addEventListener('abort', over);
    });
  }

  #unpark(route: string): void {
    const at = this.#parked.findIndex((errand) => errand.route === route);
    for (const errand of at === -1 ? [] : this.#parked.splice(at, 1)) this.#begin(errand);
  }

  /** Holds on to work under way, until it is over. */
  #keep(work: Promise<unknown>): void {
    const kept = this.#finish(work).finally(() => {
      this.#work.delete(kept);
      this.wake();
    });
    this.#work.add(kept);
  }

  async #finish(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (bug) {
      this.#options.log.error({ err: bug }, 'an errand ended in a bug; its lease will run out');
    }
  }
}

/** A later lease of the same recipients. Others of the same letter and route may have come up since. */
function isSame(one: Errand, other: Errand): boolean {
  if (one.letter.letter !== other.letter.letter || one.route !== other.route) return false;
  return one.recipients.some(({ index }) => other.recipients.some((recipient) => recipient.index === index));
}
