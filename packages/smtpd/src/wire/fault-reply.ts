/**
 * What a client hears when something was thrown: the one place where it is caught.
 *
 * Faults of the world are temporary (451, or 452 when the disk is full); a bug ends the
 * session with 421, and the log gets it whole.
 */
import { DnsFault } from '@posthorn/world/resolver.ts';
import { NetFault } from '@posthorn/world/net.ts';
import type { Log } from '@posthorn/world/log.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { LOCAL_FAULT, type Reply, reply, STORAGE_FULL } from '../reply.ts';

const BUG = reply(421, '4.3.0', 'Internal error, closing');

/** How the system says that a disk is full. */
const FULL = /\b(SQLITE_FULL|ENOSPC|EDQUOT)\b/;

/** Causes of causes that are looked at. */
const CAUSES_MAX = 5;

export function replyToFault(cause: unknown, log: Log): Reply {
  if (cause instanceof StoreFault || cause instanceof DnsFault || cause instanceof NetFault) {
    log.warn({ cause }, 'letter put off by a fault');
    return isFull(cause) ? STORAGE_FULL : LOCAL_FAULT;
  }
  log.error({ cause }, 'session ended by a bug');
  return BUG;
}

function isFull(fault: Error): boolean {
  let cause: unknown = fault;
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth += 1) {
    if (FULL.test(cause.message) || ('code' in cause && typeof cause.code === 'string' && FULL.test(cause.code))) return true;
    cause = cause.cause;
  }
  return false;
}
