/**
 * Reads `posthorn.toml`: every problem at once, each with its line and what would be right.
 *
 * The keys are a contract with operators: docs/configuration.md lists them.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { formatAddress, parseAddress } from '@posthorn/mail/address.ts';
import { domainToAscii, isAddressLiteral } from '@posthorn/mail/domain.ts';
import type { DomainQuota, QuotaRules } from '@posthorn/directory/quota-desk.ts';
import { parseSmarthost } from '@posthorn/relay/smarthost.ts';
import { DEFAULTS } from './config.ts';
import type { Config, ListenerConfig, Protocol } from './config.ts';
import { Fields, errorCode } from './fields.ts';
import type { Problem, Surroundings } from './fields.ts';
import { readDomainQuota, readQuota } from './quotas.ts';
import { readRetention } from './retention.ts';
import { readTree } from './tree.ts';
import { formatEndpoint, parseDuration, parseEndpoint, parseNetwork, parseSize } from './units.ts';

export type ReadAnswer =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'faulty'; readonly problems: readonly Problem[] };

const PROTOCOLS: readonly Protocol[] = ['smtp', 'submission', 'submissions', 'lmtp', 'imap', 'imaps', 'http'];
const PORT = { min: 1, max: 65_535 };

/** Reads and checks a file. Faulty if it cannot be read, too. */
export function readConfigFile(file: string, environment: Surroundings['environment']): ReadAnswer {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { kind: 'faulty', problems: [{ line: 0, what: `${file} cannot be read (${errorCode(error)})` }] };
  }
  return readConfig(text, { folder: dirname(resolve(file)), environment });
}

/** Checks a configuration's text. */
export function readConfig(text: string, surroundings: Surroundings): ReadAnswer {
  const tree = readTree(text);
  if (tree.kind === 'broken') return { kind: 'faulty', problems: [{ line: tree.line, what: `this is not TOML: ${tree.what}` }] };
  const problems: Problem[] = [];
  const top = new Fields(tree, '', problems, surroundings);
  const config = readTop(top);
  top.done();
  if (problems.length > 0 || config === undefined) {
    return { kind: 'faulty', problems: problems.toSorted((one, other) => one.line - other.line) };
  }
  return { kind: 'config', config };
}

/** Undefined only together with a problem. */
function readTop(top: Fields): Config | undefined {
  const hostname = top.text('hostname', 'a host name such as "mx.example.org"', hostName);
  if (!top.has('hostname')) top.missing('hostname', 'hostname = "mx.example.org"');
  const data = top.path('data');
  if (!top.has('data')) top.missing('data', 'data = "/var/lib/posthorn"');
  const { domains, domainQuotas } = readDomains(top);
  const quotas = { account: readQuota(top.table('quota')), domains: domainQuotas };
  const listeners = readListeners(top);
  const tls = readTls(top.table('tls'));
  const dns = top.table('dns');
  const dnsServers = dns.texts('servers', 'an address with port such as "127.0.0.1:53"', dnsServer);
  dns.done();
  const submission = top.table('submission');
  const trusted = submission.texts('trusted', 'a network such as "10.0.0.0/24"', parseNetwork);
  submission.done();
  const receiving = top.table('receiving');
  const isRetryCollapsed = receiving.flag('retry_collapse') ?? true;
  receiving.done();
  const limits = top.table('limits');
  const message = limits.text('message', 'a size such as "50MB"', (text) => parseSize(text) || undefined);
  limits.done();
  const postmaster = readPostmaster(top, domains);
  const relay = readRelay(top.table('relay'), dnsServers !== undefined);
  const trust = readTrust(top.table('trust'));
  const retention = readRetention(top.table('retention'));
  const http = top.table('http');
  const httpToken = http.secret('token');
  http.done();
  if (hostname === undefined || data === undefined) return undefined;
  return {
    hostname, data, domains, quotas, listeners, relay, trust, isRetryCollapsed,
    trustedNetworks: trusted ?? [],
    messageOctetsMax: message ?? DEFAULTS.messageOctetsMax,
    ...(postmaster === undefined ? {} : { postmaster }),
    ...(retention === undefined ? {} : { retention }),
    ...(tls === undefined ? {} : { tls }),
    ...(dnsServers === undefined ? {} : { dnsServers }),
    ...(httpToken === undefined ? {} : { httpToken }),
  };
}

function hostName(text: string): string | undefined {
  return isAddressLiteral(text) ? undefined : domainToAscii(text);
}

/** `192.0.2.53` or `192.0.2.53:5353`; port 53 unless it says. */
function dnsServer(text: string): string | undefined {
  const endpoint = parseEndpoint(text) ?? parseEndpoint(`${text}:53`) ?? parseEndpoint(`[${text}]:53`);
  return endpoint === undefined || 'path' in endpoint ? undefined : formatEndpoint(endpoint);
}

