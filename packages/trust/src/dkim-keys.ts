/**
 * DKIM keys: making them, and the DNS records that show their public halves.
 *
 * RFC 6376 §3.6.1 (key records), RFC 8301 §3.2 (RSA of 2048 bits), RFC 8463 §3 (Ed25519).
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { SigningKey } from './signer.ts';

const RSA_BITS = 2048;

/** RFC 1035 §3.3: a character string holds up to 255 octets. */
const TXT_STRING_OCTETS_MAX = 255;

export interface DkimRecord {
  /** `selector._domainkey.domain`, without a trailing dot. */
  readonly name: string;
  /** The TXT record's text, in one piece. */
  readonly value: string;
}

const generate = promisify(generateKeyPair);

/**
 * A key of each kind for a domain: every verifier knows RSA, few know Ed25519 yet.
 * `at`, in milliseconds since 1970, names the selectors: `p202611r`, `p202611e`.
 */
export async function generateDkimKeys({ domain, at }: { readonly domain: string; readonly at: number }): Promise<readonly [rsa: SigningKey, ed25519: SigningKey]> {
  const month = new Date(at).toISOString().slice(0, 7).replace('-', '');
  const [rsa, ed25519] = await Promise.all([generate('rsa', { modulusLength: RSA_BITS }), generate('ed25519')]);
  return [
    { domain, selector: `p${month}r`, algorithm: 'rsa-sha256', privateKey: toPem(rsa.privateKey) },
    { domain, selector: `p${month}e`, algorithm: 'ed25519-sha256', privateKey: toPem(ed25519.privateKey) },
  ];
}

/** What to publish so that others can verify. Throws when the private key is none. */
export function dkimRecord(key: SigningKey): DkimRecord {
  const info = createPublicKey(createPrivateKey(key.privateKey)).export({ type: 'spki', format: 'der' });
  const [type, octets] = key.algorithm === 'rsa-sha256'
    ? ['rsa', info]
    // RFC 8463 §4: the bare 32 octets, which are the last of the key information.
    : ['ed25519', info.subarray(-32)];
  return { name: `${key.selector}._domainkey.${key.domain}`, value: `v=DKIM1; k=${type}; p=${octets.toString('base64')}` };
}

/** The record as a line of a zone file, its text in strings of at most 255 octets (RFC 1035 §5.1). */
export function zoneFileLine({ name, value }: DkimRecord): string {
  const strings = value.match(new RegExp(`.{1,${TXT_STRING_OCTETS_MAX}}`, 'g')) ?? [];
  return `${name}. IN TXT ${strings.length === 1 ? `"${value}"` : `( ${strings.map((text) => `"${text}"`).join(' ')} )`}`;
}

function toPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
