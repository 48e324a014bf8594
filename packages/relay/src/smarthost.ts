/**
 * The host that carries all our mail on, if there is one.
 *
 * `smtp://host` (port 25, TLS if offered), `submission://user:password@host` (port 587,
 * STARTTLS), `submissions://…` (port 465, TLS from the start). A password is never sent in
 * clear, nor to a host whose certificate does not bear its name; `?verify=no` lifts the
 * second. RFC 6409, RFC 8314.
 */
import { DnsFault, type Resolver } from '@posthorn/world/resolver.ts';
import { canonicalIp } from '@posthorn/world/ip.ts';
import type { Credentials } from './client/sasl.ts';
import { addressesOf, type Route } from './mx.ts';
import type { Target } from './target.ts';

export interface Smarthost {
  /** Name or IP address. */
  readonly host: string;
  readonly port: number;
  readonly tls: Target['tls'];
  readonly isVerified: boolean;
  readonly credentials?: Credentials;
}

const PORTS: Readonly<Record<string, number>> = { smtp: 25, submission: 587, submissions: 465 };

/** Reads its URL; undefined if it is none of ours. User and password are percent-encoded. */
export function parseSmarthost(text: string): Smarthost | undefined {
  const match = /^(smtp|submission|submissions):\/\/(?:([^:@/]*):([^@/]*)@)?(\[[0-9a-f:.]+\]|[^:@/?[\]]+)(?::(\d{1,5}))?\/?(\?verify=(?:no|yes))?$/i.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', user, password, host = '', port, query] = match;
  const kind = scheme.toLowerCase();
  const number = port === undefined ? PORTS[kind] ?? 25 : Number(port);
  if (number < 1 || number > 65_535) return undefined;
  const credentials = user === undefined || password === undefined ? undefined : decode(user, password);
  if (user !== undefined && credentials === undefined) return undefined;
  const hasSecret = credentials !== undefined;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
    port: number,
    tls: kind === 'submissions' ? 'implicit' : hasSecret || kind === 'submission' ? 'required' : 'opportunistic',
    isVerified: query?.toLowerCase() === '?verify=yes' || (hasSecret && query === undefined),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** Its addresses. That it is missing in DNS is our configuration's fault: the mail waits. */
export async function findSmarthost({ host }: Smarthost, resolver: Resolver): Promise<Route> {
  const ip = canonicalIp(host);
  if (ip !== undefined) return { kind: 'hosts', hosts: [{ host: ip, address: ip }] };
  try {
    const addresses = await addressesOf(host, resolver);
    if (addresses.length > 0) return { kind: 'hosts', hosts: addresses.map((address) => ({ host, address })) };
  } catch (fault) {
    if (!(fault instanceof DnsFault)) throw fault;
  }
  return { kind: 'deferred', remark: { code: 0, status: '4.4.3', text: `The smarthost ${host} is not to be found in DNS`, host: '' } };
}

function decode(user: string, password: string): Credentials | undefined {
  try {
    return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}
