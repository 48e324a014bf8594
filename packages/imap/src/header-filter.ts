/**
 * Keeps some fields of a header as it streams by, octet for octet, with the blank line that ends it.
 *
 * RFC 9051 §6.4.5, HEADER.FIELDS and HEADER.FIELDS.NOT.
 */
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = ':';
const EMPTY = Buffer.alloc(0);

/** A field's name longer than this is no name that anyone asks for. */
const NAME_OCTETS_MAX = 1024;

export class HeaderFilter {
  readonly #names: ReadonlySet<string>;
  readonly #isNot: boolean;
  /** The start of a line, until it is known whether it is kept. */
  #start: Buffer = EMPTY;
  #isKept = false;
  #isDecided = false;

  constructor(fields: readonly string[], isNot: boolean) {
    this.#names = new Set(fields.map((field) => field.toLowerCase()));
    this.#isNot = isNot;
  }

  /** What is kept of it, and of what was held back before. */
  push(chunk: Buffer): Buffer {
    const kept: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      const end = chunk.indexOf(LF, at);
      const isWhole = end !== -1;
      const piece = chunk.subarray(at, isWhole ? end + 1 : chunk.length);
      at += piece.length;
      kept.push(this.#line(piece, isWhole));
    }
    return Buffer.concat(kept);
  }

  /** What was held back of a header that ends within a line. */
  end(): Buffer {
    if (this.#isDecided || this.#start.length === 0) return EMPTY;
    this.#decide(this.#start);
    return this.#isKept ? this.#start : EMPTY;
  }

  #line(piece: Buffer, isWhole: boolean): Buffer {
    let octets = piece;
    if (!this.#isDecided) {
      octets = this.#start.length === 0 ? piece : Buffer.concat([this.#start, piece]);
      const isTold = isWhole || octets.includes(COLON) || octets.length > NAME_OCTETS_MAX || isContinuation(octets);
      if (!isTold) {
        // A copy: the chunk may be large.
        this.#start = Buffer.from(octets);
        return EMPTY;
      }
      this.#decide(octets);
    }
    this.#start = EMPTY;
    this.#isDecided = !isWhole;
    return this.#isKept ? octets : EMPTY;
  }

  #decide(line: Buffer): void {
    this.#isDecided = true;
    // A continuation goes with what it continues.
    if (isContinuation(line)) return;
    const isBlank = line[0] === LF || (line[0] === CR && line[1] === LF);
    const colon = line.subarray(0, NAME_OCTETS_MAX).indexOf(COLON);
    const name = line.toString('latin1', 0, Math.max(colon, 0)).trimEnd().toLowerCase();
    // RFC 9051 §6.4.5: the blank line is part of every subset.
    this.#isKept = isBlank || (colon > 0 && this.#names.has(name)) !== this.#isNot;
  }
}

/** The same for a header at hand. */
export function filterHeader(header: Buffer, fields: readonly string[], isNot: boolean): Buffer {
  const filter = new HeaderFilter(fields, isNot);
  return Buffer.concat([filter.push(header), filter.end()]);
}

function isContinuation(line: Buffer): boolean {
  return line[0] === SPACE || line[0] === TAB;
}
