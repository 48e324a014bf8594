/**
 * A listener that cannot be had, in one sentence that names its port and who asked for it.
 */
import { NetFault } from '@posthorn/world/net.ts';
import type { ListenerConfig } from './config/config.ts';
import { formatEndpoint } from './config/units.ts';

export class ListenFault extends Error {
  override readonly name = 'ListenFault';
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'may not be opened by this user',
  EPERM: 'may not be opened by this user',
  EINVAL: 'has a longer path than a socket may have',
  EADDRNOTAVAIL: 'is on an address that this machine does not have',
};

/** Makes the sentence; faults of other kinds are handed on as they are. */
export function listenFault(listener: ListenerConfig, error: unknown): unknown {
  if (!(error instanceof NetFault)) return error;
  const { endpoint } = listener;
  const what = 'path' in endpoint ? `socket ${endpoint.path}` : `port ${endpoint.port} (${formatEndpoint(endpoint)})`;
  const advice = listener.from.startsWith('--') ? `; choose another with ${listener.from} N` : `; see ${listener.from}`;
  return new ListenFault(`${listener.protocol}: ${what} ${REASONS[error.code] ?? `cannot be listened on (${error.code})`}${advice}`, { cause: error });
}
