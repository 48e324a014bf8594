/**
 * What the peer sends, chunk by chunk, asked for and never pushed.
 *
 * Nothing is read from the wire while nobody asks, so a peer that sends faster than we
 * obey fills its own buffers, not ours.
 */
import type { Connection } from '@posthorn/world/net.ts';

export class Inlet {
  readonly #connection: Connection;
  #asked: Promise<Buffer | undefined> | undefined;
  #answer: ((chunk: Buffer | undefined) => void) | undefined;
  #isOver = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.on('readable', this.#look);
    connection.on('end', this.#end);
    connection.on('close', this.#end);
  }

  /** The next chunk; undefined when the peer has closed or is gone. Asking again before the answer gives the same promise. */
  read(): Promise<Buffer | undefined> {
    const asked = this.#asked ?? new Promise<Buffer | undefined>((resolve) => { this.#answer = resolve; });
    this.#asked = asked;
    // Answers, and forgets the question, if something is there already.
    this.#look();
    return asked;
  }

  /** Drops what has come and was not asked for. */
  forget(): void {
    while (this.#take() !== undefined) continue;
  }

  /** Lets go of the connection; what has come stays on it. */
  release(): void {
    this.#connection.off('readable', this.#look);
    this.#connection.off('end', this.#end);
    this.#connection.off('close', this.#end);
    this.#settle(undefined);
  }

  readonly #look = (): void => {
    if (this.#answer === undefined) return;
    const chunk = this.#take();
    if (chunk !== undefined) this.#settle(chunk);
    else if (this.#isOver) this.#settle(undefined);
  };

  readonly #end = (): void => {
    this.#isOver = true;
    this.#look();
  };

  #take(): Buffer | undefined {
    const chunk: unknown = this.#connection.read();
    return Buffer.isBuffer(chunk) ? chunk : undefined;
  }

  #settle(chunk: Buffer | undefined): void {
    const answer = this.#answer;
    this.#asked = undefined;
    this.#answer = undefined;
    answer?.(chunk);
  }
}
