/**
 * Sets of message numbers: put in order, looked up, written.
 *
 * RFC 9051 §9 sequence-set: overlaps and reversed ranges are legal and mean each number once.
 */
import type { SequenceSet } from './command.ts';

/** Closed and finite. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Ascending, disjoint and not adjoining; `largest` takes the place of `*`.
 *
 * `559:*` is `largest:559` where 559 is beyond the largest (RFC 9051 §9 seq-range).
 */
export function normalizeSet(set: SequenceSet, largest: number): readonly NumberRange[] {
  const ranges = set
    .map(({ from, to }) => [star(from, largest), star(to, largest)] as const)
    .map(([first, last]) => ({ from: Math.min(first, last), to: Math.max(first, last) }))
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else merged.push(range);
  }
  return merged;
}

function star(value: number, largest: number): number {
  return value === Infinity ? largest : value;
}

/** Of ranges that `normalizeSet` made; by halving. */
export function isInRanges(ranges: readonly NumberRange[], value: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range !== undefined && range.to < value) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low];
  return found !== undefined && found.from <= value;
}

/** Runs that ascend by one, in the order given. */
export function rangesOf(numbers: readonly number[]): readonly NumberRange[] {
  const runs: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last.to + 1) last.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs;
}

export function formatRanges(ranges: readonly NumberRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`)).join(',');
}

/** `1:3,5`, in the order given. For COPYUID and ESEARCH. Not for none. */
export function formatSet(numbers: readonly number[]): string {
  return formatRanges(rangesOf(numbers));
}
