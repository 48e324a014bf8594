/**
 * Where in a letter the octets of a FETCH section are. RFC 9051 §6.4.5, RFC 3501 §6.4.5.
 *
 * A letter is our prefix, then its content less the cuts, which lie in its header; structure
 * counts in the content alone. Answers count in the letter as its reader sees it.
 */
import type { OctetRange, Part } from '@posthorn/mail/structure.ts';
import type { Section } from './command.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = ':';
const EMPTY = Buffer.alloc(0);

/** A field's name longer than this is no name that anyone asks for. */
const NAME_OCTETS_MAX = 1024;

/** What is needed of a store's row, by the same names. */
export interface Letter {
  readonly prefix: { readonly length: number };
  readonly contentOctets: number;
  readonly cuts: readonly OctetRange[];
  readonly summary: { readonly structure: Part };
}

export type SectionPlace =
  /** Octets of the letter as its reader sees it; `cutPartial` says which of them. */
  | { readonly kind: 'octets'; readonly range: OctetRange }
  /** The header there, filtered by a `HeaderFilter`; a partial applies to what is left. */
  | { readonly kind: 'fields'; readonly range: OctetRange; readonly fields: readonly string[]; readonly isNot: boolean }
  /** There is no such part: NIL. */
  | { readonly kind: 'none' };

/** Octets of the content, as received. */
interface Found {
  readonly header: OctetRange;
  readonly body: OctetRange;
  /** What the numbers name; absent for the whole letter. */
  readonly part?: Part;
}

export function findSection(letter: Letter, section: Section): SectionPlace {
  const { structure } = letter.summary;
  const whole: Found = { header: structure.header, body: structure.body };
  const found = section.part.length === 0 ? whole : findPart(structure, section.part);
  const range = found === undefined ? undefined : rangeOf(letter, found, section);
  if (range === undefined) return { kind: 'none' };
  const seen = { start: seenOffset(letter, range.start), end: seenOffset(letter, range.end) };
  // Our prefix is the beginning of the header.
  const octets = range.start === 0 && found?.part === undefined && section.text !== 'TEXT' ? { start: 0, end: seen.end } : seen;
  if (section.text !== 'HEADER.FIELDS' && section.text !== 'HEADER.FIELDS.NOT') return { kind: 'octets', range: octets };
  return { kind: 'fields', range: octets, fields: section.fields ?? [], isNot: section.text === 'HEADER.FIELDS.NOT' };
}

/** Which octets of a range a partial asks for; beyond its end there are none (RFC 9051 §6.4.5). */
export function cutPartial(range: OctetRange, partial: { readonly offset: number; readonly octets: number } | undefined): OctetRange {
  if (partial === undefined) return range;
  const start = Math.min(range.start + partial.offset, range.end);
  return { start, end: Math.min(start + partial.octets, range.end) };
}

/** Undefined: the part has no such text. */
function rangeOf(letter: Letter, { part, header, body }: Found, { text }: Section): OctetRange | undefined {
  if (text === undefined) return part === undefined ? { start: 0, end: letter.contentOctets } : body;
  if (text === 'MIME') return header;
  // RFC 9051 §6.4.5: HEADER and TEXT are of the letter, or of one that a part carries.
  const letterThere = part === undefined ? { header, body } : part.message?.part;
  return text === 'TEXT' ? letterThere?.body : letterThere?.header;
}

/** What the numbers name, and how it is encoded; undefined: there is no such part. */
export function findEncoding(root: Part, numbers: readonly number[]): string | undefined {
  // RFC 3516 §4.2: the whole message, as any composite, is as it is.
  return numbers.length === 0 ? 'binary' : findPart(root, numbers)?.part?.encoding;
}

function findPart(root: Part, numbers: readonly number[]): Found | undefined {
  let container: Part | undefined = root;
  let found: Part | undefined;
  for (const number of numbers) {
    found = container === undefined ? undefined : childrenOf(container)[number - 1];
    if (found === undefined) return undefined;
    // Below a multipart are its parts, below a letter the parts of what it carries, below others nothing.
    container = found.parts === undefined ? found.message?.part : found;
  }
  return found === undefined ? undefined : { header: found.header, body: found.body, part: found };
}

/** RFC 9051 §6.4.5: what is no multipart has one part, itself. */
function childrenOf(container: Part): readonly Part[] {
  return container.parts ?? [container];
}

/** An offset of the content as received, for the reader. */
function seenOffset(letter: Letter, offset: number): number {
  const cut = letter.cuts.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, offset) - start), 0);
  return letter.prefix.length + offset - cut;
}

/** Keeps some fields of a header as it streams by, octet for octet, with the blank line that ends it. */
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
