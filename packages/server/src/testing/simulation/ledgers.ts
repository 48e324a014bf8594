/**
 * What the hosts' books say at the end of the week, letter by letter.
 */
import type { LedgerEntry, LetterNote } from '@posthorn/store/ledger.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { Store } from '@posthorn/store/store.ts';
import { domainOf, expandAt } from './places.ts';
import type { Place } from './places.ts';

/** One acceptance at one host. */
export interface Acceptance {
  readonly place: Place;
  readonly letter: LetterId;
  readonly messageId: string;
  readonly sender: string;
  /** Where it came from: an address; empty for a notice made here. */
  readonly client: string;
  /** Own mailboxes into which it went at once. */
  readonly placed: readonly string[];
  readonly onward: readonly Onward[];
  readonly isCancelled: boolean;
  /** How often it was offered again and answered as before, since its 250 was not heard. */
  readonly collapsed: number;
  /** All that the ledger has on it. */
  readonly entries: readonly LedgerEntry[];
}

/** A recipient in the spool. */
export interface Onward {
  readonly recipient: string;
  readonly delivered: number;
  readonly failed: number;
  /** Attempts of which nobody here knows whether the other host took the letter. */
  readonly doubtful: number;
  /** Attempts whose final dot was answered with a 4xx. */
  readonly putOff: number;
  /** Notices of its failure that were made. */
  readonly notices: number;
}

const EVERYTHING = 100_000;

export async function acceptancesOf(store: Store, place: Place): Promise<readonly Acceptance[]> {
  const notes = await store.ledger.find({ limit: EVERYTHING });
  const names = new Map((await store.accounts.list()).map(({ id, address }) => [id, address]));
  return Promise.all(notes.toReversed().map(async (note) => {
    const { entries } = await store.ledger.ofLetter(note.letter);
    const placed = entries.filter(({ act }) => act === 'placed').map(({ account }) => (account === undefined ? '' : names.get(account) ?? ''));
    return read(place, note, { entries, placed });
  }));
}

function read(place: Place, { letter, messageId, sender }: LetterNote, { entries, placed }: { readonly entries: readonly LedgerEntry[]; readonly placed: readonly string[] }): Acceptance {
  const client = entries.find(({ act }) => act === 'accepted')?.detail['client'];
  const queued = entries.filter(({ act }) => act === 'queued').map(({ recipient }) => recipient ?? '');
  return {
    place, letter, sender, placed, entries,
    messageId: messageId ?? '',
    client: typeof client === 'string' ? client : '',
    onward: queued.map((recipient) => readOnward(recipient, entries.filter((entry) => entry.recipient === recipient))),
    isCancelled: entries.some(({ act }) => act === 'cancelled'),
    collapsed: entries.filter(({ act }) => act === 'collapsed').length,
  };
}

function readOnward(recipient: string, entries: readonly LedgerEntry[]): Onward {
  const count = (isMeant: (entry: LedgerEntry) => boolean): number => entries.filter(isMeant).length;
  return {
    recipient,
    delivered: count(({ act }) => act === 'delivered'),
    failed: count(({ act }) => act === 'failed'),
    doubtful: count((entry) => entry.act === 'interrupted' || (isAtDot(entry) && entry.detail['code'] === 0)),
    putOff: count((entry) => isAtDot(entry) && entry.detail['code'] !== 0),
    notices: count(({ act, detail }) => act === 'notified' && detail['action'] === 'failed'),
  };
}

function isAtDot({ act, detail }: LedgerEntry): boolean {
  return (act === 'deferred' || act === 'failed') && detail['stage'] === 'data-end';
}

/** Mailboxes of the host itself into which an acceptance went, sooner or later. */
export function mailboxesOf(places: readonly Place[], { place, placed, onward }: Acceptance): readonly string[] {
  const later = onward.filter(({ recipient, delivered }) => delivered > 0 && domainOf(recipient) === place.domain).flatMap(({ recipient }) => expandAt(places, recipient));
  return [...placed, ...later.filter((address) => place.people.some((person) => address === `${person}@${place.domain}`))];
}

/** Everything that an acceptance was to reach from here, own mailboxes and addresses elsewhere. */
export function reachOf({ placed, onward }: Acceptance): readonly string[] {
  return [...placed, ...onward.map(({ recipient }) => recipient)];
}
