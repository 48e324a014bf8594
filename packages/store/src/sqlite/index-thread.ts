/**
 * The indexing thread: takes letters into the search index when nobody else has anything to do.
 *
 * It runs at the lowest priority: on Linux a thread has its own.
 */
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { INDEX_FILE } from './search/index-file.ts';
import { IndexKeeper } from './search/index-keeper.ts';
import type { FromIndexer, SearchThreadData, ToIndexer } from './search/messages.ts';
import { openLetters } from './search/open-letters.ts';
import { failureOf } from './writer/writer.ts';

const LOWEST_PRIORITY = 19;

class IndexThread {
  readonly #port: MessagePort;
  readonly #keeper: IndexKeeper;
  readonly #close: () => void;
  /** Those who want to be told. */
  #waiting: { readonly number: number; readonly total: number }[] = [];
  #isWorking = false;
  /** There may be something to take in. */
  #isAsked = false;
  /** The index is to be thrown away first. */
  #isAnew = false;
  #isClosing = false;

  constructor(port: MessagePort, { folder }: SearchThreadData) {
    const { letters, close } = openLetters(folder);
    this.#port = port;
    this.#keeper = new IndexKeeper({
      letters, file: join(folder, INDEX_FILE),
      turn: async () => {},
      onBroken: ({ message }) => this.#say({ kind: 'index-broken', reason: message }),
    });
    this.#close = () => {
      this.#keeper.close();
      close();
      port.close();
    };
  }

  take(message: ToIndexer): void {
    switch (message.kind) {
      case 'look':
        this.#ask();
        break;
      case 'catch-up':
        this.#isAnew ||= message.isAnew;
        this.#waiting.push({ number: message.number, total: this.#keeper.waiting });
        this.#ask();
        break;
      case 'close':
        this.#isClosing = true;
        if (!this.#isWorking) this.#close();
        break;
      default: message satisfies never;
    }
  }

  #ask(): void {
    this.#isAsked = true;
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      while (this.#isAsked && !this.#isClosing) await this.#step();
    } catch (error) {
      this.#waiting = [];
      this.#say({ kind: 'trouble', failure: failureOf(error) });
    } finally {
      this.#isWorking = false;
    }
    if (this.#isClosing) this.#close();
  }

  async #step(): Promise<void> {
    if (this.#isAnew) this.#remake();
    this.#isAsked = false;
    // Who asks while we look must be looked for once more.
    const asked = this.#waiting.length;
    const { hasMore, dueDone } = await this.#keeper.step();
    if (dueDone !== undefined) this.#say({ kind: 'due-done', dueUpTo: dueDone });
    if (hasMore) {
      this.#isAsked = true;
      for (const { number, total } of this.#waiting) this.#say({ kind: 'progress', number, done: Math.max(0, total - this.#keeper.waiting), total });
    } else for (const { number } of this.#waiting.splice(0, asked)) this.#say({ kind: 'caught-up', number });
    // Whoever wants something else is heard between steps.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  #remake(): void {
    this.#isAnew = false;
    this.#keeper.remake();
    this.#waiting = this.#waiting.map(({ number }) => ({ number, total: this.#keeper.waiting }));
  }

  #say(message: FromIndexer): void {
    this.#port.postMessage(message);
  }
}

if (parentPort === null) throw new Error('indexing has a thread of its own');
setPriority(LOWEST_PRIORITY);
const thread = new IndexThread(parentPort, workerData);
parentPort.on('message', (message: ToIndexer) => thread.take(message));
