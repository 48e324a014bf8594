/**
 * Randomness from the operating system, fit for secrets.
 */
import { randomBytes } from 'node:crypto';
import type { Random } from '../random.ts';

const FRACTION_OCTETS = 6;

export const realRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => randomBytes(FRACTION_OCTETS).readUIntBE(0, FRACTION_OCTETS) / 2 ** (8 * FRACTION_OCTETS),
};
