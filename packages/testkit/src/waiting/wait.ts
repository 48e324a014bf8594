/**
 * Waits for letters: subscribes first, then looks, so that none is missed between the two.
 *
 * On a timeout the error tells what did come, and why each letter was not it.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import { told } from '../duration.ts';
import type { Letter } from '../letter/letter.ts';
import { type Criteria, mismatch, wanted } from './criteria.ts';
import type { Letters } from './register.ts';

export interface WaitRequest {
  /** Who waits, for the error: `k3f9@inbox.test`. */
  readonly name: string;
  readonly letters: Letters;
  /** The stamp of the last commit that does not count. */
  readonly since: number;
  readonly isMine: (letter: Letter) => boolean;
  readonly criteria: Criteria | undefined;
  readonly count: number;
  readonly timeout: Milliseconds;
  /** Always the real one: what is waited for is done by a program in real time. */
  readonly clock: Pick<Clock, 'deadline'>;
  readonly signal: AbortSignal | undefined;
  /** More for the error: what was refused meanwhile. */
  readonly complaints: () => readonly string[];
}

/** What was waited for did not come. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout';
}

const LETTERS_TOLD_MAX = 20;
const NOTHING = { letter: undefined, stamp: 0 };

/** The first `count` letters that match, in the order of their arrival. Throws `WaitTimeout`. */
export async function waitForLetters(request: WaitRequest): Promise<readonly Letter[]> {
  const { letters, timeout, clock, signal } = request;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<readonly Letter[]>();
  const search = new Search(request);
  const check = (): void => {
    const found = search.look();
    if (found !== undefined) resolve(found);
  };
  const onAbort = (): void => reject(signal?.reason);
  const unwatch = letters.watch(check);
  const timer = clock.deadline(timeout, () => reject(new WaitTimeout(search.report())));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    // Not awaited: what fails to be looked at is told, and what comes meanwhile is seen.
    letters.look().then(check, reject);
    const found = await promise;
    for (const letter of found) letters.claim(letter);
    return found;
  } finally {
    unwatch();
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Looks at each letter once. */
class Search {
  readonly #request: WaitRequest;
  readonly #found: Letter[] = [];
  readonly #others: { readonly letter: Letter; readonly why: string }[] = [];
  readonly #elsewhere: Letter[] = [];
  #at = 0;

  constructor(request: WaitRequest) {
    this.#request = request;
  }

  look(): readonly Letter[] | undefined {
    const { letters: { all }, since, isMine, criteria, count } = this.#request;
    for (; this.#at < all.length && this.#found.length < count; this.#at += 1) {
      const { letter, stamp } = all[this.#at] ?? NOTHING;
      if (letter === undefined || stamp <= since) continue;
      const why = isMine(letter) ? mismatch(letter, criteria) : '';
      if (why === undefined) this.#found.push(letter);
      else if (why === '') this.#elsewhere.push(letter);
      else this.#others.push({ letter, why });
    }
    return this.#found.length < count ? undefined : this.#found;
  }

  report(): string {
    const { name, criteria, count, timeout, complaints } = this.#request;
    const what = count === 1 ? wanted(criteria) : `${count} times ${wanted(criteria)}`;
    const came = count > 1 ? `, only ${this.#found.length}` : '';
    return [
      `${what} did not come to ${name} within ${told(timeout)}${came}`,
      ...section('No match:', this.#others.map(({ letter, why }) => `${line(letter)}: ${why}`)),
      ...section('Came for others:', this.#elsewhere.map((letter) => `${line(letter)} to ${letter.recipient}`)),
      ...(this.#others.length + this.#elsewhere.length + this.#found.length === 0 ? ['No letter came at all.'] : []),
      ...section('Refused over SMTP:', complaints()),
    ].join('\n');
  }
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - LETTERS_TOLD_MAX;
  return [title, ...lines.slice(0, LETTERS_TOLD_MAX).map((line) => `  ${line}`), ...(more > 0 ? [`  … and ${more} more`] : [])];
}

export function line(letter: Letter): string {
  return `“${letter.subject}” from ${letter.envelope.from || '<>'}`;
}
