/**
 * The bounds of a receiving connection, each with its name.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';

export interface SmtpLimits {
  /** The largest letter: announced by SIZE (RFC 1870), asked for at MAIL, enforced while receiving. */
  readonly messageOctetsMax: number;
  /** What a client may go on sending of a letter that is too large before the connection is cut. */
  readonly excessOctetsMax: number;
  /** RFC 5321 §4.5.3.1.8: at least 100. */
  readonly recipientsMax: number;
  /** Recipients refused since the last letter: somebody is trying names. */
  readonly refusedRecipientsMax: number;
  /** RFC 5321 §4.5.3.1.4 wants 512, extensions add to it (RFC 3461 §4, RFC 4954 §4.3: 12,288 for AUTH). */
  readonly commandOctetsMax: number;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  /** Failed, broken off or malformed AUTH exchanges. */
  readonly authFailuresMax: number;
  /** Commands that are unknown, malformed or out of order, since the last letter. */
  readonly badCommandsMax: number;
  /** Commands that move nothing (NOOP, RSET, VRFY, HELP, EHLO, MAIL without DATA), since the last letter. */
  readonly idleCommandsMax: number;
  /** From one reply to the end of the next command (RFC 5321 §4.5.3.2.7: at least five minutes). */
  readonly commandMs: Milliseconds;
  /** Until the first HELO, EHLO or LHLO. */
  readonly greetingMs: Milliseconds;
  readonly handshakeMs: Milliseconds;
  /** Between two pieces of a letter (RFC 5321 §4.5.3.2.5). */
  readonly dataMs: Milliseconds;
  /** A letter may take this long, and one more second for every `dataRateMin` octets received. */
  readonly dataGraceMs: Milliseconds;
  /** Octets in a second. */
  readonly dataRateMin: number;
  /** How long a connection lives that is between two commands. */
  readonly sessionMs: Milliseconds;
  /** How long we wait for the client to close after we did. */
  readonly lingerMs: Milliseconds;
}

const MINUTE = 60_000;

export const DEFAULT_LIMITS: SmtpLimits = {
  messageOctetsMax: 50_000_000,
  excessOctetsMax: 10_000_000,
  recipientsMax: 1000,
  refusedRecipientsMax: 100,
  commandOctetsMax: 12_288,
  connectionsMax: 2000,
  connectionsPerAddressMax: 500,
  authFailuresMax: 5,
  badCommandsMax: 20,
  idleCommandsMax: 100,
  commandMs: 5 * MINUTE,
  greetingMs: 5 * MINUTE,
  handshakeMs: MINUTE,
  dataMs: 3 * MINUTE,
  dataGraceMs: 10 * MINUTE,
  dataRateMin: 1000,
  sessionMs: 24 * 60 * MINUTE,
  lingerMs: 5000,
};

export function withDefaults(limits: Partial<SmtpLimits>): SmtpLimits {
  return { ...DEFAULT_LIMITS, ...limits };
}
