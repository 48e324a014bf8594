/**
 * The audit at the end of the week: the guarantees, held against what senders were told, what
 * the hosts' books say, and what readers find.
 *
 * Between two hosts mail is conserved: what one says it delivered the other has, and what the
 * other has more than that is at most the attempts of which the one says that it does not know.
 */
import type { LetterId } from '@posthorn/store/ids.ts';
import type { TakenLetter } from './foreign-host.ts';
import { type Acceptance, mailboxesOf, reachOf } from './ledgers.ts';
import { domainOf, expandAt, FOREIGN, isSomebody, placeOf, targetsOf } from './places.ts';
import type { Place } from './places.ts';
import type { PostedLetter } from './postbag.ts';

export interface Books {
  readonly places: readonly Place[];
  readonly posted: readonly PostedLetter[];
  readonly acceptances: readonly Acceptance[];
  readonly foreign: readonly TakenLetter[];
  /** Domains whose disk failed while it wrote: what they put off then they may have taken. */
  readonly inDoubt: ReadonlySet<string>;
  /** How often an acceptance was ever seen in somebody's INBOX. */
  readonly timesReceived: (address: string, letter: LetterId) => number;
}

/** What is wrong; nothing if all is well. */
export function audit(books: Books): readonly string[] {
  return [...senders(books), ...books.acceptances.flatMap((acceptance) => [...oneEnd(books, acceptance)]), ...conserved(books), ...arrived(books)];
}

/** Guarantees 1 and 3: what was acknowledged is there, as often as it may be. */
function* senders({ places, posted, acceptances, inDoubt }: Books): Generator<string> {
  for (const { messageId, domain, client, acknowledged, unheard, putOff, recipients } of posted) {
    const own = acceptances.filter((one) => one.messageId === messageId && one.place.domain === domain && one.client === client);
    for (const id of acknowledged) {
      const found = own.find(({ letter }) => letter === id);
      if (found === undefined) yield `1: ${messageId} was acknowledged by ${domain} as ${id} and is not in its books`;
    }
    const most = new Set(acknowledged).size + unheard + (inDoubt.has(domain) ? putOff : 0);
    if (own.length > most) yield `3: ${messageId} is ${own.length} times in the books of ${domain}, and may be ${most} times`;
    const wanted = new Set(recipients.flatMap((recipient) => (domainOf(recipient) === domain ? expandAt(places, recipient) : [recipient]))
      .filter((address) => isReachable(places, address, domain)));
    for (const one of own) {
      const reach = reachOf(one);
      if (reach.length !== wanted.size || reach.some((address) => !wanted.has(address))) yield `1: ${one.letter} at ${domain} was to reach ${[...wanted].join(', ')} and reaches ${reach.join(', ')}`;
    }
  }
}

/** Guarantee 2: one mailbox row, or one terminal record, for each recipient. */
function* oneEnd({ places, timesReceived }: Books, acceptance: Acceptance): Generator<string> {
  const { place, letter, sender, onward, isCancelled } = acceptance;
  for (const { recipient, delivered, failed, notices } of onward) {
    const ends = delivered + failed;
    if (ends > 1 || (ends === 0 && !isCancelled)) yield `2: ${letter} at ${place.domain} for ${recipient} has ${delivered} deliveries and ${failed} failures`;
    const due = sender !== '' && delivered === 0 ? 1 : 0;
    if (notices !== due) yield `2: ${letter} at ${place.domain} for ${recipient} made ${notices} notices of failure instead of ${due}`;
  }
  const mailboxes = mailboxesOf(places, acceptance);
  for (const person of place.people) {
    const address = `${person}@${place.domain}`;
    const times = timesReceived(address, letter);
    const due = mailboxes.includes(address) ? 1 : 0;
    if (times !== due) yield `2: ${letter} came ${times} times instead of ${due} into the mailbox of ${address}`;
  }
}

