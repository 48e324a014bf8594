/**
 * Passwords into credentials: Argon2id, and SCRAM keys beside it, off the main thread.
 *
 * RFC 9106 (Argon2); the PHC string format for what is kept. Parameters as OWASP advises for
 * servers that hash many: 19 MiB, two passes, one lane.
 */
import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Credentials } from '@posthorn/store/accounts.ts';
import type { Random } from '@posthorn/world/random.ts';
import { deriveScramKeys } from './scram-keys.ts';

/** Passwords that come here are prepared (`saslPrepared`). */
export interface Hasher {
  makeCredentials(password: string): Promise<Credentials>;
  /** With no `argon2id` (nobody of that name) as slow as with one, and false. */
  verify(password: string, argon2id: string | undefined): Promise<boolean>;
  /** Of the keys it makes, and of those made up for users that do not exist. Absent: it makes none. */
  readonly scramIterations?: number;
}

export interface Argon2Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

export const ARGON2_COST: Argon2Cost = { memory: 19_456, passes: 2, lanes: 1 };
export const SCRAM_ITERATIONS = 100_000;
const SALT_OCTETS = 16;
const TAG_OCTETS = 32;

const argon2Async = promisify(argon2);

/** `isScramKept: false` leaves out the SCRAM keys, which are easier to search than Argon2id. */
export function createHasher({ random, cost = ARGON2_COST, scramIterations = SCRAM_ITERATIONS, isScramKept = true }: {
  readonly random: Random;
  readonly cost?: Argon2Cost;
  readonly scramIterations?: number;
  readonly isScramKept?: boolean;
}): Hasher {
  const nobody = formatPhc({ cost, salt: random.bytes(SALT_OCTETS), tag: random.bytes(TAG_OCTETS) });
  return {
    ...(isScramKept ? { scramIterations } : {}),
    async makeCredentials(password) {
      const salt = random.bytes(SALT_OCTETS);
      const argon2id = formatPhc({ cost, salt, tag: await tagOf(password, { cost, salt, octets: TAG_OCTETS }) });
      if (!isScramKept) return { argon2id };
      return { argon2id, scramSha256: await deriveScramKeys(password, random.bytes(SALT_OCTETS), scramIterations) };
    },
    async verify(password, argon2id) {
      const { cost: itsCost, salt, tag } = parsePhc(argon2id ?? nobody);
      const computed = await tagOf(password, { cost: itsCost, salt, octets: tag.length });
      return timingSafeEqual(computed, tag) && argon2id !== undefined;
    },
  };
}

function tagOf(password: string, { cost, salt, octets }: { cost: Argon2Cost; salt: Buffer; octets: number }): Promise<Buffer> {
  return argon2Async('argon2id', {
    message: password, nonce: salt, parallelism: cost.lanes, tagLength: octets, memory: cost.memory, passes: cost.passes,
  });
}

interface Phc {
  readonly cost: Argon2Cost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

export function formatPhc({ cost, salt, tag }: Phc): string {
  // The PHC format writes base64 without padding.
  const text = (octets: Buffer): string => octets.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.lanes}$${text(salt)}$${text(tag)}`;
}

/** Throws on what was not written by `formatPhc`: the books are damaged. */
export function parsePhc(text: string): Phc {
  const found = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,172})$/.exec(text);
  if (found === null) throw new Error('credentials in the books are no Argon2id string');
  const [, memory, passes, lanes, salt = '', tag = ''] = found;
  return {
    cost: { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}
