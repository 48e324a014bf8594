/**
 * A host to connect to, and what TLS to demand of it.
 */
import type { Credentials } from './client/sasl.ts';

export interface Target {
  /** The name its certificate must bear; an IP address where it has no name. */
  readonly host: string;
  /** IP address. */
  readonly address: string;
  readonly port: number;
  readonly tls: 'opportunistic' | 'required' | 'implicit';
  /** Whether the certificate must be good. Never where TLS is only opportunistic (RFC 7435). */
  readonly isVerified: boolean;
  readonly credentials?: Credentials;
}

/** Connections with the same key serve the same letters. */
export function targetKey({ host, address, port, tls, isVerified }: Target): string {
  return `${host} ${address} ${port} ${tls} ${isVerified}`;
}
