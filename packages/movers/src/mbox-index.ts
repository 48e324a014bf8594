/**
 * Finds the letters in an mbox file, of whichever of the four dialects.
 *
 * A letter begins at a line `From `, with a date, after an empty line or at the beginning
 * (RFC 4155 Appendix A). mboxo and mboxrd quote such lines within letters with `>`; mboxcl and mboxcl2
 * say the length in Content-Length, and mboxcl2 quotes nothing. A length is believed only if a
 * letter, or the end, is where it says. https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml
 */

/** Where a letter is, in octets from the beginning. */
export interface MboxLetter {
  /** Of its `From ` line, and the line itself. */
  readonly start: number;
  readonly fromLine: string;
  /** Behind that line. */
  readonly header: number;
  /** Behind the empty line after the header. */
  readonly body: number;
  /** Without the empty line that separates it from the next. */
  readonly end: number;
}

export type MboxDialect = 'mboxo' | 'mboxrd' | 'mboxcl' | 'mboxcl2';

export interface MboxIndexed {
  readonly letters: readonly MboxLetter[];
  readonly dialect: MboxDialect;
}

/** A line longer than this is remembered by its beginning. */
const LINE_KEPT = 1000;
const LF = 0x0a;
const FROM_LINE = /^From \S*.*\d\d:\d\d/;

interface Candidate {
  readonly start: number;
  readonly fromLine: string;
  readonly header: number;
  body: number | undefined;
  contentLength: number | undefined;
}

/** Takes the file in pieces of any size, `push` by `push`, and gives its letters at the end. */
export class MboxIndex {
  readonly #told: MboxDialect | undefined;
  readonly #candidates: Candidate[] = [];
  /** Ends of lines before a candidate or the end: of the last line that is not the separating empty one. */
  readonly #ends = new Map<number, number>();
  #line = Buffer.alloc(0);
  #lineOctets = 0;
  #at = 0;
  #isAfterEmpty = true;
  #emptyOctets = 0;
  #hasQuoted = false;
  #hasTwiceQuoted = false;

  /** `told`: the dialect, where a person knows it. */
  constructor(told?: MboxDialect) {
    this.#told = told;
  }

  push(chunk: Buffer): void {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(LF, from);
      const piece = chunk.subarray(from, end < 0 ? chunk.length : end + 1);
      if (this.#line.length < LINE_KEPT) this.#line = Buffer.concat([this.#line, piece.subarray(0, LINE_KEPT - this.#line.length)]);
      this.#lineOctets += piece.length;
      from += piece.length;
      if (end >= 0) this.#endLine();
    }
  }

  end(): MboxIndexed {
    if (this.#lineOctets > 0) this.#endLine();
    this.#ends.set(this.#at, this.#isAfterEmpty ? this.#at - this.#emptyOctets : this.#at);
    const byLength = this.#told === 'mboxo' || this.#told === 'mboxrd' ? undefined : this.#lettersByLength();
    if (byLength !== undefined) return byLength;
    const letters = this.#candidates.map((candidate, index) => this.#letter(candidate, this.#candidates[index + 1]?.start ?? this.#at));
    return { letters, dialect: this.#told ?? (this.#hasTwiceQuoted ? 'mboxrd' : 'mboxo') };
  }

  #endLine(): void {
    const start = this.#at;
    const line = this.#line.toString('latin1').replace(/\r?\n$/, '');
    this.#at += this.#lineOctets;
    this.#line = Buffer.alloc(0);
    const octets = this.#lineOctets;
    this.#lineOctets = 0;
    const last = this.#candidates.at(-1);
    if (this.#isAfterEmpty && FROM_LINE.test(line)) {
      this.#ends.set(start, start - this.#emptyOctets);
      this.#candidates.push({ start, fromLine: line, header: this.#at, body: undefined, contentLength: undefined });
    } else if (last !== undefined && last.body === undefined) this.#takeHeaderLine(last, line);
    else {
      this.#hasQuoted ||= line.startsWith('>From ');
      this.#hasTwiceQuoted ||= /^>>+From /.test(line);
    }
    this.#isAfterEmpty = line === '';
    this.#emptyOctets = line === '' ? octets : 0;
  }

  #takeHeaderLine(candidate: Candidate, line: string): void {
    if (line === '') candidate.body = this.#at;
    const length = /^Content-Length:\s*(\d+)\s*$/i.exec(line)?.[1];
    if (length !== undefined) candidate.contentLength = Number(length);
  }

  #letter(candidate: Candidate, next: number): MboxLetter {
    const end = Math.max(candidate.header, this.#ends.get(next) ?? next);
    const body = Math.min(candidate.body ?? end, Math.max(end, candidate.body ?? end));
    return { start: candidate.start, fromLine: candidate.fromLine, header: candidate.header, body, end: Math.max(end, body) };
  }

  /** Undefined unless every letter says its length, and rightly. */
  #lettersByLength(): MboxIndexed | undefined {
    const letters: MboxLetter[] = [];
    const places = new Map(this.#candidates.map((candidate) => [candidate.start, candidate]));
    let hasUnquoted = false;
    for (let candidate = this.#candidates[0]; candidate !== undefined;) {
      const { start, fromLine, header, body, contentLength } = candidate;
      if (body === undefined || contentLength === undefined) return undefined;
      const end = body + contentLength;
      // Writers disagree whether the separating line is counted.
      const next = [end, end + 1, end + 2].find((at) => at === this.#at || places.has(at));
      if (next === undefined) return undefined;
      letters.push({ start, fromLine, header, body, end });
      hasUnquoted ||= this.#candidates.some((other) => other.start > start && other.start < end);
      candidate = places.get(next);
    }
    if (letters.length === 0) return undefined;
    const isQuoted = this.#hasQuoted && !hasUnquoted;
    return { letters, dialect: this.#told ?? (isQuoted ? 'mboxcl' : 'mboxcl2') };
  }
}
