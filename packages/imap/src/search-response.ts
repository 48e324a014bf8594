/**
 * Writes what a search has found: SEARCH for rev1, ESEARCH for whoever asked how, and rev2.
 *
 * RFC 3501 §7.2.5, RFC 9051 §7.3.4, RFC 4731 §3; RFC 7162 §3.1.5 and §3.1.10 (MODSEQ).
 */
import { string } from './response.ts';
import { formatSet } from './sequence-set.ts';

/** RFC 3501 §7.2.5. `modseq`: the highest among them, if modseqs were asked about. */
export function searchLine(numbers: readonly number[], modseq?: number): string {
  if (numbers.length === 0) return '* SEARCH\r\n';
  return `* SEARCH ${numbers.join(' ')}${modseq === undefined ? '' : ` (MODSEQ ${modseq})`}\r\n`;
}

export interface Found {
  readonly tag: string;
  readonly isUid: boolean;
  /** MIN, MAX, ALL, COUNT; of none: ALL. */
  readonly options: readonly string[];
  /** Ascending. */
  readonly numbers: readonly number[];
  readonly modseq?: number;
}

/** RFC 4731 §3.1. MIN, MAX and ALL are absent where nothing was found. */
export function esearchLine({ tag, isUid, options, numbers, modseq }: Found): string {
  const first = numbers[0];
  const last = numbers.at(-1);
  const isAll = options.includes('ALL') || options.length === 0;
  const items = [
    ...(options.includes('MIN') && first !== undefined ? [`MIN ${first}`] : []),
    ...(options.includes('MAX') && last !== undefined ? [`MAX ${last}`] : []),
    ...(isAll && first !== undefined ? [`ALL ${formatSet(numbers)}`] : []),
    ...(options.includes('COUNT') ? [`COUNT ${numbers.length}`] : []),
    ...(modseq !== undefined && first !== undefined ? [`MODSEQ ${modseq}`] : []),
  ];
  return `* ${[`ESEARCH (TAG ${string(tag)})`, ...(isUid ? ['UID'] : []), ...items].join(' ')}\r\n`;
}
