/**
 * The bounds of an IMAP session, each with its name.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';

export interface ImapLimits {
  /** The largest message that APPEND takes. */
  readonly messageOctetsMax: number;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  /** How long a session may be silent. RFC 9051 §5.4: at least 30 minutes. */
  readonly autologoutMs: Milliseconds;
  /** How long a command may take to arrive before there is a login. */
  readonly loginMs: Milliseconds;
  /** How long the peer may leave what we write unread. */
  readonly stallMs: Milliseconds;
  /** How long the peer may take to close after we have. */
  readonly lingerMs: Milliseconds;
  /** Commands before a login; an honest client needs a handful. */
  readonly commandsBeforeLoginMax: number;
  /** Failed logins in a session. */
  readonly loginFailuresMax: number;
  /** Commands in a row that make no sense. */
  readonly badCommandsMax: number;
  /** How long the answer to a failed login is held back. */
  readonly loginFailureDelayMs: Milliseconds;
}

const DEFAULTS: ImapLimits = {
  messageOctetsMax: 50_000_000,
  connectionsMax: 4000,
  connectionsPerAddressMax: 500,
  autologoutMs: 30 * 60_000,
  loginMs: 60_000,
  stallMs: 5 * 60_000,
  lingerMs: 10_000,
  commandsBeforeLoginMax: 50,
  loginFailuresMax: 5,
  badCommandsMax: 20,
  loginFailureDelayMs: 1000,
};

export function withDefaults(limits: Partial<ImapLimits>): ImapLimits {
  return { ...DEFAULTS, ...limits };
}