/** Guarantee 4: at least once, and not more often than the hosts can count. */
function* conserved({ places, acceptances, foreign, posted, inDoubt }: Books): Generator<string> {
  for (const [key, sent] of groupBy(acceptances.flatMap(legsOf), ({ messageId, from, to }) => `${messageId} ${from} ${to}`)) {
    const [{ messageId, from, to } = { messageId: '', from: '', to: '' }] = sent;
    const came = to === FOREIGN.domain
      ? foreign.filter((one) => one.from === from && one.messageId === messageId).map(({ recipient }) => ({ reach: [recipient], answers: 1 }))
      // What was answered as before, and not stored again, counts: the sending host does not know.
      : acceptances.filter((one) => one.place.domain === to && one.client === from && one.messageId === messageId).map((one) => ({ reach: reachOf(one), answers: 1 + one.collapsed }));
    for (const item of new Set([...came.flatMap(({ reach }) => reach), ...sent.flatMap(({ recipient }) => expandAt(places, recipient))])) {
      const meant = sent.filter(({ recipient }) => expandAt(places, recipient).includes(item));
      const times = came.filter(({ reach }) => reach.includes(item)).reduce((sum, { answers }) => sum + answers, 0);
      const least = isReachable(places, item, to) ? new Set(meant.filter(({ delivered }) => delivered > 0).map(({ letter }) => letter)).size : 0;
      const most = meant.reduce((sum, { delivered, doubtful, putOff }) => sum + delivered + doubtful + (inDoubt.has(to) ? putOff : 0), 0);
      if (times < least || times > most) yield `4: ${key} came ${times} times for ${item}, and should ${least} to ${most} times`;
    }
  }
  const known = new Set([...posted.map(({ messageId, client }) => `${messageId} ${client}`), ...acceptances.flatMap(legsOf).map(({ messageId, from }) => `${messageId} ${from}`)]);
  for (const { messageId, client, letter, place } of acceptances) {
    if (client !== '' && !known.has(`${messageId} ${client}`)) yield `4: ${letter} at ${place.domain} came from ${client}, which never sent it`;
  }
}

interface Leg {
  readonly messageId: string;
  readonly letter: LetterId;
  /** The sending host's address. */
  readonly from: string;
  /** The domain it goes to. */
  readonly to: string;
  readonly recipient: string;
  readonly delivered: number;
  readonly doubtful: number;
  readonly putOff: number;
}

function legsOf({ place, messageId, letter, onward }: Acceptance): readonly Leg[] {
  return onward.map(({ recipient, delivered, doubtful, putOff }) => ({ messageId, letter, from: place.address, to: domainOf(recipient), recipient, delivered, doubtful, putOff }))
    .filter(({ to }) => to !== place.domain);
}

/** A dead end behind an alias is left out of an acceptance. */
function isReachable(places: readonly Place[], item: string, domain: string): boolean {
  return domainOf(item) !== domain || isSomebody(places, item);
}

/** End to end: whoever was acknowledged as a recipient has it, or somebody wrote down why not. */
function* arrived({ places, posted, acceptances, foreign, timesReceived }: Books): Generator<string> {
  for (const { messageId, acknowledged, recipients } of posted) {
    if (acknowledged.length === 0) continue;
    const own = acceptances.filter((one) => one.messageId === messageId);
    const given = new Set(own.flatMap(({ onward, isCancelled }) => onward.filter(({ failed }) => failed > 0 || isCancelled).map(({ recipient }) => recipient)));
    for (const recipient of recipients) {
      for (const trail of trails(places, recipient)) {
        const end = trail.at(-1) ?? recipient;
        const isDeadEnd = trail.length > 1 && !isSomebody(places, end) && placeOf(places, end) !== undefined && domainOf(end) === domainOf(trail.at(-2) ?? '');
        const isThere = own.some(({ letter }) => timesReceived(end, letter) > 0) || foreign.some((one) => one.recipient === end && one.messageId === messageId);
        if (!isThere && !isDeadEnd && !trail.some((address) => given.has(address))) yield `1: ${messageId} for ${recipient} never came to ${end}, and nobody knows why`;
      }
    }
  }
}

/** From an address to everyone behind it, each with the aliases on the way. */
function trails(places: readonly Place[], address: string): readonly (readonly string[])[] {
  const targets = targetsOf(places, address);
  return targets === undefined ? [[address]] : targets.flatMap((target) => trails(places, target).map((rest) => [address, ...rest]));
}

function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}