function readDomains(top: Fields): { readonly domains: readonly string[]; readonly domainQuotas: QuotaRules['domains'] } {
  const names: string[] = [];
  const domainQuotas = new Map<string, DomainQuota>();
  for (const table of top.tables('domain')) {
    const name = table.text('name', 'a domain such as "example.org"', hostName);
    if (!table.has('name')) table.missing('name', 'name = "example.org"');
    if (name !== undefined && names.includes(name)) table.problem(table.line('name'), `domain.name = ${JSON.stringify(name)} stands here twice`);
    if (name !== undefined) names.push(name);
    const quota = readDomainQuota(table);
    if (name !== undefined && quota !== undefined) domainQuotas.set(name, quota);
    table.done();
  }
  return { domains: names, domainQuotas };
}

function readListeners(top: Fields): readonly ListenerConfig[] {
  const listeners: ListenerConfig[] = [];
  const taken = new Map<string, number>();
  for (const table of top.tables('listener')) {
    const protocol = table.text('protocol', `one of ${PROTOCOLS.join(', ')}`, (text) => PROTOCOLS.find((one) => one === text));
    const endpoint = table.text('address', 'an address with port such as "127.0.0.1:25", or "unix:/path" for lmtp and http', parseEndpoint);
    if (!table.has('protocol')) table.missing('protocol', 'protocol = "smtp"');
    if (!table.has('address')) table.missing('address', 'address = "0.0.0.0:25"');
    table.done();
    if (protocol === undefined || endpoint === undefined) continue;
    const line = table.line('address');
    if ('path' in endpoint && protocol !== 'lmtp' && protocol !== 'http') {
      table.problem(line, `listener.address: ${protocol} listens on an address with a port; unix sockets are for lmtp and http`);
    }
    const written = formatEndpoint(endpoint);
    const before = 'port' in endpoint && endpoint.port === 0 ? undefined : taken.get(written);
    if (before !== undefined) table.problem(line, `listener.address = ${JSON.stringify(written)} is taken by the listener on line ${before}`);
    taken.set(written, line);
    listeners.push({ protocol, endpoint, from: `line ${line} of the configuration` });
  }
  if (listeners.length === 0 && !top.has('listener')) top.missing('listener', '[[listener]] with protocol = "smtp" and address = "0.0.0.0:25"');
  return listeners;
}

function readTls(table: Fields): Config['tls'] {
  const certificate = table.path('certificate');
  const key = table.path('key');
  table.done();
  if (!table.isPresent) return undefined;
  if (!table.has('certificate')) table.missing('certificate', 'certificate = "cert.pem"');
  if (!table.has('key')) table.missing('key', 'key = "key.pem"');
  if (certificate === undefined || key === undefined) return undefined;
  try {
    createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key) });
  } catch (error) {
    table.problem(table.line('certificate'), `tls: the certificate and key cannot be used (${errorCode(error)})`);
  }
  return { certificate, key };
}

function readPostmaster(top: Fields, domains: readonly string[]): string | undefined {
  const postmaster = top.text('postmaster', 'an address such as "ann@example.org"', parseAddress);
  if (postmaster === undefined) return undefined;
  if (!domains.includes(postmaster.domain)) {
    top.problem(top.line('postmaster'), `postmaster must be in one of our domains (${domains.join(', ') || 'there is none'})`);
  }
  return formatAddress(postmaster);
}

function readRelay(table: Fields, hasDnsServers: boolean): Config['relay'] {
  const port = table.integer('port', PORT);
  const smarthostUrl = table.secret('smarthost');
  const smarthost = smarthostUrl === undefined ? undefined : parseSmarthost(smarthostUrl);
  if (smarthostUrl !== undefined && smarthost === undefined) {
    table.problem(table.line('smarthost'), 'relay.smarthost is not a URL such as "submission://user:password@smtp.example.net:587" (or smtp://, submissions://)');
  }
  const retry = table.texts('retry', 'a time such as "5m" or "1h"', (text) => parseDuration(text) || undefined);
  if (retry !== undefined && retry.length === 0) table.problem(table.line('retry'), 'relay.retry must name at least one time, such as ["5m", "1h"]');
  const expire = table.text('expire', 'a time such as "5d"', (text) => parseDuration(text) || undefined) ?? DEFAULTS.expire;
  table.done();
  if (retry?.[0] !== undefined && retry[0] > expire) table.problem(table.line('retry'), 'relay.retry waits longer than relay.expire: no letter would be tried twice');
  return {
    port: port ?? DEFAULTS.relayPort,
    retry: retry ?? DEFAULTS.retry,
    expire,
    isLoopbackAllowed: port !== undefined || hasDnsServers,
    ...(smarthost === undefined ? {} : { smarthost }),
  };
}

function readTrust(table: Fields): Config['trust'] {
  const isJudging = table.flag('judge');
  const dmarc = table.text('dmarc_reject', '"obey" (refuse what its author\'s domain asks to reject) or "mark" (only say so in the header)',
    (text) => (text === 'obey' || text === 'mark' ? text : undefined));
  table.done();
  if (isJudging === false && dmarc === 'obey') table.problem(table.line('dmarc_reject'), 'trust.dmarc_reject = "obey" needs trust.judge = true');
  return { isJudging: isJudging ?? true, isDmarcRejectObeyed: dmarc === 'obey' };
}
