/**
 * A hasher for the simulated world: the same interface, cheap, and the same result each time.
 *
 * No secret is safe with it. SCRAM keys have the least number of iterations that clients accept.
 */
import { createHmac } from 'node:crypto';
import type { Hasher } from './hasher.ts';
import { deriveScramKeys } from './scram-keys.ts';

/** RFC 7677 §4. */
const SCRAM_ITERATIONS_MIN = 4096;

export function createQuickHasher(): Hasher {
  const tag = (password: string): string => createHmac('sha256', 'quick').update(password).digest('base64');
  return {
    scramIterations: SCRAM_ITERATIONS_MIN,
    makeCredentials: async (password) => ({
      argon2id: `$quick$${tag(password)}`,
      scramSha256: await deriveScramKeys(password, Buffer.from(tag(`salt ${password}`), 'base64').subarray(0, 16), SCRAM_ITERATIONS_MIN),
    }),
    verify: (password, argon2id) => Promise.resolve(argon2id === `$quick$${tag(password)}`),
  };
}
