/**
 * IDLE: news as it happens, until DONE. RFC 2177, RFC 9051 §6.3.13.
 */
import { continuation } from '@posthorn/imap/response.ts';
import { type KnownExchange, withdraw } from '../exchange.ts';
import { type Reply, bad, no, ok } from '../reply.ts';

export async function idle({ session, out, peer }: KnownExchange): Promise<Reply> {
  const { limits, clock } = session.services;
  const selected = session.state.kind === 'selected' ? session.state.selected : undefined;
  out.write(continuation('idling'));
  peer.expectLine();
  const until = clock.monotonic() + limits.autologoutMs;
  selected?.onRing(() => { peer.wake(); });
  try {
    for (;;) {
      const heard = await peer.hear(until - clock.monotonic());
      switch (heard.kind) {
        case 'line': return heard.text.toUpperCase() === 'DONE' ? ok('IDLE done') : bad('DONE was expected');
        case 'woken':
          if (await withdraw({ session, out })) return no('NOPERM', 'The mailbox may not be read any more');
          await selected?.look();
          // No command that counts messages is under way: anything may be said.
          selected?.tell(out, { mayExpunge: true, dialect: session.dialect });
          if (session.isRetiring) return ok('IDLE done: the server is shutting down');
          break;
        default: throw new Error(`a ${heard.kind} while idling`);
      }
    }
  } finally {
    selected?.onRing(undefined);
  }
}
