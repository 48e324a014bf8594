/**
 * The index as it lies in the folder now: it may be made anew under who reads it.
 *
 * A file that was removed can still be read to the end, so searches under way keep the one
 * that they began with.
 */
import { statSync } from 'node:fs';
import { openIndexForReading, type SearchIndex } from './index-file.ts';

export class FreshIndex {
  readonly #file: string;
  #open: { readonly index: SearchIndex; readonly inode: number } | undefined;
  #old: SearchIndex[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined: there is none yet. Throws `IndexBroken`. */
  get(): SearchIndex | undefined {
    const inode = statSync(this.#file, { throwIfNoEntry: false })?.ino;
    if (inode !== undefined && inode === this.#open?.inode) return this.#open.index;
    if (this.#open !== undefined) this.#old.push(this.#open.index);
    this.#open = undefined;
    const index = inode === undefined ? undefined : openIndexForReading(this.#file);
    if (index !== undefined && inode !== undefined) this.#open = { index, inode };
    return index;
  }

  /** Nobody reads any: those that were replaced are closed. */
  rest(): void {
    for (const index of this.#old.splice(0)) index.close();
  }

  close(): void {
    this.rest();
    this.#open?.index.close();
  }
}
