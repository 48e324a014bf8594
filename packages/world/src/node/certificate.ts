/**
 * Certificates made on the spot: self-signed ones for hosts without any, an authority and its servers for tests.
 *
 * RFC 5280 §4.1 in DER (X.690), ECDSA on P-256 only.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { parseIp } from '../ip.ts';

export interface MadeCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  /** DNS names and IP addresses; the first is the common name too. */
  readonly names: readonly [string, ...string[]];
  /** Self-signed, and an authority, without one. */
  readonly issuer?: MadeCertificate;
  /** When it stops being valid. */
  readonly notAfter?: Date;
}

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

export function makeCertificate({ names, issuer, notAfter = new Date('2049-12-31T00:00:00Z') }: CertificateOptions): MadeCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [name] = names;
  const extensions = [
    ...(issuer === undefined ? [extension('551d13', sequence(Buffer.from('0101ff', 'hex')))] : []),
    extension('551d11', sequence(...names.map(alternativeName))),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    commonName(issuer?.name ?? name),
    sequence(utcTime(new Date('2020-01-01T00:00:00Z')), utcTime(notAfter)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  const whole = sequence(body, ECDSA_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    name,
    privateKey,
  };
}

/** RFC 5280 §4.2.1.6: dNSName or iPAddress. */
function alternativeName(name: string): Buffer {
  const ip = parseIp(name);
  return ip === undefined ? der(0x82, Buffer.from(name)) : der(0x87, Buffer.from(ip));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  return length < 256
    ? Buffer.concat([Buffer.from([tag, 0x81, length]), content])
    : Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 255]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
}

function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value));
}
