/**
 * Remembers letters whose 250 may not have been heard, so that they are stored once when they
 * are sent again: always on submission, unless `[submission] retry_collapse` says no; in `dev` only
 * with `--retry-collapse`. RFC 5321 §6.1 has no cure for it, and elsewhere two equal letters are
 * two letters.
 *
 * A reply counts as unheard when the connection ended before another octet came from the
 * client behind its final dot. What is remembered is in memory, for an hour, and bounded. After a
 * restart nobody knows what was heard; then the last letter of each session of the past hour,
 * which the ledger has, counts as unheard. The content has to be the same to the octet: a letter
 * that got a newer Received field on its way here again is another one.
 */
import { createHash } from 'node:crypto';
import { formatAddress } from '@posthorn/mail/address.ts';
import { findField } from '@posthorn/mail/header.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { Ledger } from '@posthorn/store/ledger.ts';
import type { Clock, EpochMs, Milliseconds } from '@posthorn/world/clock.ts';
import type { ReceivedLetter } from './letter-intake.ts';
import { type Reply, reply } from './reply.ts';
import type { Client } from './session.ts';

/** What became of a letter. */
export interface Outcome {
  readonly letter: LetterId;
  readonly said: Reply;
}

export interface Retries {
  /** What became of the letter with this key before, if that was not heard; forgotten with this. */
  recall(key: string): Outcome | undefined;
  /** What became of the letter with this key was not heard; `at`: when it was said, if not now. */
  remember(key: string, outcome: Outcome, at?: EpochMs): void;
  /** Takes up what the ledger has of an earlier run. */
  restore(): Promise<void>;
  /** Writes down that a letter was offered again and is stored once. */
  write(letter: LetterId, client: Client): Promise<void>;
}

export interface RetriesOptions {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'acceptedSince' | 'write'>;
  /** How many are remembered. */
  readonly lettersMax?: number;
}

/** Under which the ledger has the key of a letter, in its acceptance. */
export const RETRY_DETAIL = 'retry';

/** Clients try again within minutes, some within the hour. */
const REMEMBERED_MS: Milliseconds = 60 * 60_000;
const REMEMBERED_MAX = 10_000;

export function createRetries({ clock, ledger, lettersMax = REMEMBERED_MAX }: RetriesOptions): Retries {
  /** In the order of remembering, the oldest first. */
  const unheard = new Map<string, Outcome & { readonly until: EpochMs }>();
  const remember: Retries['remember'] = (key, { letter, said }, at = clock.now()) => {
    unheard.delete(key);
    const [oldest] = unheard.keys();
    if (oldest !== undefined && unheard.size >= lettersMax) unheard.delete(oldest);
    unheard.set(key, { letter, said, until: at + REMEMBERED_MS });
  };
  return {
    remember,
    recall: (key) => {
      const found = unheard.get(key);
      unheard.delete(key);
      return found !== undefined && found.until > clock.now() ? found : undefined;
    },
    restore: async () => {
      const accepted = await ledger.acceptedSince(clock.now() - REMEMBERED_MS, lettersMax);
      for (const { key, letter, at } of lastOfSessions(accepted).toReversed()) remember(key, { letter, said: acceptedAs(letter) }, at);
    },
    write: (letter, { session, listener, remoteAddress }) =>
      ledger.write({ at: clock.now(), letter, act: 'collapsed', detail: { session, listener, client: remoteAddress } }),
  };
}

/** Whoever said something more after a letter had heard what became of it. Newest first, as given. */
function lastOfSessions(accepted: Awaited<ReturnType<Ledger['acceptedSince']>>): readonly { readonly key: string; readonly letter: LetterId; readonly at: EpochMs }[] {
  const sessions = new Set<unknown>();
  return accepted.flatMap(({ letter, at, entries }) => {
    const { session, [RETRY_DETAIL]: key } = entries.find(({ act }) => act === 'accepted')?.detail ?? {};
    if (typeof key !== 'string' || sessions.has(session)) return [];
    sessions.add(session);
    return [{ key, letter, at }];
  });
}

/** What was said of it word for word is not in the ledger; its id is. */
function acceptedAs(letter: LetterId): Reply {
  return reply(250, '2.0.0', `Ok: accepted as ${letter}`);
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
