/**
 * Our TLS certificate: the operator's PEM files, or a self-signed one that we make and keep.
 *
 * Sessions ask for the context at each handshake, so a reload reaches the next one.
 */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { createServerContext } from '@posthorn/world/tls.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { Config } from './config/config.ts';

const DAY_MS = 86_400_000;
const SELF_SIGNED_DAYS = 3650;
/** A self-signed certificate is made anew when it has less than this left. */
const RENEWAL_DAYS = 30;

export interface Certificates {
  readonly isSelfSigned: boolean;
  context(): SecureContext;
  /** Reads the files again, or others. Throws, and keeps the old ones, if they cannot be used. */
  reload(config: CertificateConfig): Promise<void>;
}

type CertificateConfig = Pick<Config, 'tls' | 'data' | 'hostname'>;

interface Pem {
  readonly certificate: string;
  readonly key: string;
}

export async function openCertificates(config: CertificateConfig, now: EpochMs): Promise<Certificates> {
  let context = createServerContext(await pemOf(config, now));
  let isSelfSigned = config.tls === undefined;
  return {
    get isSelfSigned() {
      return isSelfSigned;
    },
    context: () => context,
    async reload(next) {
      context = createServerContext(await pemOf(next, now));
      isSelfSigned = next.tls === undefined;
    },
  };
}

async function pemOf({ tls, data, hostname }: CertificateConfig, now: EpochMs): Promise<Pem> {
  if (tls !== undefined) return { certificate: readFileSync(tls.certificate, 'utf8'), key: readFileSync(tls.key, 'utf8') };
  if (data === ':memory:') return selfSigned(hostname, now);
  const file = join(data, 'self-signed.pem');
  const kept = readKept(file, hostname, now);
  if (kept !== undefined) return kept;
  const made = await selfSigned(hostname, now);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, made.key + made.certificate, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return made;
}

/** The self-signed certificate of an earlier start, if it still serves. */
function readKept(file: string, hostname: string, now: EpochMs): Pem | undefined {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch {
    // None was made yet.
    return undefined;
  }
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----')));
  const isFresh = Date.parse(certificate.validTo) - now > RENEWAL_DAYS * DAY_MS;
  return isFresh && certificate.checkHost(hostname) !== undefined ? { certificate: pem, key: pem } : undefined;
}

/** Loaded when needed: most starts have a certificate, and this is slow to load. */
async function selfSigned(hostname: string, now: EpochMs): Promise<Pem> {
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: hostname }], {
    keyType: 'ec', curve: 'P-256', algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS), notAfterDate: new Date(now + SELF_SIGNED_DAYS * DAY_MS),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: hostname }, { type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] }],
  });
  return { certificate: made.cert, key: made.private };
}
