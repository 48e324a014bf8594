/**
 * The keys of SCRAM-SHA-256: derived when a password is set, so that it need not be kept.
 *
 * Whoever has them can try passwords against them, and can pose as this server; they are
 * weaker than Argon2id and can be left out. RFC 5802 §3, RFC 7677.
 */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { ScramKeys } from '@posthorn/store/accounts.ts';

const derive = promisify(pbkdf2);

/** From a prepared password; off the main thread. */
export async function deriveScramKeys(password: string, salt: Buffer, iterations: number): Promise<ScramKeys> {
  const salted = await derive(password, salt, iterations, 32, 'sha256');
  return {
    salt: salt.toString('base64'),
    iterations,
    storedKey: hash(hmac(salted, 'Client Key')).toString('base64'),
    serverKey: hmac(salted, 'Server Key').toString('base64'),
  };
}

export function hash(octets: Buffer): Buffer {
  return createHash('sha256').update(octets).digest();
}

/** RFC 5802 §3: ClientKey = ClientProof XOR HMAC(StoredKey, AuthMessage). */
export function clientKeyFromProof(storedKey: Buffer, authMessage: string, proof: Buffer): Buffer {
  const signature = hmac(storedKey, authMessage);
  return Buffer.from(signature.map((octet, index) => octet ^ (proof[index] ?? 0)));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
