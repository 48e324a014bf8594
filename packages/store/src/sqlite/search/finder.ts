/**
 * Finds the messages that hold what is wanted: asks the index for candidates, adds what it does
 * not know, and looks at each of them.
 *
 * Nothing here holds the books open for longer than a question; between pages others have
 * their turn.
 */
import { holdsAll, type Wanted } from '@posthorn/mail/wanted.ts';
import { type Uid, uid as asUid } from '../../ids.ts';
import type { MailboxKey } from '../../messages.ts';
import type { OnProgress } from '../../search.ts';
import { IndexBroken, type SearchIndex } from './index-file.ts';
import type { Letters } from './letters.ts';
import { matchAll } from './match.ts';

const CANDIDATES_PER_PAGE = 1000;
const ROWS_PER_PAGE = 100;
/** So few are looked at without asking the index. */
const AMONG_FEW = 20;

export interface FindTask {
  readonly key: MailboxKey;
  readonly wanted: readonly Wanted[];
  /** Ascending; undefined: all of the mailbox. */
  readonly among: readonly number[] | undefined;
  readonly onProgress: OnProgress;
  /** Awaited often: gives way to others, and throws when nobody waits for the answer any more. */
  readonly turn: () => Promise<void>;
}

export class Finder {
  readonly #letters: Letters;
  readonly #index: () => SearchIndex | undefined;
  readonly #onBroken: (error: IndexBroken) => void;

  /** `index`: as it is now; undefined if there is none to ask. `onBroken`: it cannot be read. */
  constructor(letters: Letters, { index, onBroken }: { readonly index: () => SearchIndex | undefined; readonly onBroken: (error: IndexBroken) => void }) {
    this.#letters = letters;
    this.#index = index;
    this.#onBroken = onBroken;
  }

  async find(task: FindTask): Promise<readonly Uid[]> {
    const { key, wanted, onProgress, turn } = task;
    const uids = await this.#worthLooking(task);
    const found: Uid[] = [];
    for (let at = 0; at < uids.length; at += ROWS_PER_PAGE) {
      for (const row of this.#letters.rows(key, uids.slice(at, at + ROWS_PER_PAGE).map(asUid))) {
        if (await holdsAll(this.#letters.searched(row, turn), wanted)) found.push(row.uid);
        await turn();
      }
      onProgress(Math.min(at + ROWS_PER_PAGE, uids.length), uids.length);
    }
    return found;
  }

  /** Ascending: all that may hold it, and no more than must be. */
  async #worthLooking(task: FindTask): Promise<readonly number[]> {
    const { key, wanted, among } = task;
    const match = among !== undefined && among.length <= AMONG_FEW ? undefined : matchAll(wanted, key.account);
    try {
      const index = match === undefined ? undefined : this.#index();
      if (match === undefined || index === undefined) return among ?? this.#letters.uids(key);
      const uids = await this.#candidates(task, { index, match });
      if (among === undefined) return uids;
      const asked = new Set(among);
      return uids.filter((uid) => asked.has(uid));
    } catch (error) {
      if (!(error instanceof IndexBroken)) throw error;
      this.#onBroken(error);
      return among ?? this.#letters.uids(key);
    }
  }

  async #candidates({ key, turn }: FindTask, { index, match }: { readonly index: SearchIndex; readonly match: string }): Promise<readonly number[]> {
    const letters = this.#letters;
    const uids = new Set<number>();
    const add = (more: readonly number[]): void => {
      for (const uid of more) uids.add(uid);
    };
    const { covered } = index;
    // In this order: what is taken in or made anew from here on is among the candidates.
    for (const { content } of letters.due(0, Number.MAX_SAFE_INTEGER)) add(letters.uidsOf(key, content));
    for (const content of index.loose()) add(letters.uidsOf(key, content));
    for (const some of letters.uidsBehind(key, covered)) {
      add(some);
      await turn();
    }
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: readonly number[] = index.candidates(match, { after, upTo: covered, limit: CANDIDATES_PER_PAGE });
      for (const content of page) add(letters.uidsOf(key, content));
      after = page.length < CANDIDATES_PER_PAGE ? undefined : page.at(-1);
      await turn();
    }
    // What turned out loose when it was made anew.
    for (const content of index.loose()) add(letters.uidsOf(key, content));
    return [...uids].toSorted((a, b) => a - b);
  }
}
