/**
 * An inbox of a test: one address with its plus-forms, or a whole domain, from now on.
 *
 * Its cursor is its creation: what came before is not its own, what comes after is, however
 * often it is asked for.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import { bounceOf, type BounceOptions } from '../conversation/bounce.ts';
import { complaintAbout, type ComplaintOptions } from '../conversation/complaint.ts';
import type { Outgoing, Sent, Stationery } from '../conversation/outgoing.ts';
import { outOfOffice, replyTo, writeTo, type Writing } from '../conversation/reply.ts';
import { type Attendance, rsvpTo } from '../conversation/rsvp.ts';
import { oneClick } from '../conversation/unsubscribe.ts';
import { type Duration, milliseconds, told } from '../duration.ts';
import type { Letter } from '../letter/letter.ts';
import { type Criteria, mismatch, wanted } from './criteria.ts';
import type { Letters } from './register.ts';
import { line, waitForLetters } from './wait.ts';

export interface WaitOptions {
  /** Real time; 5 s by default. */
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
}

export interface InboxParts {
  readonly scope: Scope;
  readonly letters: Letters;
  /** The stamp of the last commit before it was made. */
  readonly since: number;
  readonly clock: Pick<Clock, 'deadline'>;
  /** Lets that much time pass, real or simulated; what was under way has arrived then. */
  readonly quiet: (ms: Milliseconds) => Promise<void>;
  /** What was refused over SMTP since `since`, for errors. */
  readonly complaints: () => readonly string[];
  /** Sends what the other side writes. */
  readonly send: (write: (stationery: Stationery) => Outgoing) => Promise<Sent>;
}

/** Which addresses an inbox has. */
export interface Scope {
  /** A plain address, whichever else it has. */
  readonly address: string;
  readonly name: string;
  has(address: string): boolean;
  /** Another address of it. */
  form(word: string): string;
}

const TIMEOUT: Duration = '5s';
const QUIET: Duration = '1s';

/** A letter came that was not to come. */
export class UnexpectedLetter extends Error {
  override readonly name = 'UnexpectedLetter';
}

export class Inbox {
  readonly #parts: InboxParts;
  readonly #handed = new Set<Letter>();

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** The address to give to the application. */
  get address(): string {
    return this.#parts.scope.address;
  }

  /** Another address of this inbox: `k3f9+word@…` of an address, `word@k3f9.…` of a whole domain. */
  form(word: string): string {
    return this.#parts.scope.form(word);
  }

  /** Whether letters to this address are its own. */
  has(address: string): boolean {
    return this.#parts.scope.has(address);
  }

  /** All its letters until now, oldest first. */
  async letters(criteria?: Criteria): Promise<readonly Letter[]> {
    await this.#parts.letters.look();
    const found = this.#own.filter((letter) => mismatch(letter, criteria) === undefined);
    for (const letter of found) this.#parts.letters.claim(letter);
    return found;
  }

  /** The first letter that matches, at once if it came already. With `count`, so many of them. Throws `WaitTimeout`. */
  waitFor(criteria?: Criteria, options?: WaitOptions): Promise<Letter>;
  waitFor(criteria: Criteria | undefined, options: WaitOptions & { readonly count: number }): Promise<readonly Letter[]>;
  async waitFor(criteria?: Criteria, options: WaitOptions & { readonly count?: number } = {}): Promise<Letter | readonly Letter[]> {
    const { count } = options;
    const found = await this.#wait(criteria, { ...options, count: count ?? 1, isWanted: () => true });
    return count === undefined ? only(found) : found;
  }

