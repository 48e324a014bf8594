/**
 * The configuration as values: checked, complete, nothing left to look up.
 *
 * `read.ts` makes it from a TOML file, `dev.ts` from the options of `posthorn dev`.
 */
import type { QuotaRules } from '@posthorn/directory/quota-desk.ts';
import type { Smarthost } from '@posthorn/relay/smarthost.ts';
import type { RetentionConfig } from './retention.ts';
import type { Endpoint } from '@posthorn/world/net.ts';
import type { Milliseconds } from '@posthorn/world/clock.ts';

export type Protocol = 'smtp' | 'submission' | 'submissions' | 'lmtp' | 'imap' | 'imaps' | 'http';

export interface ListenerConfig {
  readonly protocol: Protocol;
  readonly endpoint: Endpoint;
  /** What decides its port, for a message about a port in use: `--smtp-port`, or a line of the file. */
  readonly from: string;
}

export interface Config {
  /** Our name in EHLO, Received and notices. */
  readonly hostname: string;
  /** The data folder, absolute, or `:memory:`. */
  readonly data: string;
  /** `any`: every address of every domain is an account of its own (`dev`). */
  readonly domains: readonly string[] | 'any';
  /** How much accounts and domains may hold; absent: any amount. */
  readonly quotas?: QuotaRules;
  /** How long things are kept that nobody sees any more; absent: as the store has it. */
  readonly retention?: RetentionConfig;
  readonly postmaster?: string;
  readonly listeners: readonly ListenerConfig[];
  /** Absolute paths of PEM files; absent: self-signed. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** `ip:port` each; absent: the system's. */
  readonly dnsServers?: readonly string[];
  /** CIDR networks whose hosts may submit without AUTH. */
  readonly trustedNetworks: readonly string[];
  /** A letter sent again because its 250 was lost is stored once. */
  readonly isRetryCollapsed: boolean;
  /** Octets. */
  readonly messageOctetsMax: number;
  readonly relay: {
    readonly port: number;
    readonly smarthost?: Smarthost;
    readonly retry: readonly Milliseconds[];
    readonly expire: Milliseconds;
    /** Loopback addresses are used as MX: laboratories that set a relay port or DNS servers. */
    readonly isLoopbackAllowed: boolean;
  };
  readonly trust: {
    /** Look at SPF, DKIM and DMARC of what comes by MX. */
    readonly isJudging: boolean;
    /** Refuse what its author's domain asks to be rejected. */
    readonly isDmarcRejectObeyed: boolean;
  };
  /** Bearer token of `/rest/v1` on http listeners; absent: refused there. */
  readonly httpToken?: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const DEFAULTS = {
  messageOctetsMax: 50_000_000,
  relayPort: 25,
  retry: [5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
  expire: 5 * DAY,
} as const;
