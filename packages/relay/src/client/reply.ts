/**
 * SMTP replies, read from octets as they come.
 *
 * Generous in what is read (a bare line feed ends a line, lines may be eight times as long
 * as allowed), bounded in all of it. RFC 5321 §4.2, §4.5.3.1.5.
 */

export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** The text of each line without code and line end; what a terminal must not see is left out. */
  readonly lines: readonly string[];
}

/** RFC 5321 §4.5.3.1.5 allows 512; some hosts explain themselves at length. */
const LINE_OCTETS_MAX = 4096;
const LINES_MAX = 256;
const TEXT_LENGTH_MAX = 1000;

const LF = 0x0a;

/** Octets in, replies out. After `malformed` it says nothing else. */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);
  #lines: string[] = [];
  #isMalformed = false;

  push(octets: Buffer): void {
    if (this.#isMalformed) return;
    this.#rest = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
  }

  /** Nothing was received that has not become a reply. */
  get isEmpty(): boolean {
    return this.#rest.length === 0 && this.#lines.length === 0;
  }

  /** The next whole reply; undefined until more octets come. */
  next(): Reply | 'malformed' | undefined {
    while (!this.#isMalformed) {
      const end = this.#rest.indexOf(LF);
      if (end === -1 ? this.#rest.length > LINE_OCTETS_MAX : end > LINE_OCTETS_MAX) break;
      if (end === -1) return undefined;
      const line = this.#rest.toString('utf8', 0, end).replace(/\r$/, '');
      this.#rest = this.#rest.subarray(end + 1);
      const parsed = parseLine(line);
      if (parsed === undefined || this.#lines.length === LINES_MAX) break;
      this.#lines.push(parsed.text);
      if (parsed.isLast) return { code: parsed.code, lines: this.#lines.splice(0) };
    }
    this.#isMalformed = true;
    this.#rest = Buffer.alloc(0);
    return 'malformed';
  }
}

/** What it says, in one line, the enhanced status included. */
export function replyText(reply: Reply): string {
  return reply.lines.map((line) => line.trim()).join(' ').trim().slice(0, TEXT_LENGTH_MAX);
}

function parseLine(line: string): { readonly code: number; readonly isLast: boolean; readonly text: string } | undefined {
  // RFC 5321 §4.2: a code, then a space, a hyphen (more lines follow), or nothing at all.
  const match = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line);
  if (match === null) return undefined;
  return { code: Number(match[1]), isLast: match[2] !== '-', text: printable(match[3] ?? '') };
}

function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
