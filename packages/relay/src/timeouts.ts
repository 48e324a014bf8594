/**
 * How long the other host may take, by what is awaited. RFC 5321 §4.5.3.2.
 */
import type { Milliseconds } from '@posthorn/world/clock.ts';
import type { ClientStage } from './client/dialogue.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Not in the RFC; two minutes is what systems take by themselves, and long where others wait. */
export const CONNECT_TIMEOUT: Milliseconds = 30 * SECOND;

/** RFC 5321 §4.5.3.2.5: for each block of the letter to be taken. */
export const BLOCK_TIMEOUT: Milliseconds = 3 * MINUTE;

const TIMEOUTS: Readonly<Record<ClientStage, Milliseconds>> = {
  banner: 5 * MINUTE, // RFC 5321 §4.5.3.2.1
  ehlo: 5 * MINUTE,
  starttls: 2 * MINUTE,
  tls: 1 * MINUTE,
  auth: 2 * MINUTE,
  idle: 5 * MINUTE,
  rset: 5 * MINUTE,
  mail: 5 * MINUTE, // RFC 5321 §4.5.3.2.2
  rcpt: 5 * MINUTE, // RFC 5321 §4.5.3.2.3
  data: 2 * MINUTE, // RFC 5321 §4.5.3.2.4
  body: BLOCK_TIMEOUT,
  'data-end': 10 * MINUTE, // RFC 5321 §4.5.3.2.6
  quit: 1 * SECOND, // Nothing depends on the answer any more, and who stops us waits for it.
};

export function timeoutOf(stage: ClientStage): Milliseconds {
  return TIMEOUTS[stage];
}
