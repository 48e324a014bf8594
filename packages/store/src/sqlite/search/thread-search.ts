/**
 * Searches on a thread of its own, and keeps the index on another.
 *
 * Each thread is started when it is needed first, and again after it was lost: what it was
 * asked then fails, and nothing else does.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Log } from '@posthorn/world/log.ts';
import type { Uid } from '../../ids.ts';
import type { MailboxKey } from '../../messages.ts';
import type { LetterSearch, OnProgress, SearchOptions, Wanted } from '../../search.ts';
import { StoreFault } from '../../store.ts';
import { type Carrier, errorOf } from '../carrier.ts';
import { sortedUids } from '../uid-set.ts';
import { INDEX_FILE } from './index-file.ts';
import { removeStrayIndex } from './index-keeper.ts';
import type { Letters } from './letters.ts';
import { matchOf } from './match.ts';
import type { FromIndexer, FromSearcher, ToIndexer, ToSearcher } from './messages.ts';

export interface ThreadSearchOptions {
  readonly folder: string;
  readonly carrier: Carrier;
  readonly log: Log;
}

/** How long a letter waits for others before it is indexed with them; until then it is looked at. */
const GATHER_MS = 2000;

/** A question that waits for its answer. */
interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  readonly onProgress: OnProgress;
}

/** One question's worth of numbers, to tell answers by. */
class Questions<Answer> {
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #next = 0;

  ask(onProgress: OnProgress | undefined, send: (number: number) => void): Promise<Answer> {
    this.#next += 1;
    const number = this.#next;
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject, onProgress: onProgress ?? (() => {}) });
      send(number);
    });
  }

  answer(number: number, answer: Answer): void {
    this.#waiting.get(number)?.resolve(answer);
    this.#waiting.delete(number);
  }

  fail(number: number, error: unknown): void {
    this.#waiting.get(number)?.reject(error);
    this.#waiting.delete(number);
  }

  /** True: whoever waits wants no more. */
  progress(number: number, done: number, total: number): boolean {
    try {
      this.#waiting.get(number)?.onProgress(done, total);
      return false;
    } catch (error) {
      this.fail(number, error);
      return true;
    }
  }

  failAll(error: Error): void {
    for (const number of this.#waiting.keys()) this.fail(number, error);
  }
}

export class ThreadSearch implements LetterSearch {
  readonly #options: ThreadSearchOptions;
  readonly #finds = new Questions<readonly Uid[]>();
  readonly #catchUps = new Questions<void>();
  #searcher: Worker | undefined;
  #indexer: Worker | undefined;
  #isClosed = false;
  /** Runs out when there is something to index. */
  #gathering: NodeJS.Timeout | undefined;

  constructor(options: ThreadSearchOptions) {
    this.#options = options;
  }

