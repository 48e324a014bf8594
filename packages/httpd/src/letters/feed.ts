/**
 * Tells whoever listens what happens to letters, soon after each commit.
 *
 * The store only hints that somebody should look: one look is taken for all listeners, at most
 * every `LOOK_MS`, and finds the letters that came since the one before.
 */
import type { ContentId } from '@posthorn/store/ids.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock, Timer } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';

export type FeedEvent =
  | { readonly kind: 'letter'; readonly row: LetterRow }
  /** What is kept is not what it was: letters came, moved or went, or their flags changed. Once a look. */
  | { readonly kind: 'changed' };

type Listener = (event: FeedEvent) => void;

/** Soon enough to be seen as at once; long enough that a hundred letters cost few looks. */
const LOOK_MS = 15;
const PAGE = 100;

export interface FeedOptions {
  readonly store: Pick<Store, 'letters' | 'watch'>;
  readonly clock: Clock;
  readonly log: Log;
}

export class LetterFeed {
  readonly #options: FeedOptions;
  readonly #listeners = new Set<Listener>();
  #unwatch: (() => void) | undefined;
  #newest: ContentId | undefined;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #isDue = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Events from now on; resolves when nothing that happens later can be missed. Call what it gives to stop. */
  async listen(listener: Listener): Promise<() => void> {
    if (this.#unwatch === undefined) {
      this.#unwatch = this.#options.store.watch((change) => {
        if (change.kind !== 'spool') this.#ring();
      });
      this.#looking = this.#start();
    }
    await this.#looking;
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #stop(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#newest = undefined;
  }

  async #start(): Promise<void> {
    const [newest] = await this.#options.store.letters.page({ from: 'newest', limit: 1 });
    this.#newest = newest?.content;
  }

  #ring(): void {
    this.#isDue = true;
    this.#timer ??= this.#options.clock.deadline(LOOK_MS, () => {
      this.#timer = undefined;
      this.#looking = (this.#looking ?? Promise.resolve()).then(() => this.#look()).catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'feed could not look');
      });
    });
  }

  async #look(): Promise<void> {
    if (!this.#isDue || this.#unwatch === undefined) return;
    this.#isDue = false;
    for (let isMore = true; isMore;) {
      const rows = await this.#options.store.letters.page({ from: 'oldest', limit: PAGE, ...(this.#newest === undefined ? {} : { past: this.#newest }) });
      for (const row of rows) {
        this.#newest = row.content;
        this.#tell({ kind: 'letter', row });
      }
      isMore = rows.length === PAGE;
    }
    this.#tell({ kind: 'changed' });
  }

  #tell(event: FeedEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
