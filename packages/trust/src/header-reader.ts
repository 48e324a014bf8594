/**
 * Takes the header off a letter that streams by, cut anywhere.
 *
 * Pieces are joined once, at the end: a stranger may send them octet by octet.
 * RFC 5322 §2.1: an empty line ends the header, also when it is the first line.
 */
const CR = 0x0d;
const LF = 0x0a;

/** How much of an empty line's `CRLF CRLF` has been seen; a letter begins as if behind a line. */
const AT_LINE_START = 2;
const AT_EMPTY_LINE_END = 4;

export class HeaderReader {
  readonly #pieces: Buffer[] = [];
  #seen = AT_LINE_START;
  #length = 0;

  /** Octets of header so far. */
  get length(): number {
    return this.#length;
  }

  /** The header with its empty line and what of the chunk is body; undefined while it goes on. */
  push(chunk: Buffer): { readonly header: Buffer; readonly body: Buffer } | undefined {
    for (let at = 0; at < chunk.length; at += 1) {
      const octet = chunk[at];
      if (octet === CR) this.#seen = this.#seen === AT_LINE_START ? 3 : 1;
      else if (octet === LF) this.#seen = this.#seen === 1 || this.#seen === 3 ? this.#seen + 1 : 0;
      else this.#seen = 0;
      if (this.#seen === AT_EMPTY_LINE_END) {
        this.#take(chunk.subarray(0, at + 1));
        return { header: this.end(), body: chunk.subarray(at + 1) };
      }
    }
    this.#take(chunk);
    return undefined;
  }

  /** What there is of it when the letter has ended. */
  end(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #take(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }
}
