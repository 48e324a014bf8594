/**
 * Times, sizes and names, as briefly as they can be said.
 */
import type { Person } from '../src/shapes.ts';

const DAY_MS = 86_400_000;

/** The time today, the weekday this week, else the date. */
export function shortTime(iso: string, now: number): string {
  const time = new Date(iso);
  const age = now - time.getTime();
  if (age < DAY_MS && new Date(now).getDate() === time.getDate()) return time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  if (age < 6 * DAY_MS && age > 0) return time.toLocaleDateString([], { weekday: 'short' });
  return time.toLocaleDateString([], new Date(now).getFullYear() === time.getFullYear() ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' });
}

export function longTime(iso: string): string {
  return new Date(iso).toLocaleString([], { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function size(octets: number): string {
  if (octets < 1000) return `${octets} B`;
  return octets < 999_500 ? `${Math.round(octets / 1000)} KB` : `${(octets / 1_000_000).toFixed(1)} MB`;
}

export function nameOf(person: Person | undefined): string {
  return person === undefined ? 'Nobody' : person.name === '' ? person.address : person.name;
}

export function names(people: readonly Person[]): string {
  const [first, second, ...others] = people;
  return [first, second].filter((each) => each !== undefined).map(nameOf).join(', ') + (others.length === 0 ? '' : ` and ${others.length} more`);
}

/** One of a few quiet colours for each sender, always the same. */
export function hueOf(text: string): number {
  let sum = 7;
  for (const char of text) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return sum;
}
