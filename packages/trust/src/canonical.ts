/**
 * The relaxed canonical forms of DKIM, written while the letter streams by.
 *
 * RFC 6376 §3.4.2 (header), §3.4.4 (body). Lines end in CRLF; a bare CR or LF is content.
 */
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

const EMPTY_LINES = Buffer.from('\r\n'.repeat(512));

/** Room for what a chunk's first octet may bring with it: a held line end, space and CR. */
const HELD_OCTETS_MAX = 2 + 1 + 1;

/**
 * One header field, without its line end: name in lower case, unfolded, runs of space as
 * one, none around the colon or at the end.
 */
export function relaxedField(field: string): string {
  const colon = field.indexOf(':');
  const name = field.slice(0, colon).replace(/[ \t]+$/, '').toLowerCase();
  const value = field.slice(colon + 1).replaceAll('\r\n', '').replaceAll(/[ \t]+/g, ' ').replace(/^ | $/g, '');
  return `${name}:${value}`;
}

/**
 * A body in relaxed form, cut anywhere. What `take` is given is its own only until it
 * returns.
 */
export class RelaxedBody {
  readonly #take: (octets: Buffer) => void;
  #room = Buffer.alloc(0);
  /** Line ends held back: at the end of the body they do not count. */
  #lineEnds = 0;
  /** Space held back: at the end of a line it does not count. */
  #hasSpace = false;
  #hasCr = false;
  #isEmpty = true;

  constructor(take: (octets: Buffer) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    if (this.#room.length < chunk.length + HELD_OCTETS_MAX) this.#room = Buffer.allocUnsafe(chunk.length + HELD_OCTETS_MAX);
    const room = this.#room;
    let used = 0;
    // What is looked at for each octet is kept at hand: fields of an object cost ten times as much.
    let hasCr = this.#hasCr;
    let isHeld = this.#hasSpace || this.#lineEnds > 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const octet = chunk[at] ?? 0;
      if (hasCr) {
        hasCr = false;
        if (octet === LF) {
          this.#lineEnds += 1;
          this.#hasSpace = false;
          isHeld = true;
          continue;
        }
        used = this.#release(used);
        isHeld = false;
        room[used] = CR;
        used += 1;
      }
      if (octet === CR) hasCr = true;
      else if (octet === SPACE || octet === TAB) {
        this.#hasSpace = true;
        isHeld = true;
      } else {
        if (isHeld) {
          used = this.#release(used);
          isHeld = false;
        }
        room[used] = octet;
        used += 1;
      }
    }
    this.#hasCr = hasCr;
    if (used > 0) this.#give(used);
  }

  end(): void {
    if (this.#hasCr) {
      this.#room = Buffer.allocUnsafe(HELD_OCTETS_MAX);
      const used = this.#release(0);
      this.#room[used] = CR;
      this.#give(used + 1);
    }
    // §3.4.4: empty lines at the end do not count, the last line has its end, and nothing stays nothing.
    if (!this.#isEmpty) this.#take(EMPTY_LINES.subarray(0, 2));
  }

  #give(used: number): void {
    this.#take(this.#room.subarray(0, used));
    this.#isEmpty = false;
  }

  /** Writes what was held back, now that content follows it. */
  #release(start: number): number {
    let used = start;
    if (this.#lineEnds === 1) {
      this.#room[used] = CR;
      this.#room[used + 1] = LF;
      used += 2;
    } else if (this.#lineEnds > 1) {
      // However many there are, they take no room of ours.
      if (used > 0) this.#give(used);
      used = 0;
      for (let rest = this.#lineEnds * 2; rest > 0; rest -= EMPTY_LINES.length) this.#take(EMPTY_LINES.subarray(0, rest));
    }
    this.#lineEnds = 0;
    if (this.#hasSpace) {
      this.#room[used] = SPACE;
      used += 1;
      this.#hasSpace = false;
    }
    return used;
  }
}
