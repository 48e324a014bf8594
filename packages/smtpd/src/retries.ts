/**
 * Remembers letters whose 250 may not have been heard, so that they are stored once when they
 * are sent again: RFC 5321 §6.1 knows the problem and has no cure for it.
 *
 * A reply counts as unheard when the session ended before another octet came from the client
 * behind its final dot. While we run that is known exactly. The key of each letter is written
 * with its acceptance; after a crash, which ends every session, the last letter of each session
 * of the last hour counts as unheard (docs/decisions/0007). Two equal letters are two letters
 * otherwise: only one that its client itself named, by Message-ID and Date, can be sent again.
 */
import { hash, createHash } from 'node:crypto';
import { formatAddress } from '@posthorn/mail/address.ts';
import { findField } from '@posthorn/mail/header.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { LedgerDetail } from '@posthorn/store/ledger.ts';
import { RETRY_KEY_OCTETS, type UnheardLetter } from '@posthorn/store/retries.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock, EpochMs, Milliseconds } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import { withoutCuts } from './deposit.ts';
import type { Decision, ReceivedLetter } from './letter-intake.ts';
import { acceptedReply, type Reply, reply } from './reply.ts';
import type { Client } from './session.ts';

export interface RetriesParts {
  readonly store: Pick<Store, 'retries' | 'ledger'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who offers a letter. */
export interface Offerer {
  readonly client: Client;
  /** Absent where nobody logged in. */
  readonly account?: Account | undefined;
}

interface Unheard {
  readonly letter: LetterId;
  readonly at: EpochMs;
  /** Absent after a restart: the books know. */
  readonly replies?: readonly Reply[];
}

/** Clients try again within minutes, some within the hour. */
const REMEMBERED_MS: Milliseconds = 60 * 60_000;
/** Some 200 octets each. */
export const REMEMBERED_MAX = 100_000;

export class Retries {
  readonly #parts: RetriesParts;
  readonly #lettersMax: number;
  /** By key, the oldest first. */
  readonly #unheard = new Map<string, Unheard>();

  constructor(parts: RetriesParts, lettersMax = REMEMBERED_MAX) {
    this.#parts = parts;
    this.#lettersMax = lettersMax;
  }

