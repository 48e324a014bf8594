import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCertificates } from './certificates.ts';

const NOW = Date.now();
const DAY = 86_400_000;

/** A host's data folder, and the certificate that is kept in it. */
function host(): { readonly config: { readonly data: string; readonly hostname: string }; readonly file: string; kept(): string } {
  const data = mkdtempSync(join(tmpdir(), 'posthorn-certificates-'));
  onTestFinished(() => { rmSync(data, { recursive: true }); });
  const file = join(data, 'self-signed.pem');
  return { config: { data, hostname: 'mx.elm.test' }, file, kept: () => readFileSync(file, 'utf8') };
}

test('a self-signed certificate is made once and kept', () => {
  const { config, kept } = host();
  expect(openCertificates(config, NOW).isSelfSigned).toBe(true);
  const first = kept();
  openCertificates(config, NOW);
  expect(kept()).toBe(first);
});

test('it is made anew for another name, before it runs out, and when its file is broken', () => {
  const { config, file, kept } = host();
  openCertificates(config, NOW);
  const first = kept();
  openCertificates({ ...config, hostname: 'mail.elm.test' }, NOW);
  const second = kept();
  expect(second).not.toBe(first);
  openCertificates({ ...config, hostname: 'mail.elm.test' }, NOW + 100 * 365 * DAY);
  const third = kept();
  expect(third).not.toBe(second);
  writeFileSync(file, third.slice(0, 300));
  openCertificates({ ...config, hostname: 'mail.elm.test' }, NOW);
  expect(kept()).toMatch(/-----END CERTIFICATE-----\n?$/);
});

test('files that cannot be used leave the old certificate in place', () => {
  const { config } = host();
  const certificates = openCertificates(config, NOW);
  const before = certificates.context();
  expect(() => { certificates.reload({ ...config, tls: { certificate: join(config.data, 'gone.pem'), key: join(config.data, 'gone.pem') } }); }).toThrow('ENOENT');
  expect(certificates.context()).toBe(before);
  expect(certificates.isSelfSigned).toBe(true);
});
