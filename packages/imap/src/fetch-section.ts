/**
 * Where in a letter the octets of a FETCH section are. RFC 9051 §6.4.5, RFC 3501 §6.4.5.
 */
import type { OctetRange, Part } from '@posthorn/mail/structure.ts';
import type { Section } from './command.ts';

/** Parts of a store's row, by the same names. */
export interface Letter {
  readonly prefix: { readonly length: number };
  readonly contentOctets: number;
  readonly cuts: readonly OctetRange[];
  readonly summary: { readonly structure: Part };
}

export type SectionPlace =
  /** Octets of the letter as its reader sees it. */
  | { readonly kind: 'octets'; readonly range: OctetRange }
  /** The header there, filtered by `HeaderFilter`; a partial applies to what is left. */
  | { readonly kind: 'fields'; readonly range: OctetRange; readonly fields: readonly string[]; readonly isNot: boolean }
  /** No such part: NIL. */
  | { readonly kind: 'none' };

export declare function findSection(letter: Letter, section: Section): SectionPlace;
export declare function cutPartial(range: OctetRange, partial: { readonly offset: number; readonly octets: number } | undefined): OctetRange;
/** Incremental: what is kept of the header so far. */
export declare class HeaderFilter {
  constructor(fields: readonly string[], isNot: boolean);
  push(chunk: Buffer): Buffer;
  end(): Buffer;
}
export declare function filterHeader(header: Buffer, fields: readonly string[], isNot: boolean): Buffer;
