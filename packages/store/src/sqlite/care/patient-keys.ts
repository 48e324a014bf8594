/**
 * Goes through the keys of a table even where some of its pages are damaged: what cannot be
 * read is stepped over, in strides that grow until something can be read again.
 */
import type { Database } from 'better-sqlite3';

/** Keys read at once. */
const PAGE = 500;
const STRIDES = 48;

export interface KeyedTable {
  readonly table: string;
  /** Integer columns, in the order of the table's own key. */
  readonly key: readonly string[];
}

/** `isHurt`: some of the table could not be read before this one. */
export interface FoundKey {
  readonly key: readonly number[];
  readonly isHurt: boolean;
}

export function* patientKeys(db: Database, { table, key }: KeyedTable): Generator<FoundKey, void> {
  const columns = key.join(', ');
  const select = (limit: number) => db.prepare<unknown[], Record<string, number>>(
    `SELECT ${columns} FROM ${table} WHERE (${columns}) > (${key.map(() => '?').join(', ')}) ORDER BY ${columns} LIMIT ${limit}`,
  );
  const many = select(PAGE);
  const one = select(1);
  const keysAfter = (statement: typeof many, after: readonly number[]): readonly (readonly number[])[] | undefined => {
    try {
      return statement.all(...after).map((row) => key.map((name) => Number(row[name])));
    } catch {
      return undefined;
    }
  };
  let after: readonly number[] = key.map(() => -1);
  let isHurt = false;
  for (;;) {
    // Together where all is well; one by one towards a page that is not.
    const found = keysAfter(many, after) ?? keysAfter(one, after);
    if (found === undefined) {
      isHurt = true;
      const beyond = stepOver(after, (start) => keysAfter(one, start) !== undefined);
      if (beyond === undefined) return;
      after = beyond;
      continue;
    }
    if (found.length === 0) return;
    const before = after;
    for (const one of found) {
      yield { key: one, isHurt };
      isHurt = false;
      if (isBeyond(one, after)) after = one;
    }
    // Keys that do not ascend stand on a damaged page.
    if (after === before) {
      isHurt = true;
      after = after.map((part, at) => (at === after.length - 1 ? part + 1 : part));
    }
  }
}

function isBeyond(key: readonly number[], other: readonly number[]): boolean {
  const at = key.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (key[at] ?? 0) > (other[at] ?? 0);
}

/** The nearest start after `from` from which reading goes on. */
function stepOver(from: readonly number[], isReadable: (start: readonly number[]) => boolean): readonly number[] | undefined {
  for (let part = from.length - 1; part >= 0; part -= 1) {
    const at = (stride: number): readonly number[] => from.map((value, index) => (index < part ? value : index === part ? value + stride : -1));
    for (let power = 0; power < STRIDES; power += 1) {
      if (!isReadable(at(2 ** power))) continue;
      return at(nearest(2 ** power, (stride) => isReadable(at(stride))));
    }
  }
  return undefined;
}

/** The smallest readable stride between half of `readable` and it. */
function nearest(readable: number, isReadable: (stride: number) => boolean): number {
  let low = Math.floor(readable / 2);
  let high = readable;
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (isReadable(middle)) high = middle;
    else low = middle;
  }
  return high;
}
