/**
 * Looks for several strings at once in text that streams by; holds no more of it than the longest is long.
 */
import { foldCase } from './fold-case.ts';
import type { TextSink } from './letter-text.ts';

export class TextSearch implements TextSink {
  readonly #found = new Set<string>();
  readonly #missing: Set<string>;
  readonly #tailLength: number;
  #tail = '';

  /** Needles as `foldCase` makes them. */
  constructor(needles: readonly string[]) {
    this.#missing = new Set(needles);
    this.#tailLength = Math.max(0, ...needles.map((needle) => needle.length - 1));
  }

  push(text: string): void {
    if (this.isDone) return;
    const seen = this.#tail + foldCase(text);
    for (const needle of this.#missing) {
      if (!seen.includes(needle)) continue;
      this.#missing.delete(needle);
      this.#found.add(needle);
    }
    this.#tail = this.#tailLength === 0 ? '' : seen.slice(-this.#tailLength);
  }

  /** What follows is another text: nothing is found across the border. */
  endPart(): void {
    this.#tail = '';
  }

  has(needle: string): boolean {
    return this.#found.has(needle);
  }

  /** All have been found: no need to read on. */
  get isDone(): boolean {
    return this.#missing.size === 0;
  }
}
