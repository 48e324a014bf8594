/**
 * Carries requests to the writer's thread, and answers back.
 *
 * What is asked in one turn of the event loop travels together; what arrives while the
 * writer commits is its next group.
 *
 * A thread that ends unasked, because the disk failed or for a mistake of ours, is begun anew;
 * until then everything that is asked is a fault.
 */
import { Worker } from 'node:worker_threads';
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import { StoreFault, StoreRefused, type Upgrade } from '../store.ts';
import { type Carrier, causeOf, settleWaiting, type Tell, type Waiting } from './carrier.ts';
import { WriterGone } from './handover.ts';
import type { Answers, Kind, Request, RequestOf } from './requests.ts';
import type { FromWriter, ThreadData, ToWriter } from './thread-messages.ts';

export interface ThreadOptions {
  readonly data: Omit<ThreadData, 'openedAt'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: Tell;
  readonly upgrading: (upgrade: Upgrade) => void;
}

interface Started {
  readonly worker: Worker;
  readonly interrupted: number;
}

/** Between a thread's end and the next one's beginning: doubled each time, until one has answered something. */
const PAUSE_MS = 100;
const PAUSE_MS_MAX: Milliseconds = 10_000;

/** Starts the thread; resolves when it has opened the books. */
export async function startThread(options: ThreadOptions): Promise<ThreadCarrier> {
  return new ThreadCarrier(await startWorker({ ...options.data, openedAt: options.clock.now() }, options.upgrading), options);
}

/** Throws what kept it from opening the books. */
async function startWorker(data: ThreadData, upgrading: (upgrade: Upgrade) => void): Promise<Started> {
  // In the checkout this file is TypeScript and so is the thread's; in a package both are not.
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./writer-thread${extension}`, import.meta.url), {
    name: 'posthorn-writer', workerData: data, execArgv: [],
  });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', function begin(message: FromWriter) {
      if (message.kind === 'upgrading') {
        upgrading(message.upgrade);
        return;
      }
      worker.off('error', reject);
      worker.off('message', begin);
      if (message.kind === 'ready') resolve({ worker, interrupted: message.interrupted });
      else if (message.kind === 'unopened') reject(message.isRefusal ? new StoreRefused(message.failure.message) : new Error(message.failure.message));
      else reject(new Error(`the writer began with ${message.kind}`));
    });
  });
}

export class ThreadCarrier implements Carrier {
  /** Recipients whose attempt was cut off when the books were last in use. */
  readonly interrupted: number;
  readonly #options: ThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended = Promise.withResolvers<void>();
  #worker: Worker | undefined;
  #unsent: Request[] = [];
  #next = 0;
  #isClosing = false;
  /** Why nothing can be asked at the moment. */
  #gone: Error | undefined;
  #pauseMs = PAUSE_MS;
  #pause: Timer | undefined;

  constructor({ worker, interrupted }: Started, options: ThreadOptions) {
    this.interrupted = interrupted;
    this.#options = options;
    this.#employ(worker);
  }

  #employ(worker: Worker): void {
    this.#worker = worker;
    this.#gone = undefined;
    worker.on('message', (message: FromWriter) => this.#take(message));
    worker.on('error', (error) => this.#lose(error));
    // Only then is its connection closed.
    worker.once('exit', () => {
      this.#worker = undefined;
      this.#lose(new Error('the writer has ended'));
      if (this.#isClosing) this.#ended.resolve();
      else this.#beginAnewLater();
    });
  }

  submit<K extends Kind>(request: RequestOf<K>): Promise<Answers[K]> {
    if (this.#isClosing) return Promise.reject(new StoreFault('the store is closed'));
    if (this.#gone !== undefined) return Promise.reject(new StoreFault('the store is out of reach until its writer has begun anew', { cause: this.#gone }));
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
    this.#worker?.postMessage(message);
  }

  #take(message: FromWriter): void {
    switch (message.kind) {
      case 'replies':
        this.#settle(message);
        return;
      case 'trouble':
        this.#options.log.warn({ code: message.failure.code, reason: message.failure.message }, 'the store could not tidy up');
        return;
      case 'broken':
        this.#lose(causeOf(message.failure));
        return;
      case 'upgrading':
      case 'ready':
      case 'unopened':
        throw new Error(`the writer said ${message.kind} after its beginning`);
      default:
        message satisfies never;
    }
  }

  #settle({ numbers, outcomes, changes }: Extract<FromWriter, { readonly kind: 'replies' }>): void {
    if (changes.length > 0) this.#options.tell(changes);
    if (outcomes.some(({ isDone }) => isDone)) this.#pauseMs = PAUSE_MS;
    for (const [index, outcome] of outcomes.entries()) {
      const number = numbers[index] ?? -1;
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (waiting !== undefined) settleWaiting(waiting, outcome);
    }
  }

  /** Nobody knows what came of what was asked and not answered. */
  #lose(cause: Error): void {
    if (this.#gone !== undefined) return;
    this.#gone = cause;
    this.#unsent = [];
    if (!this.#isClosing) this.#options.log.error({ err: cause }, 'the writer of the store is gone; nothing is accepted until it is back');
    for (const { reject } of this.#waiting.values()) reject(new WriterGone('the writer is gone, and with it the answer', { cause }));
    this.#waiting.clear();
  }

  #beginAnewLater(): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
    this.#pause = this.#options.clock.deadline(pauseMs, () => {
      this.#pause = undefined;
      void this.#beginAnew();
    });
  }

  async #beginAnew(): Promise<void> {
    try {
      const { worker } = await startWorker(this.#options.data, this.#options.upgrading);
      this.#employ(worker);
      this.#options.log.warn({}, 'the writer of the store is back');
      if (this.#isClosing) this.#post({ kind: 'close' });
      else this.#options.tell([{ kind: 'spool' }]);
    } catch (error) {
      this.#options.log.error({ err: error }, 'the writer of the store cannot begin anew');
      if (this.#isClosing) this.#ended.resolve();
      else this.#beginAnewLater();
    }
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#send();
      this.#isClosing = true;
      this.#post({ kind: 'close' });
      if (this.#pause !== undefined) {
        this.#pause.cancel();
        this.#ended.resolve();
      }
    }
    await this.#ended.promise;
  }
}
