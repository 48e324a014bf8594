/**
 * Cuts what comes in into command lines, and letters.
 *
 * Takes the place of smtp-server's own parser, of which it keeps what the connection relies
 * on: `oncommand`, `isClosed`, and being the Writable that the socket is piped into. One
 * command is under way at a time; while it is, nothing more is read (RFC 2920 §3.2 lets a
 * client send ahead). `onidle` tells when everything that came has been answered, which is
 * when replies go out.
 */
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import type { DotReader } from './dot-reader.ts';

export interface LineEvents {
  /** A whole line without its end. */
  command(line: Buffer, next: () => void): void;
  /** A line longer than allowed has ended; what it said is gone. */
  overlong(next: () => void): void;
  /** A line that ended in a bare LF. True: taken as a command nonetheless. */
  bareLf(next: () => void): boolean;
  /** Something came that is no part of a letter: a whole line or less. */
  octets(): void;
  /** No whole line is left. */
  idle(): void;
}

/** Who takes the letter. A promise makes the client wait. */
export interface LetterSink {
  take(content: Buffer): void | Promise<void>;
  /** The end; commands go on when it resolves. */
  end(): Promise<void>;
}

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

export class LineStream extends SMTPStream {
  readonly #events: LineEvents;
  readonly #lineOctetsMax: () => number;
  /** What came and was not used yet. */
  #input: Buffer = EMPTY;
  /** How much of it is known to hold no line end. */
  #searched = 0;
  #isOverlong = false;
  #letter: { readonly reader: DotReader; readonly sink: LetterSink } | undefined;
  /** Asks for more from the socket. */
  #wantMore: (() => void) | undefined;
  #isRunning = false;
  /** A command or a piece of a letter is being worked on. */
  #isBusy = false;
  /** Octets of the piece that is being worked on; Writable counts it among those that wait. */
  #piece = 0;

  constructor(events: LineEvents, lineOctetsMax: () => number) {
    super();
    this.#events = events;
    this.#lineOctetsMax = lineOctetsMax;
  }

  /** From here on it is a letter, until its end. */
  readLetter(reader: DotReader, sink: LetterSink): void {
    this.#letter = { reader, sink };
  }

  /** While the end of a letter is worked on: the client sent more behind it already. */
  get isAhead(): boolean {
    return this.#input.length > 0 || this.writableLength > this.#piece;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding | 'buffer', next: () => void): void {
    if (this.isClosed) {
      next();
      return;
    }
    this.#piece = chunk.length;
    if (this.#letter === undefined) this.#events.octets();
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    this.#wantMore = next;
    this.#run();
  }

  /** A last line without an end is no line (RFC 5321 §2.3.8). */
  override _flushData(): void {
    this.#input = EMPTY;
  }

  /** Works on what is there until something has to be waited for. A loop: handlers may be done at once. */
  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (!this.#isBusy && !this.isClosed && this.#workOnce());
    } finally {
      this.#isRunning = false;
    }
    if (this.#isBusy && !this.isClosed) return;
    if (this.isClosed) this.#input = EMPTY;
    else this.#events.idle();
    const wantMore = this.#wantMore;
    this.#wantMore = undefined;
    wantMore?.();
  }

  /** False when more has to come first. */
  #workOnce(): boolean {
    return this.#letter === undefined ? this.#takeLine() : this.#takeContent(this.#letter);
  }

  #takeLine(): boolean {
    const input = this.#input;
    const end = input.indexOf(LF, this.#searched);
    if (end === -1) {
      if (input.length > this.#lineOctetsMax()) {
        this.#isOverlong = true;
        this.#input = EMPTY;
      }
      this.#searched = this.#input.length;
      return false;
    }
    this.#searched = 0;
    this.#input = input.subarray(end + 1);
    const isWhole = input[end - 1] === CR;
    const line = input.subarray(0, isWhole ? end - 1 : end);
    const isOverlong = this.#isOverlong || line.length > this.#lineOctetsMax();
    this.#isOverlong = false;
    this.#work((next) => {
      if (isOverlong) this.#events.overlong(next);
      else if (isWhole || this.#events.bareLf(next)) this.#events.command(line, next);
    });
    return true;
  }

  #takeContent({ reader, sink }: { readonly reader: DotReader; readonly sink: LetterSink }): boolean {
    const chunk = this.#input;
    if (chunk.length === 0) return false;
    const { content, rest } = reader.push(chunk);
    this.#input = rest ?? EMPTY;
    if (rest !== undefined) this.#letter = undefined;
    const taken = content.length === 0 ? undefined : sink.take(content);
    if (rest !== undefined) this.#wait(taken === undefined ? sink.end() : taken.then(() => sink.end()));
    else if (taken !== undefined) this.#wait(taken);
    return true;
  }

  #work(act: (next: () => void) => void): void {
    this.#isBusy = true;
    let isDone = false;
    act(() => {
      if (isDone) return;
      isDone = true;
      this.#isBusy = false;
      this.#run();
    });
  }

  /** Sinks do not reject: what goes wrong becomes a reply there. */
  #wait(under: Promise<void>): void {
    this.#isBusy = true;
    void under.finally(() => {
      this.#isBusy = false;
      this.#run();
    });
  }
}
