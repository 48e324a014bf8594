/**
 * Searches on this very thread: for books in memory, and for simulation.
 *
 * No timers: each search takes some letters into the index first, and looks at the others. The
 * same acts in the same order do the same.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Uid } from '../../ids.ts';
import type { MailboxKey } from '../../messages.ts';
import type { LetterSearch, OnProgress, SearchOptions, Wanted } from '../../search.ts';
import type { Carrier } from '../carrier.ts';
import { sortedUids } from '../uid-set.ts';
import { Finder } from './finder.ts';
import { MEMORY } from './index-file.ts';
import { IndexKeeper } from './index-keeper.ts';
import type { Letters } from './letters.ts';
import { matchOf } from './match.ts';

/** Work without a break longer than this keeps others waiting. */
const TURN_MS = 10;
const STEPS_PER_FIND = 1;

export class InlineSearch implements LetterSearch {
  readonly #clock: Clock;
  readonly #carrier: Carrier;
  readonly #keeper: IndexKeeper;
  readonly #finder: Finder;
  /** Steps, one after the other. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(letters: Letters, { clock, carrier }: { readonly clock: Clock; readonly carrier: Carrier }) {
    this.#clock = clock;
    this.#carrier = carrier;
    this.#keeper = new IndexKeeper({ letters, file: MEMORY, turn: this.#taking(undefined), onBroken: () => {} });
    this.#finder = new Finder(letters, { index: () => this.#keeper.index, onBroken: () => this.#keeper.remake() });
  }

  async find(key: MailboxKey, wanted: readonly Wanted[], { among, onProgress, signal }: SearchOptions = {}): Promise<readonly Uid[]> {
    signal?.throwIfAborted();
    for (let step = 0; step < STEPS_PER_FIND; step += 1) await this.#step();
    return this.#finder.find({
      key, wanted, among: among && sortedUids(among), onProgress: onProgress ?? (() => {}), turn: this.#taking(signal),
    });
  }

  isQuick(wanted: Wanted): boolean {
    return matchOf(wanted) !== undefined;
  }

  async catchUp(onProgress?: OnProgress): Promise<void> {
    const total = this.#keeper.waiting;
    while (await this.#step()) onProgress?.(Math.max(0, total - this.#keeper.waiting), total);
  }

  async rebuild(onProgress?: OnProgress): Promise<void> {
    await this.#inOrder(async () => this.#keeper.remake());
    await this.catchUp(onProgress);
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => {});
    this.#keeper.close();
  }

  #step(): Promise<boolean> {
    return this.#inOrder(async () => {
      const { hasMore, dueDone } = await this.#keeper.step();
      if (dueDone !== undefined) await this.#carrier.submit({ kind: 'search-indexed', dueUpTo: dueDone });
      return hasMore;
    });
  }

  #inOrder<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(act, act);
    this.#tail = done;
    return done;
  }

  /** Gives way to others when we have worked for a while. */
  #taking(signal: AbortSignal | undefined): () => Promise<void> {
    let since = this.#clock.monotonic();
    return async () => {
      signal?.throwIfAborted();
      if (this.#clock.monotonic() - since < TURN_MS) return;
      await nextTurn();
      since = this.#clock.monotonic();
    };
  }
}