  /** Before anything is written: throws away an index that is not of these books, and takes up what was left. */
  begin(letters: Letters): void {
    const stray = removeStrayIndex(join(this.#options.folder, INDEX_FILE), letters);
    if (letters.contentsAfter(0, 1).length === 0) return;
    if (stray !== undefined) this.#options.log.info({ reason: stray.message }, 'the search index is made anew');
    this.look();
  }

  /** Something was committed. */
  look(): void {
    if (this.#gathering !== undefined || this.#isClosed) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      this.#tellIndexer({ kind: 'look' });
    }, GATHER_MS);
  }

  async find(key: MailboxKey, wanted: readonly Wanted[], { among, onProgress, signal }: SearchOptions = {}): Promise<readonly Uid[]> {
    signal?.throwIfAborted();
    let asked = 0;
    const cancel = (): void => {
      this.#finds.fail(asked, signal?.reason);
      this.#tellSearcher({ kind: 'cancel', number: asked });
    };
    signal?.addEventListener('abort', cancel);
    try {
      return await this.#finds.ask(onProgress, (number) => {
        asked = number;
        this.#tellSearcher({ kind: 'find', number, key, wanted, among: among && Uint32Array.from(sortedUids(among)) });
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  isQuick(wanted: Wanted): boolean {
    return matchOf(wanted) !== undefined;
  }

  catchUp(onProgress?: OnProgress): Promise<void> {
    return this.#catchUps.ask(onProgress, (number) => this.#tellIndexer({ kind: 'catch-up', number, isAnew: false }));
  }

  rebuild(onProgress?: OnProgress): Promise<void> {
    return this.#catchUps.ask(onProgress, (number) => this.#tellIndexer({ kind: 'catch-up', number, isAnew: true }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#gathering);
    const threads = [this.#searcher, this.#indexer].filter((thread) => thread !== undefined);
    const ended = threads.map((thread) => new Promise((resolve) => {
      thread.once('exit', resolve);
    }));
    for (const thread of threads) thread.postMessage({ kind: 'close' } satisfies ToSearcher & ToIndexer);
    await Promise.all(ended);
  }

  #tellSearcher(message: ToSearcher): void {
    if (this.#isClosed) throw new StoreFault('the store is closed');
    this.#searcher ??= this.#start('search-thread', (cause) => {
      this.#searcher = undefined;
      this.#finds.failAll(new StoreFault('the search was interrupted', { cause }));
    }).on('message', (said: FromSearcher) => this.#hearSearcher(said));
    this.#searcher.postMessage(message);
  }

  #tellIndexer(message: ToIndexer): void {
    if (this.#isClosed) throw new StoreFault('the store is closed');
    this.#indexer ??= this.#start('index-thread', (cause) => {
      this.#indexer = undefined;
      this.#catchUps.failAll(new StoreFault('the search index is not kept any more', { cause }));
    }).on('message', (said: FromIndexer) => this.#hearIndexer(said));
    this.#indexer.postMessage(message);
  }

  /** `lose`: it has ended, and why. */
  #start(name: string, lose: (cause: Error) => void): Worker {
    // In the checkout this file is TypeScript and so is the thread's; in a package both are not.
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(`../${name}${extension}`, import.meta.url), {
      name: `posthorn-${name}`, workerData: { folder: this.#options.folder }, execArgv: [],
    });
    let cause = new Error(`the ${name} has ended`);
    worker.on('error', (error) => {
      cause = error;
      this.#options.log.error({ err: error }, 'a thread of the search is gone');
    });
    worker.once('exit', () => lose(cause));
    return worker;
  }

  #hearSearcher(said: FromSearcher): void {
    switch (said.kind) {
      case 'found':
        this.#finds.answer(said.number, said.uids);
        break;
      case 'failed':
        this.#finds.fail(said.number, errorOf(said.failure));
        break;
      case 'progress':
        if (this.#finds.progress(said.number, said.done, said.total)) this.#tellSearcher({ kind: 'cancel', number: said.number });
        break;
      case 'index-broken':
        this.#tellBroken(said.reason);
        // Nobody waits for it; whoever closes the store meanwhile hears of it there.
        this.rebuild().catch((error: unknown) => this.#options.log.warn({ err: error }, 'the search index could not be made anew'));
        break;
      default: said satisfies never;
    }
  }

  #hearIndexer(said: FromIndexer): void {
    switch (said.kind) {
      case 'due-done':
        if (!this.#isClosed) this.#forgetDue(said.dueUpTo);
        break;
      case 'caught-up':
        this.#catchUps.answer(said.number, undefined);
        break;
      case 'progress':
        this.#catchUps.progress(said.number, said.done, said.total);
        break;
      case 'index-broken':
        this.#tellBroken(said.reason);
        break;
      case 'trouble':
        this.#catchUps.failAll(errorOf(said.failure));
        this.#options.log.warn({ code: said.failure.code, reason: said.failure.message }, 'the search index could not be kept up');
        break;
      default: said satisfies never;
    }
  }

  /** If this comes to nothing it is done once more after the next opening. */
  #forgetDue(dueUpTo: number): void {
    this.#options.carrier.submit({ kind: 'search-indexed', dueUpTo }).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'what the search index knows could not be written down');
    });
  }

  #tellBroken(reason: string): void {
    this.#options.log.warn({ reason }, 'the search index is broken, and made anew');
  }
}
