/**
 * The configuration of `posthorn dev`: the same engine, open to everything, closed to the outside.
 */
import { DEFAULTS } from './config.ts';
import type { Config } from './config.ts';

export interface DevOptions {
  /** Absolute, or `:memory:`. */
  readonly data: string;
  readonly host?: string;
  readonly smtpPort?: number;
  readonly imapPort?: number;
  readonly httpPort?: number;
  /** A letter sent again because its 250 was lost is stored once. */
  readonly isRetryCollapsed?: boolean;
}

export const DEV_DEFAULTS = { host: '127.0.0.1', smtpPort: 1025, imapPort: 1143, httpPort: 8025 } as const;

export function devConfig(options: DevOptions): Config {
  const host = options.host ?? DEV_DEFAULTS.host;
  return {
    hostname: 'localhost',
    data: options.data,
    domains: 'any',
    listeners: [
      { protocol: 'submission', endpoint: { host, port: options.smtpPort ?? DEV_DEFAULTS.smtpPort }, from: '--smtp-port' },
      { protocol: 'imap', endpoint: { host, port: options.imapPort ?? DEV_DEFAULTS.imapPort }, from: '--imap-port' },
      { protocol: 'http', endpoint: { host, port: options.httpPort ?? DEV_DEFAULTS.httpPort }, from: '--http-port' },
    ],
    trustedNetworks: ['0.0.0.0/0', '::/0'],
    isRetryCollapsed: options.isRetryCollapsed ?? false,
    messageOctetsMax: DEFAULTS.messageOctetsMax,
    relay: { port: DEFAULTS.relayPort, retry: DEFAULTS.retry, expire: DEFAULTS.expire, isLoopbackAllowed: false },
    trust: { isJudging: false, isDmarcRejectObeyed: false },
  };
}
