/**
 * Carries requests to the writer's thread, and answers back.
 *
 * What is asked in one turn of the event loop travels together; what arrives while the
 * writer commits is its next group.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import { StoreFault, StoreRefused } from '../store.ts';
import { type Carrier, settleWaiting, type Tell, type Waiting } from './carrier.ts';
import { WriterGone } from './handover.ts';
import type { Answers, Kind, Request, RequestOf } from './requests.ts';
import type { FromWriter, ThreadData, ToWriter } from './thread-messages.ts';

export interface ThreadOptions {
  readonly data: ThreadData;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: Tell;
}

/** Starts the thread; resolves when it has opened the books. */
export async function startThread(options: ThreadOptions): Promise<ThreadCarrier> {
  // In the checkout this file is TypeScript and so is the thread's; in a package both are not.
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./writer-thread${extension}`, import.meta.url), {
    name: 'posthorn-writer', workerData: options.data, execArgv: [],
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: FromWriter) => {
      worker.off('error', reject);
      if (message.kind === 'ready') resolve();
      else if (message.kind === 'unopened') reject(message.isRefusal ? new StoreRefused(message.failure.message) : new Error(message.failure.message));
      else reject(new Error(`the writer began with ${message.kind}`));
    });
  });
  return new ThreadCarrier(worker, options);
}

export class ThreadCarrier implements Carrier {
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #unsent: Request[] = [];
  #next = 0;
  #isClosing = false;
  /** Why nothing can be asked any more. */
  #gone: Error | undefined;

  constructor(worker: Worker, options: ThreadOptions) {
    this.#worker = worker;
    this.#options = options;
    worker.on('message', (message: FromWriter) => this.#take(message));
    worker.on('error', (error) => this.#lose(error));
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#lose(new Error('the writer has ended'));
        resolve();
      });
    });
  }

  submit<K extends Kind>(request: RequestOf<K>): Promise<Answers[K]> {
    if (this.#gone !== undefined) return Promise.reject(new WriterGone('the store is broken', { cause: this.#gone }));
    if (this.#isClosing) return Promise.reject(new StoreFault('the store is closed'));
    return new Promise<Answers[K]>((resolve, reject) => {
      if (this.#unsent.length === 0) setImmediate(() => this.#send());
      this.#unsent.push(request);
      this.#waiting.set(this.#next, { resolve, reject });
      this.#next += 1;
    });
  }

  #send(): void {
    const requests = this.#unsent;
    if (requests.length === 0) return;
    this.#unsent = [];
    this.#post({ kind: 'requests', now: this.#options.clock.now(), first: this.#next - requests.length, requests });
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromWriter): void {
    if (message.kind === 'trouble') {
      this.#options.log.warn({ code: message.failure.code, reason: message.failure.message }, 'the store could not tidy up');
      return;
    }
    if (message.kind !== 'replies') return;
    if (message.changes.length > 0) this.#options.tell(message.changes);
    for (const [index, outcome] of message.outcomes.entries()) {
      const number = message.numbers[index] ?? -1;
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (waiting !== undefined) settleWaiting(waiting, outcome);
    }
  }

  #lose(cause: Error): void {
    if (this.#gone !== undefined) return;
    this.#gone = cause;
    if (!this.#isClosing) this.#options.log.error({ err: cause }, 'the writer of the store is gone');
    for (const { reject } of this.#waiting.values()) reject(new WriterGone('the writer is gone, and with it the answer', { cause }));
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#send();
      this.#isClosing = true;
      if (this.#gone === undefined) this.#post({ kind: 'close' });
    }
    await this.#exited;
  }
}
