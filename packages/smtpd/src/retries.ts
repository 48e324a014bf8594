/**
 * Remembers letters whose 250 may not have been heard, so that they are stored once when they
 * are sent again. Asked for by `posthorn dev --retry-collapse` and `[submission] retry_collapse`;
 * RFC 5321 §6.1 has no cure for it, and elsewhere two equal letters are two letters.
 *
 * A reply counts as unheard when the connection ended before another octet came from the
 * client behind its final dot. What is remembered is in memory only (a restart forgets it), for
 * an hour, and bounded. The content has to be the same to the octet: a letter that got a newer
 * Received field on its way here again is another one.
 */
import { createHash } from 'node:crypto';
import { formatAddress } from '@posthorn/mail/address.ts';
import { findField } from '@posthorn/mail/header.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { Clock, EpochMs, Milliseconds } from '@posthorn/world/clock.ts';
import type { ReceivedLetter } from './letter-intake.ts';
import type { Reply } from './reply.ts';
import type { Client } from './session.ts';

/** What became of a letter. */
export interface Outcome {
  readonly letter: LetterId;
  readonly said: Reply;
}

export interface Retries {
  /** What became of the letter with this key before, if that was not heard; forgotten with this. */
  recall(key: string): Outcome | undefined;
  /** What became of the letter with this key was not heard. */
  remember(key: string, outcome: Outcome): void;
}

/** Clients try again within minutes, some within the hour. */
const REMEMBERED_MS: Milliseconds = 60 * 60_000;
const REMEMBERED_MAX = 10_000;

export function createRetries(clock: Clock, lettersMax = REMEMBERED_MAX): Retries {
  /** In the order of remembering, the oldest first. */
  const unheard = new Map<string, Outcome & { readonly until: EpochMs }>();
  return {
    recall: (key) => {
      const found = unheard.get(key);
      unheard.delete(key);
      return found !== undefined && found.until > clock.now() ? found : undefined;
    },
    remember: (key, { letter, said }) => {
      unheard.delete(key);
      const [oldest] = unheard.keys();
      if (oldest !== undefined && unheard.size >= lettersMax) unheard.delete(oldest);
      unheard.set(key, { letter, said, until: clock.now() + REMEMBERED_MS });
    },
  };
}

/**
 * The same for the same octets from the same client on the same listener, with the same
 * reverse-path and the same recipients in whatever order. Undefined where the client did not
 * name the letter itself: two letters without a Message-ID and a Date may be equal and both meant.
 * A digest, so that many recipients weigh no more than one.
 */
export function retryKey({ client, account }: { readonly client: Client; readonly account: Account | undefined }, letter: ReceivedLetter): string | undefined {
  const { envelope, content, header, fields } = letter;
  const isGiven = (name: string): boolean => (findField(header, fields, name) ?? '').trim() !== '';
  if (!isGiven('message-id') || !isGiven('date')) return undefined;
  const parts = [
    client.listener,
    account === undefined ? ['ip', client.remoteAddress] : ['account', account.id],
    content.sha256.toString('hex'),
    envelope.reversePath === null ? '' : formatAddress(envelope.reversePath),
    envelope.recipients.map(({ address }) => formatAddress(address)).toSorted(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
