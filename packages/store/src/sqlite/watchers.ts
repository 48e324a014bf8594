/**
 * Those who want to be told of each commit.
 */
import type { Log } from '@posthorn/world/log.ts';
import type { StoreChange } from '../store.ts';

type Look = (change: StoreChange) => void;

export class Watchers {
  readonly #log: Log;
  readonly #looks = new Set<Look>();

  constructor(log: Log) {
    this.#log = log;
  }

  add(look: Look): () => void {
    // Its own function, so that the same one may watch twice.
    const own: Look = (change) => look(change);
    this.#looks.add(own);
    return () => {
      this.#looks.delete(own);
    };
  }

  tell(changes: readonly StoreChange[]): void {
    for (const look of this.#looks) {
      for (const change of changes) this.#tellOne(look, change);
    }
  }

  /** A commit is not undone because somebody who was told of it stumbled. */
  #tellOne(look: Look, change: StoreChange): void {
    try {
      look(change);
    } catch (error) {
      this.#log.error({ err: error }, 'a watcher of the store failed');
    }
  }
}
