/**
 * Lengths of time as people write them in tests: `250`, `'2s'`, `'6h'`, `'5d'`.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';

type Unit = keyof typeof UNITS;

/** A number of milliseconds, or a number with its unit. */
export type Duration = Milliseconds | `${number}${Unit}` | `${number} ${Unit}`;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Throws `TypeError` for what is no length of time. */
export function milliseconds(duration: Duration): Milliseconds {
  return readDuration(duration);
}

/** The same of what somebody else wrote. */
export function readDuration(duration: number | string): Milliseconds {
  if (typeof duration === 'number' && duration >= 0) return duration;
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/.exec(String(duration));
  const unit = Object.entries(UNITS).find(([name]) => name === match?.[2])?.[1];
  if (match === null || unit === undefined) throw new TypeError(`${JSON.stringify(duration)} is no length of time: write 250, '2s', '6h' or '5d'`);
  return Number(match[1]) * unit;
}

/** `1.5 s`, `250 ms`, `6 h`: for messages. */
export function told(ms: Milliseconds): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, size]) => ms >= size) ?? ['ms', 1];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}
