/**
 * The same store, with what is accepted and settled counted as it passes, and what it holds told.
 */
import type { Spool, SettleAnswer, Settlement } from '@posthorn/store/spool.ts';
import type { Store } from '@posthorn/store/store.ts';
import { Counter, gauge } from './metrics.ts';
import type { Metric, MetricSource } from './metrics.ts';

export interface CountedStore {
  readonly store: Store;
  readonly metrics: MetricSource;
}

export function countedStore(store: Store): CountedStore {
  const accepted = new Counter({ name: 'posthorn_letters_accepted_total', help: 'Letters taken in: from outside, from our people, and notices of our own.' });
  const octets = new Counter({ name: 'posthorn_letters_accepted_bytes_total', help: 'Octets of the letters taken in.' });
  const placed = new Counter({ name: 'posthorn_copies_placed_total', help: 'Copies placed in mailboxes.' });
  const changed = new Counter({ name: 'posthorn_acceptances_overtaken_total', help: 'Acceptances that came to nothing because an account or alias changed meanwhile.' });
  const settled = new Counter({ name: 'posthorn_recipients_settled_total', help: 'Recipients of the queue, by what came of an attempt.', label: 'outcome', kinds: ['delivered', 'deferred', 'failed'] });
  const countSettled = (settlement: Settlement): void => {
    for (const { state, isAttempt } of settlement.recipients) if (isAttempt) settled.add(1, state === 'waiting' ? 'deferred' : state);
    placed.add(settlement.placements.length);
  };
  const counted: Store = {
    accounts: store.accounts,
    aliases: store.aliases,
    keys: store.keys,
    contents: store.contents,
    mailboxes: store.mailboxes,
    messages: store.messages,
    letters: store.letters,
    ledger: store.ledger,
    quotas: store.quotas,
    kept: store.kept,
    sharing: store.sharing,
    annotations: store.annotations,
    retries: store.retries,
    search: store.search,
    care: store.care,
    spool: countingSpool(store.spool, countSettled),
    async accept(acceptance) {
      const answer = await store.accept(acceptance);
      if (answer.kind === 'accepted') {
        accepted.add();
        octets.add(acceptance.content.octets);
        placed.add(answer.placed.length);
      } else {
        changed.add();
      }
      return answer;
    },
    watch: (look) => store.watch(look),
    counts: () => store.counts(),
    check: () => store.check(),
    close: () => store.close(),
  };
  return {
    store: counted,
    metrics: async () => [
      ...[accepted, octets, placed, changed, settled].map((counter) => counter.read()),
      ...await queueMetrics(store.spool),
      ...await holdings(store),
    ],
  };
}

function countingSpool(spool: Spool, count: (settlement: Settlement) => void): Spool {
  return {
    lease: (request) => spool.lease(request),
    async settle(settlement): Promise<SettleAnswer> {
      const answer = await spool.settle(settlement);
      if (answer.kind === 'settled') count(settlement);
      return answer;
    },
    nextDue: () => spool.nextDue(),
    finished: (limit) => spool.finished(limit),
    conclude: (letter, ledger) => spool.conclude(letter, ledger),
    markNotified: (letter, indexes) => spool.markNotified(letter, indexes),
    list: (page) => spool.list(page),
    get: (letter) => spool.get(letter),
    command: (act) => spool.command(act),
    counts: () => spool.counts(),
  };
}

/** What is under way now. */
async function queueMetrics(spool: Pick<Spool, 'counts'>): Promise<readonly Metric[]> {
  const { letters, recipients, waiting, held } = await spool.counts();
  return [
    gauge('posthorn_queue_letters', 'Letters under way.', letters),
    gauge('posthorn_queue_recipients', 'Recipients under way, by state.', [
      { labels: { state: 'waiting' }, value: waiting },
      { labels: { state: 'held' }, value: held },
      { labels: { state: 'other' }, value: Math.max(0, recipients - waiting - held) },
    ]),
  ];
}

/** What the books hold. */
async function holdings(store: Pick<Store, 'counts'>): Promise<readonly Metric[]> {
  const { accounts, mailboxes, messages, octets, walOctets, interrupted } = await store.counts();
  return [
    gauge('posthorn_accounts', 'Accounts.', accounts),
    gauge('posthorn_mailboxes', 'Mailboxes.', mailboxes),
    gauge('posthorn_messages', 'Messages in mailboxes.', messages),
    gauge('posthorn_messages_bytes', 'The sum of their sizes, as readers see them.', octets),
    gauge('posthorn_store_wal_bytes', 'Committed, but not yet brought into the main file.', walOctets),
    gauge('posthorn_attempts_interrupted', 'Recipients whose attempt was cut off when the server last ended, and who may get a letter twice.', interrupted),
  ];
}
