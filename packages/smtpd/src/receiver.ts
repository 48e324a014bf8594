/**
 * The receiver of one listener: accepts connections, and sees them out when it closes.
 *
 * What speaks SMTP is in `wire/`; what is decided, and for whom, is the session's.
 * RFC 5321, RFC 2033 (LMTP), RFC 8314 §3.3 (implicit TLS).
 */
import type { Clock, Milliseconds } from '@posthorn/world/clock.ts';
import type { FaultRules } from '@posthorn/world/fault.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Endpoint, Listening, ListenOptions, Net } from '@posthorn/world/net.ts';
import type { Overhear } from '@posthorn/world/overhear.ts';
import type { Random } from '@posthorn/world/random.ts';
import { type SmtpLimits, withDefaults } from './limits.ts';
import type { OpenSession } from './session.ts';
import type { TlsProvider } from './wire/options.ts';
import { WireServer } from './wire/server.ts';

export interface ReceiverOptions {
  /** The listener's name in log, ledger and fault rules: `smtp`, `submission`, `lmtp` … */
  readonly name: string;
  /** LMTP greets with LHLO and answers for each recipient (RFC 2033). */
  readonly protocol: 'smtp' | 'lmtp';
  /** Our name in the greeting. */
  readonly hostname: string;
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly faults: FaultRules;
  /** Hears every dialogue; absent in production. */
  readonly overhear?: Overhear | undefined;
  /** Made by `mxSessions`, `submissionSessions` or `lmtpSessions`. */
  readonly sessions: OpenSession;
  /** Asked at each handshake, so that a reload can bring a new certificate. Absent: no STARTTLS. */
  readonly tls?: TlsProvider;
  /** TLS from the first octet (port 465). Needs `tls`. */
  readonly isImplicitTls?: boolean;
  readonly limits?: Partial<SmtpLimits>;
}

export interface Receiver {
  listen(at: Endpoint, options?: ListenOptions): Promise<Listening>;
  /** Stops accepting, says 421 to who is idle at once and to others after their letter, cuts what is left after `graceMs`. */
  close(graceMs?: Milliseconds): Promise<void>;
  /** Connections now, for metrics. */
  readonly connections: number;
}

const GRACE_MS = 3000;

export function createReceiver(options: ReceiverOptions): Receiver {
  const { net, limits = {}, isImplicitTls = false, tls } = options;
  if (isImplicitTls && tls === undefined) throw new TypeError('implicit TLS without a TLS context');
  const server = new WireServer({ ...options, isImplicitTls, tls, limits: withDefaults(limits) });
  const open = new Set<Listening>();
  return {
    listen: async (at, listenOptions) => {
      const listening = await net.listen(at, (connection) => server.accept(connection), listenOptions);
      open.add(listening);
      return listening;
    },
    close: async (graceMs = GRACE_MS) => {
      await Promise.all([...open].map((listening) => listening.close()));
      open.clear();
      await server.shut(graceMs);
    },
    get connections() {
      return server.connections.size;
    },
  };
}
