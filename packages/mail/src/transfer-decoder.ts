/**
 * Undoes a Content-Transfer-Encoding while the body streams by, in whatever pieces.
 *
 * Never throws. Base64: what is not of its alphabet is skipped, padding ends a quantum but not the
 * body, a last quantum that is too short gives what octets it holds. Quoted-printable: an `=`
 * that encodes nothing stays as it is. Any other encoding: the octets as they are.
 * RFC 2045 §6.7 (quoted-printable), §6.8 (base64).
 */
import { Buffer } from 'node:buffer';

export interface TransferDecoder {
  push(chunk: Buffer): Buffer;
  /** What was held back. */
  end(): Buffer;
}

/** `encoding` as the header says it, in any case. */
export function createTransferDecoder(encoding: string): TransferDecoder {
  switch (encoding.trim().toLowerCase()) {
    case 'base64': return new Base64Decoder();
    case 'quoted-printable': return new QuotedPrintableDecoder();
    default: return { push: (chunk) => chunk, end: () => Buffer.alloc(0) };
  }
}

const PADDING = 64;
const SKIPPED = 255;
const SEXTETS = new Uint8Array(256).fill(SKIPPED);
for (const [value, char] of Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=').entries()) SEXTETS[char.charCodeAt(0)] = value;

class Base64Decoder implements TransferDecoder {
  /** Sextets of the present quantum, and how many. */
  #bits = 0;
  #count = 0;

  push(chunk: Buffer): Buffer {
    const decoded = Buffer.allocUnsafe(Math.ceil((chunk.length + 3) / 4) * 3 + 3);
    let length = 0;
    let bits = this.#bits;
    let count = this.#count;
    for (let at = 0; at < chunk.length; at++) {
      const sextet = SEXTETS[chunk[at] ?? 0] ?? SKIPPED;
      if (sextet < PADDING) {
        bits = (bits << 6) | sextet;
        if (++count < 4) continue;
        decoded[length++] = bits >> 16;
        decoded[length++] = bits >> 8;
        decoded[length++] = bits;
        bits = 0;
        count = 0;
      } else if (sextet === PADDING) {
        length = writeRest(decoded, length, bits, count);
        bits = 0;
        count = 0;
      }
    }
    this.#bits = bits;
    this.#count = count;
    return decoded.subarray(0, length);
  }

  end(): Buffer {
    const decoded = Buffer.allocUnsafe(2);
    const length = writeRest(decoded, 0, this.#bits, this.#count);
    this.#bits = 0;
    this.#count = 0;
    return decoded.subarray(0, length);
  }
}

/** The whole octets in two or three sextets. */
function writeRest(decoded: Buffer, from: number, bits: number, count: number): number {
  let length = from;
  if (count === 2) decoded[length++] = bits >> 4;
  if (count === 3) {
    decoded[length++] = bits >> 10;
    decoded[length++] = bits >> 2;
  }
  return length;
}

const EQUALS = 0x3d;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;

/** White space that may turn out to be padding is held back so far, and taken as text beyond. */
const HELD_OCTETS_MAX = 1024;

class QuotedPrintableDecoder implements TransferDecoder {
  /** Octets that are not decided yet: white space, or `=` and what follows it. */
  #held: number[] = [];
  #decoded = Buffer.alloc(0);
  #length = 0;

  push(chunk: Buffer): Buffer {
    // Nothing grows in decoding.
    this.#decoded = Buffer.allocUnsafe(chunk.length + this.#held.length);
    this.#length = 0;
    for (let at = 0; at < chunk.length; at++) this.#take(chunk[at] ?? 0);
    return this.#decoded.subarray(0, this.#length);
  }

  end(): Buffer {
    const held = Buffer.from(this.#held);
    this.#held = [];
    // RFC 2045 §6.7 (3): white space at the end of a line is padding, and a last `=` a soft break.
    const end = held.findLastIndex((octet) => octet !== SPACE && octet !== TAB && octet !== CR) + 1;
    const kept = held[0] === EQUALS && end === 1 ? 0 : end;
    return held[0] === CR ? held : held.subarray(0, kept);
  }

  #take(octet: number): void {
    const held = this.#held;
    if (held.length === 0) {
      if (octet === EQUALS || octet === SPACE || octet === TAB || octet === CR) held.push(octet);
      else this.#put(octet);
    } else if (held[0] === EQUALS) this.#takeAfterEquals(octet);
    else this.#takeAfterSpace(octet);
  }

  /** Held: `=`, perhaps one hexadecimal digit, or white space and CR of a soft line break. */
  #takeAfterEquals(octet: number): void {
    const held = this.#held;
    const [, second] = held;
    const isHex = held.length === 2 && hexValue(second) !== -1;
    if (isHex && hexValue(octet) !== -1) {
      this.#held = [];
      this.#put(hexValue(second) * 16 + hexValue(octet));
    } else if (held.length === 1 && hexValue(octet) !== -1) held.push(octet);
    else if (octet === LF && !isHex) this.#held = [];
    else if (!isHex && (octet === SPACE || octet === TAB || octet === CR) && held.at(-1) !== CR && held.length < HELD_OCTETS_MAX) held.push(octet);
    else this.#release(octet);
  }

  /** Held: white space, and perhaps a CR at its end. */
  #takeAfterSpace(octet: number): void {
    const held = this.#held;
    const isBroken = held.at(-1) === CR;
    if (octet === LF) {
      this.#held = [];
      if (isBroken) this.#put(CR);
      this.#put(LF);
    } else if (!isBroken && (octet === SPACE || octet === TAB || octet === CR) && held.length < HELD_OCTETS_MAX) held.push(octet);
    else this.#release(octet);
  }

  /** What was held is text after all; `octet` is looked at anew. */
  #release(octet: number): void {
    for (const one of this.#held) this.#put(one);
    this.#held = [];
    this.#take(octet);
  }

  #put(octet: number): void {
    this.#decoded[this.#length++] = octet;
  }
}

function hexValue(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  // Lower case is against the rules (RFC 2045 §6.7), and meant all the same.
  const letter = octet & ~0x20;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
}
