/**
 * Orders to the library that stands between a process and its disk; see `native/disk.c`.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { constants as system } from 'node:os';

/** Kinds of calls; a set of them is their sum. */
export const CALLS = { write: 1, sync: 2, rename: 4, unlink: 8, open: 16, truncate: 32, mark: 64 } as const;
export const ALL_CALLS = Object.values(CALLS).reduce((sum, call) => sum + call, 0);

/** What becomes of a call: an error of the system, or the end of the process. */
export type Fate = 'EIO' | 'ENOSPC' | 'kill-before' | 'kill-after';

export interface Orders {
  /** Which calls are counted. */
  readonly calls?: number;
  /** So many of them still succeed. */
  readonly skip?: number;
  /** So many then do not. */
  readonly fail?: number;
  readonly fate?: Fate;
  /** How much longer each sync takes. */
  readonly syncMs?: number;
}

const FATES: Readonly<Record<Fate, number>> = { EIO: system.errno.EIO, ENOSPC: system.errno.ENOSPC, 'kill-before': 1001, 'kill-after': 1002 };
const FIELDS = 7;

/** Takes effect at once; what was counted is forgotten. */
export function order(file: string, { calls = 0, skip = 0, fail = 0, fate = 'EIO', syncMs = 0 }: Orders): void {
  const octets = Buffer.alloc(FIELDS * 4);
  for (const [index, value] of [calls, skip, fail, FATES[fate], syncMs * 1000, 0, 0].entries()) octets.writeUInt32LE(value, index * 4);
  const handle = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  writeSync(handle, octets, 0, octets.length, 0);
  closeSync(handle);
}

/** Calls counted since the last order, and those that did not succeed. */
export function countedCalls(file: string): { readonly counted: number; readonly failed: number } {
  const octets = Buffer.alloc(FIELDS * 4);
  const handle = openSync(file, 'r');
  readSync(handle, octets, 0, octets.length, 0);
  closeSync(handle);
  return { counted: octets.readUInt32LE(20), failed: octets.readUInt32LE(24) };
}
