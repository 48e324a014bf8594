/**
 * Writes what a search has found: SEARCH for rev1, ESEARCH for whoever asked how, and rev2.
 *
 * RFC 3501 §7.2.5, RFC 9051 §7.3.4, RFC 4731 §3; RFC 7162 §3.1.5 and §3.1.10 (MODSEQ);
 * RFC 9394 §3.1 (PARTIAL).
 */
import type { Page, SearchReturns } from './command.ts';
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
  /** Without options: ALL. */
  readonly returns: SearchReturns;
  /** In the order in which they are told. */
  readonly numbers: readonly number[];
  readonly modseq?: number;
}

/** RFC 4731 §3.1. MIN, MAX and ALL are absent where nothing was found; of what is sorted they are the first and the last (RFC 5267 §3). */
export function esearchLine({ tag, isUid, returns: { options, page }, numbers, modseq }: Found): string {
  const first = numbers[0];
  const last = numbers.at(-1);
  const isFound = first !== undefined;
  const isAll = options.includes('ALL') || options.length === 0;
  const items = [
    ...(options.includes('MIN') && isFound ? [`MIN ${first}`] : []),
    ...(options.includes('MAX') && isFound ? [`MAX ${last}`] : []),
    ...(isAll && isFound ? [`ALL ${formatSet(numbers)}`] : []),
    ...(options.includes('COUNT') ? [`COUNT ${numbers.length}`] : []),
    ...(page === undefined ? [] : [partial(numbers, page)]),
    ...(modseq !== undefined && isFound ? [`MODSEQ ${modseq}`] : []),
  ];
  return `* ${[`ESEARCH (TAG ${string(tag)})`, ...(isUid ? ['UID'] : []), ...items].join(' ')}\r\n`;
}

/** RFC 5256 §4. */
export function sortLine(numbers: readonly number[], modseq?: number): string {
  return searchLine(numbers, modseq).replace('SEARCH', 'SORT');
}

/** Those that a page names; beyond the end there are none. RFC 9394 §3.1. */
export function pageOf<Item>(items: readonly Item[], { from, to }: Page): readonly Item[] {
  const [first, last] = [Math.min(Math.abs(from), Math.abs(to)), Math.max(Math.abs(from), Math.abs(to))];
  return from < 0
    ? items.slice(Math.max(0, items.length - last), Math.max(0, items.length - first + 1))
    : items.slice(first - 1, last);
}

function partial(numbers: readonly number[], page: Page): string {
  const told = pageOf(numbers, page);
  return `PARTIAL (${page.from}:${page.to} ${told.length === 0 ? 'NIL' : formatSet(told)})`;
}
