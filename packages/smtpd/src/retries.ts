/**
 * Remembers letters whose 250 may not have been heard, so that they are stored once when they
 * are sent again. Asked for by `posthorn dev --retry-collapse`; RFC 5321 §6.1 has no cure for
 * it, and elsewhere two equal letters are two letters.
 *
 * A reply counts as unheard when the connection ended before the client said anything more.
 * What is remembered is in memory only, for a while, and bounded.
 */
import { formatAddress } from '@posthorn/mail/address.ts';
import type { Clock, EpochMs, Milliseconds } from '@posthorn/world/clock.ts';
import type { ReceivedLetter } from './letter-intake.ts';
import type { Reply } from './reply.ts';

export interface Retries {
  /** The reply that this letter got before, if it was not heard; forgotten with this. */
  recall(letter: ReceivedLetter): Reply | undefined;
  /** The reply to this letter was not heard. */
  remember(letter: ReceivedLetter, said: Reply): void;
}

/** Clients try again within minutes, some within the hour. */
const REMEMBERED_MS: Milliseconds = 60 * 60_000;
const REMEMBERED_MAX = 10_000;

export function createRetries(clock: Clock): Retries {
  /** In the order of remembering, the oldest first. */
  const unheard = new Map<string, { readonly said: Reply; readonly until: EpochMs }>();
  return {
    recall: (letter) => {
      const key = keyOf(letter);
      const found = unheard.get(key);
      unheard.delete(key);
      return found !== undefined && found.until > clock.now() ? found.said : undefined;
    },
    remember: (letter, said) => {
      const [oldest] = unheard.keys();
      if (oldest !== undefined && unheard.size >= REMEMBERED_MAX) unheard.delete(oldest);
      unheard.set(keyOf(letter), { said, until: clock.now() + REMEMBERED_MS });
    },
  };
}

/** The same octets from the same sender to the same recipients, in whatever order. */
function keyOf({ envelope, content }: ReceivedLetter): string {
  const sender = envelope.reversePath === null ? '' : formatAddress(envelope.reversePath);
  const recipients = envelope.recipients.map(({ address }) => formatAddress(address)).toSorted();
  return [content.sha256.toString('hex'), sender, ...recipients].join(' ');
}
