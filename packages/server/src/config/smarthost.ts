/**
 * A smarthost as a URL: `submission://user:password@smtp.example.net:587`.
 *
 * `smtp` (25, TLS if offered), `submission` (587, STARTTLS), `submissions` (465, TLS; RFC 8314 §3.3).
 */
import { domainToAscii } from '@posthorn/mail/domain.ts';
import type { SmarthostConfig } from './config.ts';

const PORTS = { smtp: 25, submission: 587, submissions: 465 } as const;

/** Undefined if it is not such a URL. User and password are percent-decoded. */
export function parseSmarthost(text: string): SmarthostConfig | undefined {
  const [, scheme, user, password, v6, name, digits] = /^(smtp|submissions?):\/\/(?:([^:@/]+):([^@/]*)@)?(?:\[([0-9A-Fa-f:.]+)\]|([^:/@[\]]+))(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  const host = v6 ?? domainToAscii(name ?? '');
  const protocol = scheme === 'smtp' || scheme === 'submission' || scheme === 'submissions' ? scheme : undefined;
  if (protocol === undefined || host === undefined) return undefined;
  const port = digits === undefined ? PORTS[protocol] : Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  if (user === undefined || password === undefined) return { protocol, host, port };
  try {
    return { protocol, host, port, credentials: { user: decodeURIComponent(user), password: decodeURIComponent(password) } };
  } catch {
    return undefined;
  }
}
