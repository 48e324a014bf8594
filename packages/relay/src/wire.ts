/**
 * A connection that can be read and written with a time limit, and stopped.
 *
 * Never throws: what ends the stream is a value, told once everything received before it
 * was read.
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { Connection } from '@posthorn/world/net.ts';

export type Interruption = 'cut' | 'timeout' | 'called-off';

export interface Patience {
  readonly timeout: Milliseconds;
  readonly signal?: AbortSignal | undefined;
}

/** Held back until this much is there to write, or something is awaited. */
const HELD_OCTETS = 65_536;

export class Wire {
  readonly #connection: Connection;
  readonly #clock: Clock;
  #outgoing: Buffer[] = [];
  #outgoingOctets = 0;
  #isEnded = false;
  #isFull = false;
  #isReleased = false;
  #onChange: () => void = () => {};

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    connection.on('readable', this.#changed);
    connection.on('drain', this.#drained);
    connection.on('end', this.#ended);
    connection.on('close', this.#ended);
    connection.on('error', this.#ended);
  }

  readonly #changed = (): void => {
    this.#onChange();
  };

  readonly #drained = (): void => {
    this.#isFull = false;
    this.#onChange();
  };

  readonly #ended = (): void => {
    this.#isEnded = true;
    this.#onChange();
  };

  /** The other side has gone, or has said something that nobody asked for. */
  get isDisturbed(): boolean {
    return this.#isEnded || this.#connection.destroyed || this.#connection.readableLength > 0;
  }

  /** Calls `act` when the wire becomes disturbed, at most once, while nobody reads. */
  whenDisturbed(act: () => void): void {
    this.#onChange = () => {
      if (!this.isDisturbed) return;
      this.#onChange = () => {};
      act();
    };
  }

  /** Ends `whenDisturbed`. */
  calm(): void {
    this.#onChange = () => {};
  }

  /** Queues octets; they go out together with the next that are awaited. */
  write(octets: Buffer): void {
    this.#outgoing.push(octets);
    this.#outgoingOctets += octets.length;
  }

  get isHeavy(): boolean {
    return this.#outgoingOctets >= HELD_OCTETS;
  }

  /** Writes what is queued; done when there is room again, or something to read. */
  async flush({ timeout, signal }: Patience): Promise<Interruption | undefined> {
    this.#flush();
    const answer = await this.#until(() => {
      if (this.#isGone) return 'cut';
      return !this.#isFull || this.#connection.readableLength > 0 ? 'ready' : undefined;
    }, { timeout, signal });
    return answer === 'ready' ? undefined : answer;
  }

  /** What came in since, without waiting. */
  take(): Buffer | undefined {
    const chunk: unknown = this.#connection.read();
    return Buffer.isBuffer(chunk) ? chunk : undefined;
  }

  /** Writes what is queued and waits for octets. */
  async read(patience: Patience): Promise<Buffer | Interruption> {
    this.#flush();
    return this.#until(() => this.take() ?? (this.#isGone ? 'cut' : undefined), patience);
  }

  /** Lets go of the connection, for TLS to be put on top of it. */
  release(): Connection {
    this.#flush();
    this.#isReleased = true;
    const connection = this.#connection;
    connection.off('readable', this.#changed);
    connection.off('drain', this.#drained);
    connection.off('end', this.#ended);
    connection.off('close', this.#ended);
    connection.off('error', this.#ended);
    // What still goes wrong below shows above.
    connection.on('error', () => {});
    return connection;
  }

  /** Closes in order: what is queued goes out first. */
  end(): void {
    if (this.#isReleased) return;
    this.#flush();
    const connection = this.#connection;
    connection.end(() => connection.destroy());
  }

  destroy(): void {
    if (!this.#isReleased) this.#connection.destroy();
  }

  get #isGone(): boolean {
    return this.#isEnded || this.#connection.destroyed;
  }

  #flush(): void {
    if (this.#outgoing.length === 0) return;
    const [first, ...others] = this.#outgoing;
    const octets = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    this.#outgoingOctets = 0;
    if (this.#connection.writable && !this.#connection.write(octets)) this.#isFull = true;
  }

  async #until<T>(look: () => T | undefined, { timeout, signal }: Patience): Promise<T | Interruption> {
    const first = look();
    if (first !== undefined) return first;
    if (signal?.aborted) return 'called-off';
    return new Promise((resolve) => {
      const finish = (answer: T | Interruption): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        this.#onChange = () => {};
        resolve(answer);
      };
      const onAbort = (): void => finish('called-off');
      const timer = this.#clock.deadline(timeout, () => finish('timeout'));
      signal?.addEventListener('abort', onAbort);
      this.#onChange = () => {
        const answer = look();
        if (answer !== undefined) finish(answer);
      };
    });
  }
}