  /** The first letter that matches and that `next` has not given yet. Throws `WaitTimeout`. */
  async next(criteria?: Criteria, options: WaitOptions = {}): Promise<Letter> {
    const letter = only(await this.#wait(criteria, { ...options, count: 1, isWanted: (one) => !this.#handed.has(one) }));
    this.#handed.add(letter);
    return letter;
  }

  /** A letter for each, in whatever order they come. Throws `WaitTimeout` for the first that is missing. */
  waitForAll(all: readonly Criteria[], options: WaitOptions = {}): Promise<readonly Letter[]> {
    return Promise.all(all.map((criteria) => this.waitFor(criteria, options)));
  }

  /** Nothing has come, nor comes while it is quiet for so long. Throws `UnexpectedLetter`, at once when one comes. */
  async expectNone({ quiet = QUIET, matching }: { readonly quiet?: Duration; readonly matching?: Criteria } = {}): Promise<void> {
    const { letters, quiet: pass } = this.#parts;
    const come = Promise.withResolvers<never>();
    come.promise.catch(() => {});
    const check = (): void => {
      const unexpected = this.#own.find((letter) => mismatch(letter, matching) === undefined);
      if (unexpected === undefined) return;
      come.reject(new UnexpectedLetter(`${this.#parts.scope.name} was to stay without ${wanted(matching)} for ${told(milliseconds(quiet))}; there is ${line(unexpected)}`));
    };
    const unwatch = letters.watch(check);
    try {
      await letters.look();
      check();
      await Promise.race([come.promise, pass(milliseconds(quiet)).then(() => letters.look())]);
      check();
      // What was rejected a moment ago is told.
      await Promise.race([come.promise, Promise.resolve()]);
    } finally {
      unwatch();
    }
  }

  /** Answers a letter as a person does: to Reply-To or From, threaded, the letter quoted. */
  reply(letter: Letter, writing: Writing = {}): Promise<Sent> {
    return this.#parts.send((stationery) => replyTo(letter, writing, stationery));
  }

  /** Answers it as a vacation program does (RFC 3834). */
  outOfOffice(letter: Letter, writing: Writing = {}): Promise<Sent> {
    return this.#parts.send((stationery) => outOfOffice(letter, writing, stationery));
  }

  /** Writes a letter from this inbox. */
  write(to: string, writing: Writing): Promise<Sent> {
    return this.#parts.send((stationery) => writeTo(this.address, to, writing, stationery));
  }

  /** The recipient's host took the letter, and now returns it to the envelope's sender (RFC 3464). */
  bounce(letter: Letter, status = '5.1.1', options: BounceOptions = {}): Promise<Sent> {
    return this.#parts.send((stationery) => bounceOf(letter, status, options, stationery));
  }

  /** The reader called it spam, and his provider tells the sender (ARF, RFC 5965). */
  complain(letter: Letter, options: ComplaintOptions = {}): Promise<Sent> {
    return this.#parts.send((stationery) => complaintAbout(letter, options, stationery));
  }

  /** Answers an invitation (RFC 5546). */
  rsvp(letter: Letter, attendance: Attendance): Promise<Sent> {
    return this.#parts.send((stationery) => rsvpTo(letter, attendance, stationery));
  }

  /** Leaves the list with one click (RFC 8058). Throws `UnsubscribeFailed`. */
  unsubscribe(letter: Letter): Promise<{ readonly status: number; readonly url: string }> {
    return oneClick(letter);
  }

  get #own(): readonly Letter[] {
    const { letters, since, scope } = this.#parts;
    return letters.all.filter(({ letter, stamp }) => stamp > since && scope.has(letter.recipient)).map(({ letter }) => letter);
  }

  #wait(criteria: Criteria | undefined, { count, timeout = TIMEOUT, signal, isWanted }: WaitOptions & {
    readonly count: number; readonly isWanted: (letter: Letter) => boolean;
  }): Promise<readonly Letter[]> {
    const { scope, letters, since, clock, complaints } = this.#parts;
    return waitForLetters({
      name: scope.name,
      letters,
      since,
      isMine: (letter) => scope.has(letter.recipient) && isWanted(letter),
      criteria,
      count,
      timeout: milliseconds(timeout),
      clock,
      signal,
      complaints,
    });
  }
}

function only([letter]: readonly Letter[]): Letter {
  if (letter === undefined) throw new Error('waiting for one letter gives one');
  return letter;
}
