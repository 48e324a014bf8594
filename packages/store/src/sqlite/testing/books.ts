/**
 * Books with something of everything in them, and all that can be read out of them; for
 * tests that close and open them.
 */
import { acceptance, collect, copyFor, inboxOf, NOW, onward, person } from '../../contract/letters.ts';
import type { Account } from '../../accounts.ts';
import { letterId } from '../../ids.ts';
import { type MailboxKey, type MessageRow, UIDS_PER_ACT } from '../../messages.ts';
import type { Store } from '../../store.ts';

const LARGE_OCTETS = 300_000;
const REMARK = { code: 450, status: '4.2.0', text: 'later', host: 'mx.oak.test' };
const CREDENTIALS = { argon2id: '$argon2id$x', scramSha256: { salt: 's', iterations: 4096, storedKey: 'k', serverKey: 'v' } };

/** Answers whose account it is. */
export async function fillBooks(store: Store): Promise<Account> {
  const eve = await person(store, 'eve@elm.test');
  await store.accounts.setCredentials(eve.id, CREDENTIALS);
  await store.aliases.set({ address: '@elm.test', targets: ['eve@elm.test', 'zoe@oak.test'] });
  await store.keys.add({ domain: 'elm.test', selector: 'one', algorithm: 'ed25519-sha256', privateKey: 'PEM', createdAt: NOW });
  await store.mailboxes.create(eve.id, 'Work/Plans', NOW);
  await store.mailboxes.subscribe(eve.id, 'Work/Plans');
  await store.accept(await acceptance(store, 'small', { placements: [copyFor(eve)], cuts: [{ start: 0, end: 20 }] }));
  await store.accept(await acceptance(store, 'large', { placements: [copyFor(eve)] }, Buffer.alloc(LARGE_OCTETS, 'many words ')));
  await store.accept(await acceptance(store, 'gone', { placements: [copyFor(eve)] }));
  const inbox = await inboxOf(store, eve);
  const uids = (await store.messages.states(inbox)).map(({ uid }) => uid);
  await store.messages.setFlags({ ...inbox, uids: uids.slice(0, 1), how: 'add', flags: ['\\Seen', 'work'], at: NOW });
  await store.messages.setFlags({ ...inbox, uids: uids.slice(2), how: 'add', flags: ['\\Deleted'], at: NOW });
  await store.messages.expunge({ ...inbox, uids, at: NOW });
  await store.accept(await acceptance(store, 'onward', { spool: onward(['zoe@oak.test', 'oak.test'], ['ann@ash.test', 'ash.test']) }));
  const [errand] = await store.spool.lease({ now: NOW, until: NOW + 1000, limit: 1, without: [] });
  if (errand === undefined) throw new Error('nothing was due');
  await store.spool.settle({
    letter: errand.letter.letter, lease: errand.lease, placements: [], onward: [], beliefs: [],
    recipients: errand.recipients.map(({ index }) => ({ index, state: 'waiting', nextAt: NOW + 9, remark: REMARK, isAttempt: true })),
    ledger: [{ at: NOW, letter: errand.letter.letter, act: 'deferred', detail: { code: 450 } }],
  });
  await store.mailboxes.claimRecent(eve.id, inbox.mailbox);
  return eve;
}

/** All that the books say. */
export async function allOf(store: Store, { id, address }: Account): Promise<unknown> {
  const mailboxes = await store.mailboxes.list(id);
  const messages = await Promise.all(mailboxes.map(async (mailbox) => {
    const rows = await rowsOf(store, { account: id, mailbox: mailbox.id });
    return {
      mailbox, rows,
      counts: await store.mailboxes.counts(id, mailbox.id),
      octets: await Promise.all(rows.map(async (row) => (await collect(store.messages.read(row))).toString())),
    };
  }));
  const letters = await Promise.all(['small', 'large', 'gone', 'onward'].map((letter) => store.ledger.ofLetter(letterId(letter))));
  return {
    messages, letters,
    accounts: await store.accounts.list(), alias: await store.aliases.list(), keys: await store.keys.ofDomain('elm.test'),
    subscriptions: await store.mailboxes.subscriptions(id), spool: await store.spool.list({ limit: 10 }),
    found: await store.ledger.find({ address, limit: 10 }), due: await store.spool.nextDue(), underWay: await store.spool.counts(),
  };
}

/** All messages of a mailbox, however many. */
export async function rowsOf(store: Store, key: MailboxKey): Promise<readonly MessageRow[]> {
  const uids = (await store.messages.states(key)).map(({ uid }) => uid);
  const rows: MessageRow[] = [];
  for (let at = 0; at < uids.length; at += UIDS_PER_ACT) rows.push(...await store.messages.rows(key, uids.slice(at, at + UIDS_PER_ACT)));
  return rows;
}

/** Those of `wanted` that are not in `found`. */
export function missing(wanted: readonly string[], found: readonly string[]): readonly string[] {
  const there = new Set(found);
  return wanted.filter((one) => !there.has(one));
}
