/**
 * Signing keys of our domains (DKIM).
 */
import type { EpochMs } from '@posthorn/world/clock.ts';

export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  readonly createdAt: EpochMs;
}

export interface Keys {
  ofDomain(domain: string): Promise<readonly DkimKey[]>;
  /** False, and nothing changed, if the domain has a key with that selector. */
  add(key: DkimKey): Promise<boolean>;
  /** False if there is none. */
  remove(domain: string, selector: string): Promise<boolean>;
}
