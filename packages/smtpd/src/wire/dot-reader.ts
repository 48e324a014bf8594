/**
 * Reads the octets after DATA: takes out the dots that were put in, finds the end, watches line ends.
 *
 * One pass over each chunk. Where nothing has to change, what comes out is a piece of what
 * went in; only chunks with dots to take out or line ends to mend are copied, so lines that
 * begin with dots cost about what others cost.
 *
 * The end is CRLF.CRLF as it came over the wire, never anything that was mended into it: that
 * difference between two servers is what SMTP smuggling lives on. In `normalised` mode a bare
 * CR or LF becomes CRLF before anything else, so that `\n..` loses a dot like `\r\n..`; a lone
 * dot on a line that bare characters bound is kept as it is. NUL is dropped last.
 * RFC 5321 §4.5.2 (transparency), §4.1.1.4 (only CRLF.CRLF ends the data), §2.3.8 (no bare CR or LF).
 */

export type LineTrouble = 'bare-cr' | 'bare-lf' | 'nul';

export interface Reading {
  readonly content: Buffer;
  /** What follows the end of the data; undefined before it. */
  readonly rest: Buffer | undefined;
}

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

/**
 * Where we are in a line. `AT_START` and the two after it: behind a CRLF of the wire. `AT_BARE`
 * and the two after it: behind a bare CR or LF. Octets after a dot are held back until it is
 * clear whether the dot goes. `AFTER_CR`: that CR is out already.
 */
const AT_START = 0;
const START_DOT = 1;
const START_DOT_CR = 2;
const AT_BARE = 3;
const BARE_DOT = 4;
const BARE_DOT_CR = 5;
const WITHIN = 6;
const AFTER_CR = 7;

const EMPTY = Buffer.alloc(0);
/** From this many octets on, the native copy is cheaper than a loop. */
const RUN_OCTETS_MIN = 48;

export class DotReader {
  readonly #isMending: boolean;
  #state = AT_START;
  /** CRs that came after a CR, held back: `\r\r\n` is one line end, `\r\r` two. */
  #extraCrs = 0;
  #trouble: LineTrouble | undefined;
  #octetsSeen = 0;

  constructor(lineEndings: 'refused' | 'normalised') {
    this.#isMending = lineEndings === 'normalised';
  }

  /** The first breach of RFC 5321 §2.3.8 so far. */
  get trouble(): LineTrouble | undefined {
    return this.#trouble;
  }

  /** Whether an octet over 127 was among the content. */
  get isEightBit(): boolean {
    return (this.#octetsSeen & 0x80) !== 0;
  }

  push(chunk: Buffer): Reading {
    const out = new Output(chunk, this.#isMending);
    let state = this.#state;
    let seen = this.#octetsSeen;
    for (let at = 0; at < chunk.length; at += 1) {
      const octet = chunk[at] ?? 0;
      seen |= octet;
      // The quick way through most of a letter.
      if (state === WITHIN && octet > CR) continue;
      if (state === START_DOT_CR && octet === LF) {
        this.#state = AT_START;
        this.#octetsSeen = seen;
        return { content: out.finish(at - 2), rest: chunk.subarray(at + 1) };
      }
      state = this.#step(state, octet, at, out);
    }
    this.#state = state;
    this.#octetsSeen = seen;
    return { content: out.finish(chunk.length - heldIn(state)), rest: undefined };
  }

  /** Anything but the quick way; returns the next state. */
  #step(before: number, octet: number, at: number, out: Output): number {
    switch (before) {
      case AFTER_CR:
        if (octet === LF) {
          // It goes out as it is; CRs held before it are gone.
          this.#extraCrs = 0;
          return AT_START;
        }
        this.#notice('bare-cr');
        if (octet === CR) {
          this.#extraCrs += 1;
          out.replace(at, at + 1, '');
          return AFTER_CR;
        }
        // The CR that is out already, and those held back, were line ends of their own.
        out.replace(at, at, `\n${'\r\n'.repeat(this.#extraCrs)}`);
        this.#extraCrs = 0;
        return this.#atStart(AT_BARE, octet, at, out);
      case START_DOT:
      case BARE_DOT:
        if (octet === CR) return before + 1;
        if (octet === LF) {
          this.#notice('bare-lf');
          out.replace(at - 1, at + 1, '.\r\n');
          return AT_BARE;
        }
        // RFC 5321 §4.5.2: the first dot goes when anything follows it.
        out.replace(at - 1, at, '');
        return this.#within(octet, at, out);
      case START_DOT_CR:
      case BARE_DOT_CR:
        // A lone dot that does not end the data: it stays.
        if (octet === LF) {
          out.replace(at - 2, at + 1, '.\r\n');
          return AT_START;
        }
        this.#notice('bare-cr');
        if (octet === CR) {
          this.#extraCrs = 1;
          out.replace(at - 2, at + 1, '.\r');
          return AFTER_CR;
        }
        out.replace(at - 2, at, '.\r\n');
        return this.#atStart(AT_BARE, octet, at, out);
      default:
        return this.#atStart(before, octet, at, out);
    }
  }

  #atStart(state: number, octet: number, at: number, out: Output): number {
    return octet === DOT && state !== WITHIN ? state + 1 : this.#within(octet, at, out);
  }

