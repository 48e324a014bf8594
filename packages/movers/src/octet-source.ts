/**
 * Octets that come in pieces of any size, taken in pieces of the size that is wanted.
 */

export class OctetSource {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  /** Octets taken so far. */
  taken = 0;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Exactly so many; fewer only at the end. */
  async take(count: number): Promise<Buffer> {
    const found: Buffer[] = [];
    let octets = 0;
    for await (const piece of this.stream(count)) {
      found.push(piece);
      octets += piece.length;
    }
    return found[0] !== undefined && found.length === 1 ? found[0] : Buffer.concat(found, octets);
  }

  /** The same as they come. */
  async* stream(count: number): AsyncGenerator<Buffer, void> {
    let left = count;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) return;
        this.#rest = next.value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      this.taken += piece.length;
      if (piece.length > 0) yield piece;
    }
  }
}
