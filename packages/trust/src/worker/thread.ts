/**
 * One worker thread of the judge, seen from the main thread, and the letters it has in hand.
 *
 * When the thread dies, its letters fail with it; the thread is not used again.
 */
import { Worker } from 'node:worker_threads';
import type { Lookup } from '../dns-lookup.ts';
import type { Findings } from '../findings.ts';
import type { JudgeRequest } from '../judge.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Octets of one letter that may be on their way to the thread. */
const WINDOW_OCTETS = 1_048_576;
const HEAP_MEGABYTES_MAX = 256;

interface Letter {
  readonly found: (findings: Findings) => void;
  readonly failed: (cause: unknown) => void;
  /** Sent and not yet worked through. */
  octets: number;
  /** DNS questions without an answer. */
  questions: number;
  isOver: boolean;
  wake: () => void;
}

export class JudgeThread {
  readonly #worker: Worker;
  readonly #lookup: Lookup;
  readonly #letters = new Map<number, Letter>();
  #lastId = 0;
  #isDead = false;
  #isDoomed = false;

  /** `onExit` is called once, with the cause if there was one. */
  constructor(entry: URL, lookup: Lookup, onExit: (cause: unknown) => void) {
    this.#lookup = lookup;
    this.#worker = new Worker(entry, { execArgv: [], name: 'judge', resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX } });
    // Waiting for letters is no reason for the process to go on.
    this.#worker.unref();
    let fault: unknown;
    this.#worker.on('error', (cause) => {
      fault = cause;
      this.#isDoomed = true;
    });
    this.#worker.on('message', (message: FromWorker) => this.#hear(message));
    this.#worker.on('exit', (code) => {
      this.#isDead = true;
      const cause = fault ?? new Error(`the judge's worker ended with code ${code}`);
      for (const letter of this.#letters.values()) letter.failed(cause);
      this.#letters.clear();
      onExit(cause);
    });
  }

  /** Whether it takes letters: not when it is about to end. */
  get isUsable(): boolean {
    return !this.#isDoomed && !this.#isDead;
  }

  /** Letters in hand. */
  get load(): number {
    return this.#letters.size;
  }

  /** Throws what the content throws, and when the thread fails or dies. */
  async examine({ content, ...request }: JudgeRequest, now: number, signal: AbortSignal): Promise<Findings> {
    if (this.#isDead) throw new Error('the judge\'s worker has ended');
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Findings>();
    const letter: Letter = { found: resolve, failed: reject, octets: 0, questions: 0, isOver: false, wake: () => {} };
    this.#letters.set(id, letter);
    this.#worker.ref();
    this.#say({ kind: 'judge', id, now, request });
    signal.addEventListener('abort', () => this.#abandon(id, letter), { once: true });
    try {
      const [findings] = await Promise.all([promise, this.#feed(id, letter, content)]);
      return findings;
    } finally {
      letter.isOver = true;
      letter.wake();
      this.#letters.delete(id);
      if (this.#letters.size === 0) this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #feed(id: number, letter: Letter, content: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const chunk of content) {
        if (letter.isOver) return;
        // A copy of just these octets, to be given away: a view would take its whole buffer along.
        const octets = new Uint8Array(chunk);
        letter.octets += octets.length;
        this.#say({ kind: 'chunk', id, octets }, [octets.buffer]);
        if (letter.octets > WINDOW_OCTETS) await new Promise<void>((resolve) => { letter.wake = resolve; });
      }
      this.#say({ kind: 'end', id });
    } catch (cause) {
      this.#say({ kind: 'abort', id });
      throw cause;
    }
  }

  /** Nobody waits for this letter any more. A thread that waits for nothing either is stuck, and ended. */
  #abandon(id: number, letter: Letter): void {
    if (letter.isOver) return;
    if (letter.questions > 0) {
      this.#say({ kind: 'abort', id });
      return;
    }
    this.#isDoomed = true;
    this.#worker.terminate().catch(letter.failed);
  }

  #hear(message: FromWorker): void {
    const letter = this.#letters.get(message.id);
    switch (message.kind) {
      case 'ask':
        this.#answer(message, letter).catch((cause: unknown) => letter?.failed(cause));
        return;
      case 'taken':
        if (letter === undefined) return;
        letter.octets -= message.octets;
        if (letter.octets <= WINDOW_OCTETS) letter.wake();
        return;
      case 'found':
        this.#finish(letter);
        letter?.found(message.findings);
        return;
      case 'failed':
        this.#finish(letter);
        letter?.failed(new Error(message.message));
    }
  }

  #finish(letter: Letter | undefined): void {
    if (letter === undefined) return;
    letter.isOver = true;
    letter.wake();
  }

  async #answer({ question, name, type }: Extract<FromWorker, { kind: 'ask' }>, letter: Letter | undefined): Promise<void> {
    if (letter !== undefined) letter.questions += 1;
    const answer = await this.#lookup(name, type);
    if (letter !== undefined) letter.questions -= 1;
    this.#say({ kind: 'answer', question, answer });
  }

  #say(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    if (!this.#isDead) this.#worker.postMessage(message, [...transfer]);
  }
}
