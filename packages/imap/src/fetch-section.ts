/**
 * Where in a letter the octets of a FETCH section are. RFC 9051 §6.4.5, RFC 3501 §6.4.5.
 *
 * A letter is our prefix, then its content less the cuts, which lie in its header; structure
 * counts in the content alone. Answers count in the letter as its reader sees it.
 */
import type { OctetRange, Part } from '@posthorn/mail/structure.ts';
import type { Section } from './command.ts';

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

function rangeOf(letter: Letter, found: Found, section: Section): OctetRange | undefined {
  const { part } = found;
  switch (section.text) {
    case undefined: return part === undefined ? { start: 0, end: letter.contentOctets } : found.body;
    case 'MIME': return found.header;
    case 'HEADER':
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT':
      // RFC 9051 §6.4.5: HEADER and TEXT are of the letter, or of one that a part carries.
      return part === undefined ? found.header : part.message?.part.header;
    case 'TEXT': return part === undefined ? found.body : part.message?.part.body;
  }
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
