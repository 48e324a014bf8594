/**
 * Dot-stuffing: a letter as it goes over the wire after DATA. RFC 5321 §4.5.2.
 *
 * Expects CRLF line ends, as the books keep them. Most chunks go out as they are, uncopied.
 */

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const LINE_END_DOT = Buffer.from('\r\n.', 'latin1');

export class DotStuffer {
  /** The letter's last two octets so far; it starts as if after a line end. */
  #beforeLast = CR;
  #last = LF;

  push(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    const starts = this.#lineStartsWithDot(chunk);
    this.#beforeLast = chunk.length > 1 ? chunk[chunk.length - 2] ?? 0 : this.#last;
    this.#last = chunk[chunk.length - 1] ?? 0;
    return starts.length === 0 ? chunk : withDots(chunk, starts);
  }

  /** Whether the letter so far ends with a line end: the final dot needs one before it. */
  get isLineStart(): boolean {
    return this.#beforeLast === CR && this.#last === LF;
  }

  /** Where in the chunk lines begin with a dot. */
  #lineStartsWithDot(chunk: Buffer): readonly number[] {
    const starts: number[] = [];
    if (this.isLineStart && chunk[0] === DOT) starts.push(0);
    if (this.#last === CR && chunk[0] === LF && chunk[1] === DOT) starts.push(1);
    for (let at = chunk.indexOf(LINE_END_DOT); at !== -1; at = chunk.indexOf(LINE_END_DOT, at + 3)) starts.push(at + 2);
    return starts;
  }
}

function withDots(chunk: Buffer, starts: readonly number[]): Buffer {
  const stuffed = Buffer.allocUnsafe(chunk.length + starts.length);
  let from = 0;
  let to = 0;
  for (const start of starts) {
    to += chunk.copy(stuffed, to, from, start);
    stuffed[to] = DOT;
    to += 1;
    from = start;
  }
  chunk.copy(stuffed, to, from);
  return stuffed;
}
