/**
 * Octets that came in any cut, taken out by the line or by the count.
 *
 * A line that comes in small pieces is gathered in one buffer that grows by doubling, so that
 * neither the time nor the memory it takes depends on how it was cut.
 */
const LF = 0x0a;
const CR = 0x0d;
const EMPTY: Buffer = Buffer.alloc(0);
const GATHER_OCTETS_MIN = 256;

export class LineBuffer {
  /** The beginning of a line whose end has not come. */
  #gathered = EMPTY;
  #gatheredOctets = 0;
  #rest = EMPTY;

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
  }

  get isEmpty(): boolean {
    return this.#gatheredOctets === 0 && this.#rest.length === 0;
  }

  /** Octets of the line so far, after `takeLine` has found no end. */
  get lineOctets(): number {
    return this.#gatheredOctets;
  }

  clear(): void {
    this.#gathered = EMPTY;
    this.#gatheredOctets = 0;
    this.#rest = EMPTY;
  }

  /** Up to CRLF, or LF, and without it; undefined if its end has not come. */
  takeLine(): Buffer | undefined {
    const end = this.#rest.indexOf(LF);
    const piece = this.#rest.subarray(0, end === -1 ? this.#rest.length : end);
    this.#rest = this.#rest.subarray(end === -1 ? this.#rest.length : end + 1);
    if (end === -1 || this.#gatheredOctets > 0) this.#gather(piece);
    if (end === -1) return undefined;
    const line = this.#gatheredOctets > 0 ? this.#gathered.subarray(0, this.#gatheredOctets) : piece;
    this.#gathered = EMPTY;
    this.#gatheredOctets = 0;
    return line.at(-1) === CR ? line.subarray(0, -1) : line;
  }

  /** Up to so many octets, as they came; none if there are none. Not in the middle of a line. */
  take(octets: number): Buffer {
    const taken = this.#rest.subarray(0, octets);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  #gather(piece: Buffer): void {
    const octets = this.#gatheredOctets + piece.length;
    if (octets > this.#gathered.length) {
      const larger = Buffer.alloc(Math.max(GATHER_OCTETS_MIN, octets * 2));
      this.#gathered.copy(larger, 0, 0, this.#gatheredOctets);
      this.#gathered = larger;
    }
    piece.copy(this.#gathered, this.#gatheredOctets);
    this.#gatheredOctets = octets;
  }
}
