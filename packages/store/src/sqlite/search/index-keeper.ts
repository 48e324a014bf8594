/**
 * Opens the search index and makes it anew when it is broken or not of these books.
 */
import { rmSync } from 'node:fs';
import { Indexer, type Stepped } from './indexer.ts';
import { IndexBroken, type IndexWriter, MEMORY, openIndexForReading, openIndexForWriting, type SearchIndex } from './index-file.ts';
import type { Letters } from './letters.ts';

export interface KeeperOptions {
  readonly letters: Letters;
  /** Where it lies; `:memory:` for nowhere. */
  readonly file: string;
  /** Awaited now and then while letters are read. */
  readonly turn: () => Promise<void>;
  /** Told when the index had to be thrown away. */
  readonly onBroken: (error: IndexBroken) => void;
}

interface Open {
  readonly index: SearchIndex;
  readonly writer: IndexWriter;
  readonly indexer: Indexer;
}

export class IndexKeeper {
  readonly #options: KeeperOptions;
  #open: Open;
  #dueDone = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#open = this.#openOrRemake();
  }

  get index(): SearchIndex {
    return this.#open.index;
  }

  /** How many letters are to be taken in, at most. */
  get waiting(): number {
    return this.#open.indexer.waiting;
  }

  /** Some letters more. */
  async step(): Promise<Stepped> {
    try {
      const stepped = await this.#open.indexer.step(this.#dueDone);
      if (stepped.dueDone !== undefined) this.#dueDone = stepped.dueDone;
      return stepped;
    } catch (error) {
      if (!(error instanceof IndexBroken)) throw error;
      this.#options.onBroken(error);
      this.remake();
      return { hasMore: true };
    }
  }

  /** An empty one, in a file of its own: who still reads the old one may do so to the end. */
  remake(): void {
    const { file } = this.#options;
    if (file !== MEMORY) {
      this.#open.index.close();
      removeIndex(file);
    }
    this.#open = this.#openFile();
  }

  close(): void {
    this.#open.index.close();
  }

  #openOrRemake(): Open {
    try {
      return this.#openFile();
    } catch (error) {
      if (!(error instanceof IndexBroken)) throw error;
      this.#options.onBroken(error);
      removeIndex(this.#options.file);
      return this.#openFile();
    }
  }

  #openFile(): Open {
    const { file, letters, turn } = this.#options;
    const { index, writer } = openIndexForWriting(file);
    return { index, writer, indexer: new Indexer(letters, { index, writer, turn }) };
  }
}

function removeIndex(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}

/**
 * Removes an index that was not made of these books, and answers why. To be called before
 * anything is added to them: later it would not show.
 */
export function removeStrayIndex(file: string, letters: Letters): IndexBroken | undefined {
  let index: SearchIndex | undefined;
  try {
    index = openIndexForReading(file);
    if (index === undefined || index.isOf(letters)) return undefined;
    throw new IndexBroken('the search index is not of these books');
  } catch (error) {
    if (!(error instanceof IndexBroken)) throw error;
    index?.close();
    removeIndex(file);
    return error;
  } finally {
    index?.close();
  }
}
