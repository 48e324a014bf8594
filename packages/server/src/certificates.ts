/**
 * Our TLS certificate: the operator's PEM files, or a self-signed one that we make and keep.
 *
 * Sessions ask for the context at each handshake, so a reload reaches the next one.
 */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createServerContext } from '@posthorn/world/tls.ts';
import type { EpochMs } from '@posthorn/world/clock.ts';
import type { FaultyCertificate } from '@posthorn/world/fault.ts';
import type { Config } from './config/config.ts';

const DAY_MS = 86_400_000;
/** A self-signed certificate is made anew when it has less than this left. */
const RENEWAL_DAYS = 30;

export interface Certificates {
  readonly isSelfSigned: boolean;
  /** `faulty`: what a fault rule wants to be shown; absent in production. */
  context(faulty?: FaultyCertificate): SecureContext;
  /** Reads the files again, or others. Throws, and keeps the old ones, if they cannot be used. */
  reload(config: CertificateConfig): void;
}

type CertificateConfig = Pick<Config, 'tls' | 'data' | 'hostname'>;

interface Pem {
  readonly certificate: string;
  readonly key: string;
}

export function openCertificates(config: CertificateConfig, now: EpochMs): Certificates {
  let context = createServerContext(pemOf(config, now));
  let isSelfSigned = config.tls === undefined;
  return {
    get isSelfSigned() {
      return isSelfSigned;
    },
    context: () => context,
    reload(next) {
      context = createServerContext(pemOf(next, now));
      isSelfSigned = next.tls === undefined;
    },
  };
}

function pemOf({ tls, data, hostname }: CertificateConfig, now: EpochMs): Pem {
  if (tls !== undefined) return { certificate: readFileSync(tls.certificate, 'utf8'), key: readFileSync(tls.key, 'utf8') };
  if (data === ':memory:') return makeCertificate({ names: [hostname, 'localhost'] });
  const file = join(data, 'self-signed.pem');
  const kept = readKept(file, hostname, now);
  if (kept !== undefined) return kept;
  const made = makeCertificate({ names: [hostname, 'localhost'] });
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
  const certificate = certificateIn(pem);
  if (certificate === undefined) return undefined;
  const isFresh = Date.parse(certificate.validTo) - now > RENEWAL_DAYS * DAY_MS;
  return isFresh && certificate.checkHost(hostname) !== undefined ? { certificate: pem, key: pem } : undefined;
}

/** Undefined when the file was broken: another is made. */
function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----')));
  } catch {
    return undefined;
  }
}
