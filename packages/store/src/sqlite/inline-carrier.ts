/**
 * Carries requests to a writer on this very thread: for books in memory, and for simulation.
 *
 * What is asked in one turn is one group. No timers: the same requests in the same order
 * give the same books. What can wait is done, a step at a time, after each group.
 */
import type { Clock } from '@posthorn/world/clock.ts';
import { StoreFault } from '../store.ts';
import { type Carrier, settleWaiting, type Tell, type Waiting } from './carrier.ts';
import { WriterGone } from './handover.ts';
import type { Answers, Kind, Request, RequestOf } from './requests.ts';
import type { Writer } from './writer/writer.ts';

export class InlineCarrier implements Carrier {
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #tell: Tell;
  #requests: Request[] = [];
  #waiting: Waiting[] = [];
  #isClosed = false;

  constructor({ writer, clock, tell }: { readonly writer: Writer; readonly clock: Clock; readonly tell: Tell }) {
    this.#writer = writer;
    this.#clock = clock;
    this.#tell = tell;
  }

  submit<K extends Kind>(request: RequestOf<K>): Promise<Answers[K]> {
    if (this.#isClosed) return Promise.reject(new StoreFault('the store is closed'));
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
    const { outcomes, changes } = this.#writer.run(requests);
    this.#writer.tidy(this.#clock.now());
    if (changes.length > 0) this.#tell(changes);
    for (const [index, outcome] of outcomes.entries()) {
      const one = waiting[index];
      if (one !== undefined) settleWaiting(one, outcome);
    }
    // Only where the writer broke; in memory nothing does.
    for (const one of waiting.slice(outcomes.length)) one.reject(new WriterGone('the writer is broken'));
  }

  async close(): Promise<void> {
    // Everything asked for is run in the microtask that was queued with it.
    await Promise.resolve();
    this.#isClosed = true;
  }
}
