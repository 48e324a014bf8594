/**
 * Tells whoever waits for a long command how far it has come. RFC 9585.
 */
import { string, untagged } from '@posthorn/imap/response.ts';
import type { Exchange } from './exchange.ts';
import { ok } from './reply.ts';

/** A client that hears nothing for so long may take us for dead; told more often it has no use for it (RFC 9585 §3). */
const TELL_EVERY_MS = 10_000;

/** To be called now and then: so many of so many are done. Throws when there is nobody to work for any more. */
export function tellingProgress({ tag, session, out }: Exchange): (done: number, total: number) => void {
  const { clock } = session.services;
  let since = clock.monotonic();
  return (done, total) => {
    out.checkPeer();
    if (clock.monotonic() - since < TELL_EVERY_MS) return;
    since = clock.monotonic();
    out.write(untagged(ok('Still at it', `INPROGRESS (${string(tag)} ${done} ${total})`)));
    out.push();
  };
}
