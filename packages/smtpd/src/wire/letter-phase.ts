/**
 * A letter between 354 and the reply to its final dot.
 *
 * Hands the content to the session's intake as it comes, and stops doing so at once when the
 * letter is too large, has bare CR, LF or NUL where they are refused, or the disk fails; what
 * still comes is read and dropped, up to a bound, so that the reply finds its reader.
 * RFC 5321 §4.1.1.4, §4.2.5 (the reply says who is responsible), RFC 1870 §6.3, RFC 2033 §4.2.
 */
import type { SmtpLimits } from '../limits.ts';
import { type Reply, reply } from '../reply.ts';
import type { LetterIntake } from '../session.ts';
import { tooLarge } from './arguments.ts';
import type { DotReader, LineTrouble } from './dot-reader.ts';
import type { LetterSink } from './line-stream.ts';

export interface LetterPhaseOptions {
  readonly intake: LetterIntake;
  readonly reader: DotReader;
  /** Whether bare CR, LF and NUL are refused. */
  readonly isStrict: boolean;
  readonly limits: SmtpLimits;
  /** What becomes of something thrown: a reply, or the end of the connection. */
  readonly fault: (cause: unknown) => Reply;
  /** Before each piece; a promise makes the client wait. */
  readonly pace: (octets: number) => void | Promise<void>;
  /** More came than we are willing to read away. */
  readonly overflow: (refusal: Reply) => void;
  /** Says the replies; `finish` works them out. */
  readonly conclude: (finish: () => Promise<readonly Reply[]>) => Promise<void>;
}

const TROUBLES: Readonly<Record<LineTrouble, Reply>> = {
  'bare-cr': reply(550, '5.6.0', 'The letter has a bare CR: lines end in CRLF'),
  'bare-lf': reply(550, '5.6.0', 'The letter has a bare LF: lines end in CRLF'),
  nul: reply(550, '5.6.0', 'The letter has a NUL octet'),
};

export class LetterPhase implements LetterSink {
  readonly #options: LetterPhaseOptions;
  #octets = 0;
  /** Why the letter will not be taken; its intake is discarded by then. */
  #refusal: Reply | undefined;
  /** The intake was finished, or discarded because the client is gone. */
  #isOver = false;

  constructor(options: LetterPhaseOptions) {
    this.#options = options;
  }

  /** Of the content so far. */
  get octets(): number {
    return this.#octets;
  }

  take(content: Buffer): void | Promise<void> {
    const { limits, reader, isStrict, pace } = this.#options;
    this.#octets += content.length;
    if (isStrict && reader.trouble !== undefined) this.#refuse(TROUBLES[reader.trouble]);
    if (this.#octets > limits.messageOctetsMax) {
      this.#refuse(tooLarge(limits.messageOctetsMax));
      // RFC 5321 §4.5.3.1.10 would have us read it all; a client that does not end is cut.
      if (this.#octets > limits.messageOctetsMax + limits.excessOctetsMax) this.#options.overflow(tooLarge(limits.messageOctetsMax));
    }
    const paced = pace(content.length);
    return paced === undefined ? this.#write(content) : paced.then(() => this.#write(content));
  }

  end(): Promise<void> {
    const { reader, isStrict } = this.#options;
    // The trouble may be in octets that were held back, or swallowed with the end.
    if (isStrict && reader.trouble !== undefined) this.#refuse(TROUBLES[reader.trouble]);
    return this.#options.conclude(() => this.#finish());
  }

  /** The client is gone, or will be. */
  abandon(): void {
    if (!this.#isOver && this.#refusal === undefined) this.#discard();
    this.#isOver = true;
  }

  /** Another octet came from the client. */
  heard(): void {
    this.#options.intake.heard?.();
  }

  /** The connection ended before another octet came from the client. */
  unheard(): void {
    this.#options.intake.unheard?.();
  }

  async #finish(): Promise<readonly Reply[]> {
    if (this.#refusal !== undefined) return [this.#refusal];
    // Abandoned while a rule held the reply back: there is nobody to answer.
    if (this.#isOver) return [];
    this.#isOver = true;
    try {
      return await this.#options.intake.finish({ isEightBit: this.#options.reader.isEightBit });
    } catch (cause) {
      return [this.#options.fault(cause)];
    }
  }

  #write(content: Buffer): void | Promise<void> {
    if (this.#refusal !== undefined || this.#isOver) return undefined;
    const failed = (cause: unknown): void => this.#refuse(this.#options.fault(cause));
    try {
      return this.#options.intake.write(content)?.catch(failed);
    } catch (cause) {
      return failed(cause);
    }
  }

  #refuse(refusal: Reply): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = refusal;
    if (!this.#isOver) this.#discard();
  }

  #discard(): void {
    this.#options.intake.discard().catch((cause: unknown) => {
      this.#options.fault(cause);
    });
  }
}
