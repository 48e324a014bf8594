import { expect, it } from 'vitest';
import type { Acceptance, AcceptAnswer } from '@posthorn/store/acceptance.ts';
import { accountId, letterId, mailboxId, uid } from '@posthorn/store/ids.ts';
import type { Settlement } from '@posthorn/store/spool.ts';
import type { Store } from '@posthorn/store/store.ts';
import { countedStore } from './counted-store.ts';
import { formatMetrics } from './metrics.ts';
import { spooled } from './testing/api.ts';

/** Everything a store has, answering nothing, but for what a test asks of it. */
function quietStore(acceptAnswer: () => AcceptAnswer): Store {
  const nothing = (): never => { throw new Error('not asked in this test'); };
  const part = { byAddress: nothing, byId: nothing, list: nothing, add: nothing, setCredentials: nothing, setOwnLimits: nothing, remove: nothing };
  return {
    accounts: part,
    aliases: { ...part, set: nothing },
    keys: { ofDomain: nothing, add: nothing, remove: nothing },
    contents: { receive: nothing, read: nothing },
    mailboxes: { list: nothing, byName: nothing, counts: nothing, create: nothing, rename: nothing, remove: nothing, subscriptions: nothing, subscribe: nothing, unsubscribe: nothing, claimRecent: nothing },
    messages: { states: nothing, rows: nothing, changes: nothing, setFlags: nothing, expunge: nothing, append: nothing, appendMany: nothing, copy: nothing, move: nothing, read: nothing },
    letters: { page: nothing, get: nothing, counts: nothing },
    sharing: { grants: nothing, sharedWith: nothing, grant: nothing },
    annotations: { of: nothing, set: nothing },
    spool: {
      lease: nothing, nextDue: nothing, finished: nothing, conclude: nothing, markNotified: nothing, list: nothing, get: nothing, command: nothing,
      settle: (settlement) => Promise.resolve(settlement.lease === 1 ? { kind: 'settled', isFinal: true } : { kind: 'lease-lost' }),
      counts: () => Promise.resolve({ letters: 2, recipients: 4, waiting: 2, held: 1 }),
    },
    ledger: { ofLetter: nothing, find: nothing, write: nothing },
    quotas: { usage: nothing, usageOfDomain: nothing },
    retries: { unheard: nothing, settle: nothing },
    kept: { deleted: nothing, asOf: nothing, restore: nothing, expire: nothing },
    search: { find: nothing, isQuick: nothing, catchUp: nothing, rebuild: nothing },
    care: { examine: nothing, backUp: nothing },
    accept: () => Promise.resolve(acceptAnswer()),
    watch: nothing,
    counts: () => Promise.resolve({ accounts: 3, mailboxes: 18, messages: 100, octets: 5000, walOctets: 4096, interrupted: 2 }),
    check: nothing,
    close: nothing,
  };
}

function acceptance(): Acceptance {
  const { summary } = spooled('abc');
  const content = { octets: 700, sha256: Buffer.alloc(32), read: () => { throw new Error('not read'); }, discard: () => Promise.resolve() };
  return { letter: letterId('abc'), at: 0, sender: '', content, cuts: [], summary, placements: [], ledger: [], beliefs: [] };
}

it('counts what is accepted, placed and settled, and nothing that came to nothing', async () => {
  let answer: AcceptAnswer = { kind: 'accepted', placed: [{ account: accountId(1), mailbox: mailboxId(1), uid: uid(1) }, { account: accountId(2), mailbox: mailboxId(2), uid: uid(1) }] };
  const { store, metrics } = countedStore(quietStore(() => answer));
  expect(await store.accept(acceptance())).toBe(answer);
  answer = { kind: 'changed', belief: { kind: 'account', address: 'ann@ash.test', account: accountId(1) } };
  await store.accept(acceptance());
  const remark = { code: 250, status: '2.0.0', text: 'Ok', host: '' };
  const settlement: Settlement = {
    letter: letterId('abc'), lease: 1, onward: [], beliefs: [], ledger: [],
    placements: [{ account: accountId(1), mailbox: 'INBOX', prefix: Buffer.alloc(0), flags: [], internalDate: 0, recipient: 'ann@ash.test' }],
    recipients: [
      { index: 0, state: 'delivered', nextAt: 0, remark, isAttempt: true }, { index: 1, state: 'waiting', nextAt: 0, remark, isAttempt: true },
      { index: 2, state: 'failed', nextAt: 0, remark, isAttempt: true }, { index: 3, state: 'waiting', nextAt: 0, remark, isAttempt: false },
    ],
  };
  await store.spool.settle(settlement);
  await store.spool.settle({ ...settlement, lease: 2 });
  const lines = formatMetrics(await metrics()).split('\n').filter((line) => !line.startsWith('#'));
  expect(lines).toEqual([
    'posthorn_letters_accepted_total 1', 'posthorn_letters_accepted_bytes_total 700', 'posthorn_copies_placed_total 3', 'posthorn_acceptances_overtaken_total 1',
    'posthorn_recipients_settled_total{outcome="delivered"} 1', 'posthorn_recipients_settled_total{outcome="deferred"} 1', 'posthorn_recipients_settled_total{outcome="failed"} 1',
    'posthorn_queue_letters 2', 'posthorn_queue_recipients{state="waiting"} 2', 'posthorn_queue_recipients{state="held"} 1', 'posthorn_queue_recipients{state="other"} 1',
    'posthorn_accounts 3', 'posthorn_mailboxes 18', 'posthorn_messages 100', 'posthorn_messages_bytes 5000', 'posthorn_store_wal_bytes 4096', 'posthorn_attempts_interrupted 2', '',
  ]);
});
