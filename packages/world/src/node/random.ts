/**
 * Randomness from the operating system, fit for secrets.
 *
 * Small amounts come from a pool: asking the system for each identifier was 6 % of a busy
 * receiver's time. No octet is handed out twice.
 */
import { randomBytes } from 'node:crypto';
import type { Random } from '../random.ts';

const FRACTION_OCTETS = 6;
const POOL_OCTETS = 4096;
/** More than this is asked of the system by itself. */
const POOLED_OCTETS_MAX = 64;

let pool = Buffer.alloc(0);
let used = 0;

function bytes(count: number): Buffer {
  if (count > POOLED_OCTETS_MAX) return randomBytes(count);
  if (used + count > pool.length) {
    pool = randomBytes(POOL_OCTETS);
    used = 0;
  }
  const taken = Buffer.from(pool.subarray(used, used + count));
  pool.fill(0, used, used + count);
  used += count;
  return taken;
}

export const realRandom: Random = {
  bytes,
  fraction: () => bytes(FRACTION_OCTETS).readUIntBE(0, FRACTION_OCTETS) / 2 ** (8 * FRACTION_OCTETS),
};
