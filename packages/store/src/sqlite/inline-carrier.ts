/**
 * Carries requests to a writer on this very thread: for books in memory, and for simulation.
 *
 * What is asked in one turn is one group: the same requests in the same order give the same
 * books. What can wait is done, a step at a time, after each group. A writer that broke is
 * begun anew, as in `thread-carrier.ts`. A program that has crashed (see `memory-disk.ts`)
 * writes nothing more and is not answered.
 */
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import { StoreFault } from '../store.ts';
import { type Carrier, causeOf, settleWaiting, type Tell, type Waiting } from './carrier.ts';
import { WriterGone } from './handover.ts';
import type { MemoryDisk, Tenure } from './memory-disk.ts';
import type { Answers, Kind, Request, RequestOf } from './requests.ts';
import type { Writer } from './writer/writer.ts';

export interface InlineOptions {
  /** A writer on the books; `isOpening` for the first one only. */
  readonly begin: (isOpening: boolean) => Writer;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: Tell;
  readonly disk: Pick<MemoryDisk, 'onGroup'>;
  readonly tenure: Tenure;
}

/** Between a writer's end and the next one's beginning: doubled each time, until one has answered something. */
const PAUSE_MS: Milliseconds = 100;
const PAUSE_MS_MAX: Milliseconds = 10_000;

export class InlineCarrier implements Carrier {
  /** Recipients whose attempt was cut off when the books were last in use. */
  readonly interrupted: number;
  readonly #options: InlineOptions;
  #writer: Writer;
  #requests: Request[] = [];
  #waiting: Waiting[] = [];
  #isClosed = false;
  /** Why nothing can be asked at the moment. */
  #gone: Error | undefined;
  #pauseMs = PAUSE_MS;
  #pause: Timer | undefined;

  constructor(options: InlineOptions) {
    this.#options = options;
    this.#writer = options.begin(true);
    this.interrupted = this.#writer.freeLeases(options.clock.now());
  }

  submit<K extends Kind>(request: RequestOf<K>): Promise<Answers[K]> {
    if (this.#isClosed) return Promise.reject(new StoreFault('the store is closed'));
    if (this.#options.tenure.isOver) return new Promise<never>(() => {});
    if (this.#gone !== undefined) return Promise.reject(new StoreFault('the store is out of reach until its writer has begun anew', { cause: this.#gone }));
    return new Promise<Answers[K]>((resolve, reject) => {
      if (this.#requests.length === 0) queueMicrotask(() => this.#run());
      this.#requests.push(request);
      this.#waiting.push({ resolve, reject });
    });
  }

  #run(): void {
    const requests = this.#requests;
    const waiting = this.#waiting;
    this.#requests = [];
    this.#waiting = [];
    const { tell, disk, tenure } = this.#options;
    const kinds = requests.map(({ kind }) => kind);
    disk.onGroup?.('before', kinds);
    if (tenure.isOver) return;
    const { outcomes, changes } = this.#writer.run(requests);
    disk.onGroup?.('after', kinds);
    if (tenure.isOver) return;
    if (this.#writer.broken === undefined) this.#tidy();
    if (changes.length > 0) tell(changes);
    if (outcomes.some(({ isDone }) => isDone)) this.#pauseMs = PAUSE_MS;
    for (const [index, outcome] of outcomes.entries()) {
      const one = waiting[index];
      if (one !== undefined) settleWaiting(one, outcome);
    }
    if (this.#writer.broken !== undefined) this.#beginAnewLater(causeOf(this.#writer.broken), waiting.slice(outcomes.length));
  }

  /** What fails here takes nothing with it; the next group brings another try. */
  #tidy(): void {
    const { clock, log } = this.#options;
    try {
      this.#writer.tidy(clock.now());
    } catch (error) {
      const { code, message } = this.#writer.noteFailure(error);
      log.warn({ code, reason: message }, 'the store could not tidy up');
    }
  }

  /** Nobody knows what came of what was asked and not answered. */
  #beginAnewLater(cause: Error, unanswered: readonly Waiting[]): void {
    const { begin, clock, log, tell } = this.#options;
    log.error({ err: cause }, 'the writer of the store is gone; nothing is accepted until it is back');
    this.#gone = cause;
    for (const one of unanswered) one.reject(new WriterGone('the writer is gone, and with it the answer', { cause }));
    this.#pause = clock.deadline(this.#pauseMs, () => {
      this.#writer = begin(false);
      this.#gone = undefined;
      log.warn({}, 'the writer of the store is back');
      tell([{ kind: 'spool' }]);
    });
    this.#pauseMs = Math.min(2 * this.#pauseMs, PAUSE_MS_MAX);
  }

  async close(): Promise<void> {
    // Everything asked for is run in the microtask that was queued with it.
    await Promise.resolve();
    this.#isClosed = true;
    this.#pause?.cancel();
  }
}
