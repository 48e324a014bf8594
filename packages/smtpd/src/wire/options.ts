/**
 * What the connections of one listener share.
 */
import type { Clock } from '@posthorn/world/clock.ts';
import type { FaultRules, FaultyCertificate } from '@posthorn/world/fault.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Overhear } from '@posthorn/world/overhear.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { TlsServerOptions } from '@posthorn/world/tls.ts';
import type { SmtpLimits } from '../limits.ts';
import type { OpenSession } from '../session.ts';

/** Asked at each handshake: certificates may have changed since the last. */
export type TlsProvider = (faulty?: FaultyCertificate) => Pick<TlsServerOptions, 'context' | 'contextFor'>;

export interface WireOptions {
  readonly name: string;
  readonly protocol: 'smtp' | 'lmtp';
  readonly hostname: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly faults: FaultRules;
  readonly overhear?: Overhear | undefined;
  readonly sessions: OpenSession;
  readonly tls: TlsProvider | undefined;
  readonly isImplicitTls: boolean;
  readonly limits: SmtpLimits;
}
