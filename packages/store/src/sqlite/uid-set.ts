/**
 * Sets of UIDs as text, `1:5,9`, the way IMAP writes them. RFC 9051 §9 (sequence-set).
 */

/** `uids` ascending, without doubles. */
export function writeUidSet(uids: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at < uids.length; at += 1) {
    const first = uids[at] ?? 0;
    let last = first;
    while (uids[at + 1] === last + 1) {
      last += 1;
      at += 1;
    }
    ranges.push(first === last ? `${first}` : `${first}:${last}`);
  }
  return ranges.join(',');
}

/** Ascending, as it was written. */
export function readUidSet(text: string): readonly number[] {
  return ranges(text).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

/** The place of `uid` in the set, from 0; undefined if it is not among them. */
export function positionInUidSet(text: string, uid: number): number | undefined {
  let before = 0;
  for (const [first, last] of ranges(text)) {
    if (uid >= first && uid <= last) return before + uid - first;
    before += last - first + 1;
  }
  return undefined;
}

/** Ascending and without doubles. */
export function sortedUids<T extends number>(uids: readonly T[]): readonly T[] {
  return [...new Set(uids)].toSorted((a, b) => a - b);
}

function ranges(text: string): readonly (readonly [first: number, last: number])[] {
  if (text === '') return [];
  return text.split(',').map((range) => {
    const [first = '', last = first] = range.split(':');
    return [Number(first), Number(last)];
  });
}