  /** What the books know of the time before. Before anything is received. */
  async load(): Promise<void> {
    const { store, clock } = this.#parts;
    const letters = await store.retries.unheard({ since: clock.now() - REMEMBERED_MS + 1, limit: this.#lettersMax });
    for (const { letter, key, at } of letters.toReversed()) this.#remember(nameOf(key), { letter, at });
  }

  /** Exactly what was not heard goes into the books. After everything is received. */
  async settle(): Promise<void> {
    const { store, clock } = this.#parts;
    const since = clock.now() - REMEMBERED_MS;
    const letters = Array.from(this.#unheard, ([name, { letter, at }]): UnheardLetter => ({ letter, at, key: Buffer.from(name, 'latin1') }));
    await store.retries.settle(letters.filter(({ at }) => at > since));
  }

  /**
   * Decides about a letter, unless it is in the books already: then its client gets the same
   * reply again and nothing is stored. `decide` is given the key that goes into the acceptance.
   */
  async decideOnce(offerer: Offerer, received: ReceivedLetter, decide: (retryKey?: Buffer) => Promise<Decision>): Promise<Decision> {
    const key = await retryKey(offerer, received);
    if (key === undefined) return decide();
    const name = nameOf(key);
    const before = this.#recall(name);
    const forget = (): void => {
      this.#unheard.delete(name);
    };
    if (before !== undefined) return { replies: await this.#again(before, offerer, received), isAccepted: false, heard: forget };
    const decision = await decide(key);
    if (!decision.isAccepted) return decision;
    const { replies } = decision;
    return { ...decision, unheard: () => this.#remember(name, { letter: received.letter, at: received.at, replies }) };
  }

  #recall(name: string): Unheard | undefined {
    const found = this.#unheard.get(name);
    if (found === undefined || found.at > this.#parts.clock.now() - REMEMBERED_MS) return found;
    this.#unheard.delete(name);
    return undefined;
  }

  #remember(name: string, letter: Unheard): void {
    this.#unheard.delete(name);
    const [oldest] = this.#unheard.keys();
    if (oldest !== undefined && this.#unheard.size >= this.#lettersMax) this.#unheard.delete(oldest);
    this.#unheard.set(name, letter);
  }

  /** The replies, with the letter's id in them, are those that were not heard. */
  async #again({ letter, replies }: Unheard, { client, account }: Offerer, received: ReceivedLetter): Promise<readonly Reply[]> {
    const { store, log } = this.#parts;
    const { session, listener, remoteAddress } = client;
    await store.ledger.write({
      at: received.at, letter, act: 'collapsed', detail: { listener, session, client: remoteAddress, helo: client.helo, user: account?.address ?? null },
    });
    log.info({ letter, session, listener, client: remoteAddress, user: account?.address ?? null, octets: received.content.octets }, 'letter sent again: its 250 was not heard, it is stored once');
    return replies ?? this.#saidOf(letter);
  }

  /** After a restart. */
  async #saidOf(letter: LetterId): Promise<readonly Reply[]> {
    const { entries } = await this.#parts.store.ledger.ofLetter(letter);
    const isQueued = entries.some(({ act }) => act === 'queued');
    const said = acceptedReply(letter, isQueued);
    const refusals = refusalsIn(entries.find(({ act }) => act === 'accepted')?.detail ?? {});
    return refusals.length === 0 ? [said] : refusals.map((refusal) => refusal ?? said);
  }
}

/** What the ledger keeps of replies where some of several recipients were refused: one each, empty for who has the letter. */
export function refusalDetail(replies: readonly (Reply | undefined)[]): LedgerDetail {
  const refused = replies.filter((one) => one !== undefined);
  if (refused.length === 0) return {};
  const text = replies.map((one) => (one === undefined ? '' : `${one.code} ${one.status} ${typeof one.text === 'string' ? one.text : one.text.join(' ')}`));
  return { refused: refused.length, refusals: text };
}

function refusalsIn({ refusals }: LedgerDetail): readonly (Reply | undefined)[] {
  if (!Array.isArray(refusals)) return [];
  return refusals.map((text) => {
    const [, code, status = '', words = ''] = /^(\d{3}) (\S+) (.*)$/.exec(String(text)) ?? [];
    return code === undefined ? undefined : reply(Number(code), status, words);
  });
}

function nameOf(key: Buffer): string {
  return key.toString('latin1');
}

/**
 * The same for the same content from the same client on the same listener, with the same
 * envelope, its recipients in whatever order. Undefined where the client did not name the
 * letter itself. A digest, so that many recipients weigh no more than one.
 */
async function retryKey({ client, account }: Offerer, letter: ReceivedLetter): Promise<Buffer | undefined> {
  const { envelope: { reversePath, recipients, octets: _, ...parameters }, header, fields } = letter;
  const isGiven = (name: string): boolean => (findField(header, fields, name) ?? '').trim() !== '';
  if (!isGiven('message-id') || !isGiven('date')) return undefined;
  const parts = [
    client.listener,
    account === undefined ? ['ip', client.remoteAddress] : ['account', account.id],
    await contentDigest(letter),
    reversePath === null ? '' : formatAddress(reversePath),
    recipients.map(({ address, notify, originalRecipient }) => JSON.stringify([formatAddress(address), notify ?? null, originalRecipient ?? null])).toSorted(),
    parameters,
  ];
  return hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, RETRY_KEY_OCTETS);
}

/** Of the content without its Received fields: a letter that came again has newer ones. */
async function contentDigest({ content, fields }: ReceivedLetter): Promise<string> {
  const received = fields.filter(({ key }) => key === 'received').map(({ range }) => range);
  if (received.length === 0) return content.sha256.toString('hex');
  const digest = createHash('sha256');
  for await (const chunk of withoutCuts(content, received)) digest.update(chunk);
  return digest.digest('hex');
}