  #within(octet: number, at: number, out: Output): number {
    switch (octet) {
      case CR:
        return AFTER_CR;
      case LF:
        this.#notice('bare-lf');
        if (this.#isMending) out.replace(at, at + 1, '\r\n');
        return AT_BARE;
      case NUL:
        this.#notice('nul');
        if (this.#isMending) out.replace(at, at + 1, '');
        return WITHIN;
      default:
        return WITHIN;
    }
  }

  #notice(trouble: LineTrouble): void {
    this.#trouble ??= trouble;
  }
}

/** How many octets are held back: the dot, and the CR after it. */
function heldIn(state: number): number {
  if (state === START_DOT || state === BARE_DOT) return 1;
  return state === START_DOT_CR || state === BARE_DOT_CR ? 2 : 0;
}

/** What comes out of one chunk: a piece of it as long as possible, a copy once something changes. */
class Output {
  readonly #chunk: Buffer;
  readonly #isMending: boolean;
  #copy: Buffer | undefined;
  #length = 0;
  /** Where the run that was not taken yet begins. */
  #from = 0;

  constructor(chunk: Buffer, isMending: boolean) {
    this.#chunk = chunk;
    this.#isMending = isMending;
  }

  /** Puts `text` in the place of what is between. What lies before the chunk was held back and never came out. */
  replace(start: number, end: number, text: string): void {
    this.#take(Math.max(0, start), end, text.length);
    const copy = this.#copy;
    if (copy === undefined) return;
    for (let index = 0; index < text.length; index += 1) copy[this.#length + index] = text.charCodeAt(index);
    this.#length += text.length;
  }

  /** All up to `end`. */
  finish(end: number): Buffer {
    if (this.#copy === undefined) return this.#from >= end ? EMPTY : this.#chunk.subarray(this.#from, end);
    this.#take(Math.max(this.#from, end), this.#chunk.length, 0);
    return this.#copy.subarray(0, this.#length);
  }

  /** Takes the run up to `until` over into the copy, with room for `more`; goes on at `next`. */
  #take(until: number, next: number, more: number): void {
    const octets = Math.max(0, until - this.#from);
    if (octets + more > 0) {
      const copy = this.#room(octets + more);
      if (octets >= RUN_OCTETS_MIN) {
        this.#chunk.copy(copy, this.#length, this.#from, until);
      } else {
        for (let index = 0; index < octets; index += 1) copy[this.#length + index] = this.#chunk[this.#from + index] ?? 0;
      }
      this.#length += octets;
    }
    this.#from = next;
  }

  #room(octets: number): Buffer {
    // Mending at most doubles (bare LFs); what was held back from before adds a few octets.
    this.#copy ??= Buffer.allocUnsafe(this.#chunk.length * (this.#isMending ? 2 : 1) + 64);
    if (this.#length + octets > this.#copy.length) {
      const larger = Buffer.allocUnsafe((this.#length + octets) * 2);
      this.#copy.copy(larger, 0, 0, this.#length);
      this.#copy = larger;
    }
    return this.#copy;
  }
}
