/**
 * All letters that have become visible, in the order in which they did.
 *
 * Inboxes look at it from their own cursor on; nobody takes a letter out. A letter bears the
 * stamp of its commit, so that one which was committed before an inbox was made, and read
 * after, is known as the earlier.
 */
import type { Letter } from '../letter/letter.ts';

export interface Arrival {
  readonly letter: Letter;
  /** Counts commits. */
  readonly stamp: number;
}

/** What an inbox needs of the letters; the register of this process has it, and one at the other end of HTTP. */
export interface Letters {
  /** Waits for what was committed until now. */
  look(): Promise<void>;
  /** Those visible, oldest first. */
  readonly all: readonly Arrival[];
  /** Calls `seen` after each letter that becomes visible. */
  watch(seen: () => void): () => void;
  /** A test has asked for it and got it. */
  claim(letter: Letter): void;
}

/** Resolves when all that was committed is visible. */
export type Source = () => Promise<void>;

export class Register implements Letters {
  readonly #arrivals: Arrival[] = [];
  readonly #claimed = new Set<Letter>();
  readonly #watchers = new Set<() => void>();
  readonly #sources = new Set<Source>();
  #stamp = 0;

  get all(): readonly Arrival[] {
    return this.#arrivals;
  }

  /** Of the last commit. */
  get now(): number {
    return this.#stamp;
  }

  /** For a commit that happens now. */
  stamp(): number {
    this.#stamp += 1;
    return this.#stamp;
  }

  add(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    for (const seen of this.#watchers) seen();
  }

  feed(source: Source): () => void {
    this.#sources.add(source);
    return () => void this.#sources.delete(source);
  }

  async look(): Promise<void> {
    await Promise.all(Array.from(this.#sources, (source) => source()));
  }

  watch(seen: () => void): () => void {
    // Its own function, so that the same one may watch twice.
    const own = (): void => seen();
    this.#watchers.add(own);
    return () => void this.#watchers.delete(own);
  }

  isClaimed(letter: Letter): boolean {
    return this.#claimed.has(letter);
  }

  claim(letter: Letter): void {
    this.#claimed.add(letter);
  }
}
