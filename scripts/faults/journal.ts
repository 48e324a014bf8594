/**
 * How far a long run came: a line of JSON for each part that is over, so that it can go on later.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface Journal<T> {
  /** Of earlier runs with the same file. */
  readonly entries: readonly T[];
  add(entry: T): void;
}

/** Without a file nothing is kept. */
export function openJournal<T>(file: string | undefined): Journal<T> {
  if (file === undefined) return { entries: [], add: () => {} };
  const entries: T[] = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)) : [];
  return {
    entries,
    add: (entry) => {
      appendFileSync(file, `${JSON.stringify(entry)}\n`);
    },
  };
}
