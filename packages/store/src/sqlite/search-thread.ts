/**
 * The searching thread: looks through letters for whoever asks, several searches in turn.
 */
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type FindTask, Finder } from './search/finder.ts';
import { FreshIndex } from './search/fresh-index.ts';
import { INDEX_FILE } from './search/index-file.ts';
import type { FromSearcher, SearchThreadData, ToSearcher } from './search/messages.ts';
import { openLetters } from './search/open-letters.ts';
import { failureOf } from './writer/writer.ts';

/** Work without a break longer than this keeps other searches waiting. */
const TURN_MS = 10;
/** Who waits is told no more often. */
const PROGRESS_MS = 200;

class SearchThread {
  readonly #port: MessagePort;
  readonly #index: FreshIndex;
  readonly #finder: Finder;
  readonly #close: () => void;
  /** Numbers of the searches under way; one that is taken out ends at its next turn. */
  readonly #active = new Set<number>();
  #isClosing = false;

  constructor(port: MessagePort, { folder }: SearchThreadData) {
    const { letters, close } = openLetters(folder);
    this.#port = port;
    this.#index = new FreshIndex(join(folder, INDEX_FILE));
    this.#finder = new Finder(letters, {
      index: () => this.#index.get(),
      onBroken: ({ message }) => this.#say({ kind: 'index-broken', reason: message }),
    });
    this.#close = () => {
      this.#index.close();
      close();
      port.close();
    };
  }

  take(message: ToSearcher): void {
    switch (message.kind) {
      case 'find':
        void this.#find(message);
        break;
      case 'cancel':
        this.#active.delete(message.number);
        break;
      case 'close':
        this.#isClosing = true;
        this.#active.clear();
        void this.#rest();
        break;
      default: message satisfies never;
    }
  }

  async #find({ number, key, wanted, among }: Extract<ToSearcher, { readonly kind: 'find' }>): Promise<void> {
    this.#active.add(number);
    try {
      const uids = await this.#finder.find({
        key, wanted, among: among && Array.from(among), turn: this.#turning(number), onProgress: this.#telling(number),
      });
      this.#say({ kind: 'found', number, uids });
    } catch (error) {
      if (this.#active.has(number)) this.#say({ kind: 'failed', number, failure: failureOf(error) });
    } finally {
      this.#active.delete(number);
      await this.#rest();
    }
  }

  /** When nobody searches, what nobody needs any more is closed. */
  async #rest(): Promise<void> {
    // Whoever was taken out has to notice first.
    await nextTurn();
    if (this.#active.size > 0) return;
    if (this.#isClosing) this.#close();
    else this.#index.rest();
  }

  #turning(number: number): FindTask['turn'] {
    let since = performance.now();
    return async () => {
      if (performance.now() - since >= TURN_MS) {
        await nextTurn();
        since = performance.now();
      }
      if (!this.#active.has(number)) throw new Error('nobody waits for this search any more');
    };
  }

  #telling(number: number): FindTask['onProgress'] {
    let told = performance.now();
    return (done, total) => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      this.#say({ kind: 'progress', number, done, total });
    };
  }

  #say(message: FromSearcher): void {
    this.#port.postMessage(message);
  }
}

/** After the messages that have arrived. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

if (parentPort === null) throw new Error('searching has a thread of its own');
const thread = new SearchThread(parentPort, workerData);
parentPort.on('message', (message: ToSearcher) => thread.take(message));
