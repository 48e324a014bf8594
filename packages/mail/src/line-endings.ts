/**
 * Line ends as they must be in mail: CRLF, no CR or LF alone, no NUL.
 *
 * A host that sends other ones to an MX may be smuggling a second letter past somebody, so there
 * they are found and refused; what our own people submit is put right instead.
 * RFC 5321 §2.3.8 and §4.1.1.4 (line ends), RFC 5322 §2.3 (no bare CR or LF), §4 (NUL).
 */
import { Buffer } from 'node:buffer';

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;

/** Looks for line ends that must not be, in whatever pieces the octets come. */
export class LineEndings {
  #hasBareCr = false;
  #hasBareLf = false;
  #hasNul = false;
  #endsInCr = false;

  /** A CR that no LF follows. One at the very end counts only after `end()`. */
  get hasBareCr(): boolean {
    return this.#hasBareCr;
  }

  /** An LF that no CR precedes. */
  get hasBareLf(): boolean {
    return this.#hasBareLf;
  }

  get hasNul(): boolean {
    return this.#hasNul;
  }

  get isClean(): boolean {
    return !this.#hasBareCr && !this.#hasBareLf && !this.#hasNul;
  }

  push(chunk: Buffer): void {
    let previous = this.#endsInCr ? CR : -1;
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at] ?? 0;
      if (octet === LF) {
        if (previous !== CR) this.#hasBareLf = true;
      } else {
        if (previous === CR) this.#hasBareCr = true;
        if (octet === NUL) this.#hasNul = true;
      }
      previous = octet;
    }
    if (chunk.length > 0) this.#endsInCr = previous === CR;
  }

  end(): void {
    if (this.#endsInCr) this.#hasBareCr = true;
    this.#endsInCr = false;
  }
}

/** Makes CRLF of every CR, LF and CRLF, and leaves NUL out, in whatever pieces the octets come. */
export class LineEndingNormaliser {
  /** The last octet was a CR, and its CRLF is written already: an LF that follows belongs to it. */
  #afterCr = false;

  /** Answers the chunk itself where nothing in it is to be put right. */
  push(chunk: Buffer): Buffer {
    const first = this.#firstFault(chunk);
    if (first === chunk.length) return chunk;
    const normal = Buffer.allocUnsafe(first + 2 * (chunk.length - first));
    chunk.copy(normal, 0, 0, first);
    let length = first;
    for (let at = first; at < chunk.length; at++) {
      const octet = chunk[at] ?? 0;
      // As if it had never been there: a CR and an LF around it are one line end.
      if (octet === NUL) continue;
      const isSecondHalf = octet === LF && this.#afterCr;
      this.#afterCr = octet === CR;
      if (isSecondHalf) continue;
      if (octet === CR || octet === LF) {
        normal[length++] = CR;
        normal[length++] = LF;
      } else normal[length++] = octet;
    }
    return normal.subarray(0, length);
  }

  /** Where the first octet is that does not pass as it is; a CRLF within the chunk does. */
  #firstFault(chunk: Buffer): number {
    if (this.#afterCr) return 0;
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at] ?? 0;
      if (octet > CR) continue;
      if (octet === CR && chunk[at + 1] === LF) at++;
      else if (octet === CR || octet === LF || octet === NUL) return at;
    }
    return chunk.length;
  }
}
