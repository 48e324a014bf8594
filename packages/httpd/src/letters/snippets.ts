/**
 * The beginning of each letter's text, read once: contents never change.
 */
import { BoundedMap } from '@posthorn/directory/bounded-map.ts';
import type { ContentId } from '@posthorn/store/ids.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { letterText } from './read-part.ts';
import type { LetterStore } from './read-part.ts';

const SNIPPET_CHARS_MAX = 160;
/** HTML needs a while to come to the point. */
const READ_OCTETS_MAX = 16_384;
const KEPT_MAX = 20_000;

export class Snippets {
  readonly #store: LetterStore;
  readonly #kept = new BoundedMap<ContentId, string>(KEPT_MAX);

  constructor(store: LetterStore) {
    this.#store = store;
  }

  async of(row: LetterRow): Promise<string> {
    const kept = this.#kept.get(row.content);
    if (kept !== undefined) return kept;
    const snippet = await this.#read(row);
    this.#kept.set(row.content, snippet);
    return snippet;
  }

  async #read(row: LetterRow): Promise<string> {
    try {
      const { text } = await letterText(this.#store, row, READ_OCTETS_MAX);
      const line = text.replaceAll(/[\s\u{200b}-\u{200f}]|\u{34f}/gu, ' ').replaceAll(/ {2,}/g, ' ').trim();
      return line.length <= SNIPPET_CHARS_MAX ? line : `${line.slice(0, SNIPPET_CHARS_MAX - 1).toWellFormed()}…`;
    } catch (fault) {
      // Deleted while the list was made.
      if (fault instanceof StoreFault) return '';
      throw fault;
    }
  }
}
