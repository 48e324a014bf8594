/**
 * A process that lives on the books, and leaves a mark outside them before and after each act.
 *
 * `node life.ts FOLDER MARKS '{"seed":1,"acts":8,"lives":2}'`: opens the books so many times, each
 * time lets four sessions do their acts and a courier carry what comes, and closes them, but not
 * the last time. With `orders` the disk is told to fail once the accounts are made; an act that
 * faults is asked after when the books are back.
 */
import { openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { acceptance, copyFor, NOW, onward, person } from '../../../packages/store/src/contract/letters.ts';
import type { Account } from '../../../packages/store/src/accounts.ts';
import { letterId, uid } from '../../../packages/store/src/ids.ts';
import { INLINE_OCTETS_MAX } from '../../../packages/store/src/sqlite/intake.ts';
import { openSqliteStore } from '../../../packages/store/src/sqlite/open.ts';
import type { MailboxKey } from '../../../packages/store/src/messages.ts';
import { rowsOf } from '../../../packages/store/src/sqlite/testing/books.ts';
import { type Store, StoreFault } from '../../../packages/store/src/store.ts';
import { silentLog } from '../../../packages/world/src/log.ts';
import { OffsetClock } from '../../../packages/world/src/node/clock.ts';
import type { Random } from '../../../packages/world/src/random.ts';
import { seededRandom } from '../../../packages/world/src/sim/random.ts';
import { type Act, addressOf, after, BEGINNING, MAILBOXES, type MailboxName, nextAct, octetsOf, onwardAddress, SESSIONS, type SessionName, SHARED, type State, tellMailbox, tellState } from './acts.ts';
import { order, type Orders } from '../disk/orders.ts';
import type { Mark } from './marks.ts';

export interface LifePlan {
  readonly seed: number;
  readonly acts: number;
  readonly lives: number;
  /** Instead of what chance brings: one acceptance of each kind, its relay, its end. */
  readonly isOneOfEach?: boolean;
  /** The orders' file, and what it is to say. */
  readonly orders?: { readonly file: string; readonly what: Orders };
}

const [folder = '', marksFile = '', planned = '{}'] = process.argv.slice(2);
const plan: LifePlan = JSON.parse(planned);
/** Between two looks whether the books are back. */
const LOOK_MS = 20;
const SWEEPING_LOOKS = 100;
/** After which nothing that was expunged is kept. */
const MONTH_MS = 31 * 24 * 60 * 60 * 1000;
const clock = new OffsetClock();
const marks = openSync(marksFile, 'a');
const state = new Map<SessionName, State>(SESSIONS.map((session) => [session, BEGINNING]));

function mark(what: Mark): void {
  writeSync(marks, `${JSON.stringify(what)}\n`);
}

/** One session's turn at the books. */
class Session {
  readonly #store: Store;
  readonly #name: SessionName;
  readonly #own: Account;
  readonly #shared: Account;

  constructor(store: Store, { name, own, shared }: { readonly name: SessionName; readonly own: Account; readonly shared: Account }) {
    this.#store = store;
    this.#name = name;
    this.#own = own;
    this.#shared = shared;
  }

  async live(random: Random, { prefix, count }: { readonly prefix: string; readonly count: number }): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      const before = state.get(this.#name) ?? BEGINNING;
      await this.perform(nextAct(random, { state: before, id: `${prefix}${this.#name}${number}` }));
    }
  }

  async perform(act: Act): Promise<void> {
    const before = state.get(this.#name) ?? BEGINNING;
    mark({ kind: 'begin', session: this.#name, act });
    try {
      await this.#do(act);
    } catch (fault) {
      if (!(fault instanceof StoreFault)) throw fault;
      await untilBack(this.#store);
      await this.#resolve(before, act);
      return;
    }
    state.set(this.#name, after(before, act));
    const inbox = await this.#store.mailboxes.byName(this.#own.id, 'INBOX');
    mark({ kind: 'done', session: this.#name, modseq: inbox?.highestModseq ?? 0 });
  }

  /** What came of an act that was not acknowledged. */
  async #resolve(before: State, act: Act): Promise<void> {
    const then = after(before, act);
    const found = await this.#found();
    const isDone = found === tellState(then);
    if (!isDone && found !== tellState(before)) throw new Error(`${this.#name} holds ${found} after ${JSON.stringify(act)} was not acknowledged`);
    if (isDone) state.set(this.#name, then);
    mark({ kind: 'resolved', session: this.#name, isDone });
  }

  async #found(): Promise<string> {
    const found: string[] = [];
    for (const name of MAILBOXES) {
      const key = await this.#key(name);
      const mailbox = await this.#store.mailboxes.byName(this.#own.id, name);
      const rows = await rowsOf(this.#store, key);
      found.push(tellMailbox({ uidNext: mailbox?.uidNext ?? 0, letters: new Map(rows.map((row) => [row.uid, { id: row.letter, flags: row.flags }])) }));
    }
    return found.join(' / ');
  }

  async #do(act: Act): Promise<void> {
    const { messages } = this.#store;
    switch (act.kind) {
      case 'accept': return this.#accept(act);
      case 'append': {
        const { letter, content, summary } = await acceptance(this.#store, act.id, {}, octetsOf(act.id));
        await messages.append({ ...await this.#key(act.mailbox), letter, content, summary, flags: [], internalDate: NOW, at: NOW });
        return;
      }
      case 'flags':
        await messages.setFlags({ ...await this.#key(act.mailbox), uids: act.uids.map(uid), how: act.how, flags: [act.flag], at: NOW });
        return;
      case 'expunge':
        await messages.expunge({ ...await this.#key(act.mailbox), uids: act.uids.map(uid), at: NOW });
        return;
      case 'copy':
      case 'move': {
        const { mailbox: target } = await this.#key(act.target);
        await messages[act.kind]({ ...await this.#key(act.mailbox), uids: act.uids.map(uid), target, at: NOW });
        return;
      }
      default: throw new Error(`unknown act ${String(act satisfies never)}`);
    }
  }

  async #accept({ id, isShared, isOnward }: Extract<Act, { readonly kind: 'accept' }>): Promise<void> {
    const placements = [copyFor(this.#own), ...(isShared ? [copyFor(this.#shared)] : [])];
    const spool = isOnward ? { spool: onward([onwardAddress(id), onwardAddress(id)]) } : {};
    const answer = await this.#store.accept(await acceptance(this.#store, id, { placements, ...spool }, octetsOf(id)));
    if (answer.kind !== 'accepted') throw new Error(`letter ${id} was not accepted: ${answer.kind}`);
  }

  async #key(name: MailboxName): Promise<MailboxKey> {
    const mailbox = await this.#store.mailboxes.byName(this.#own.id, name);
    if (mailbox === undefined) throw new Error(`there is no mailbox ${name}`);
    return { account: this.#own.id, mailbox: mailbox.id };
  }
}

async function untilBack(store: Store): Promise<void> {
  for (;;) {
    try {
      await store.check();
      return;
    } catch (fault) {
      if (!(fault instanceof StoreFault)) throw fault;
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS);
      });
    }
  }
}

/** Carries what is due, until the sessions are over: most is taken, some has to wait. */
async function carry(store: Store, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    try {
      await carryOne(store, random);
    } catch (fault) {
      // Its lease does not run out in this life: it is settled, or tried again in the next.
      if (!(fault instanceof StoreFault)) throw fault;
      await untilBack(store);
    }
  }
}

async function carryOne(store: Store, random: Random): Promise<void> {
  const [errand] = await store.spool.lease({ now: NOW, until: NOW + 60_000, limit: 1, without: [] });
  if (errand === undefined) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return;
  }
  const { letter } = errand.letter;
  const outcome = random.fraction() < 0.7 ? 'delivered' as const : 'waiting' as const;
  mark({ kind: 'settling', id: letter, outcome });
  await store.spool.settle({
    letter, lease: errand.lease, placements: [], onward: [], beliefs: [],
    recipients: errand.recipients.map(({ index }) => ({ index, state: outcome, nextAt: NOW + 1_000_000, remark: { code: 250, status: '2.0.0', text: 'said', host: 'mx.oak.test' }, isAttempt: true })),
    ledger: [{ at: NOW, letter, act: outcome === 'delivered' ? 'delivered' : 'deferred', detail: {} }],
  });
  mark({ kind: 'settled', id: letter });
  if (outcome === 'delivered' && random.fraction() < 0.7) await store.spool.conclude(letterId(letter), []);
}

async function accounts(store: Store): Promise<readonly [shared: Account, ...own: Account[]]> {
  const shared = await person(store, SHARED);
  const own: Account[] = [];
  const uidValidities: Record<string, number> = {};
  for (const session of SESSIONS) {
    const account = await person(store, addressOf(session));
    await store.mailboxes.create(account.id, 'Work', NOW);
    for (const name of ['INBOX', 'Work']) {
      uidValidities[`${addressOf(session)} ${name}`] = (await store.mailboxes.byName(account.id, name))?.uidValidity ?? 0;
    }
    own.push(account);
  }
  mark({ kind: 'accounts', uidValidities });
  return [shared, ...own];
}

/** A small letter and a large one: accepted, carried on, thrown away, swept away. */
async function oneOfEach(store: Store, session: Session): Promise<void> {
  const large = Array.from({ length: 200 }, (_, number) => `large${number}`).find((id) => octetsOf(id).length > INLINE_OCTETS_MAX) ?? '';
  for (const id of ['small', large]) {
    await session.perform({ kind: 'accept', id, isShared: false, isOnward: true });
    await carryOne(store, { bytes: (count) => Buffer.alloc(count), fraction: () => 0 });
  }
  await session.perform({ kind: 'flags', mailbox: 'INBOX', uids: [1, 2], how: 'add', flag: '\\Deleted' });
  await session.perform({ kind: 'expunge', mailbox: 'INBOX', uids: [1, 2] });
  clock.advance(MONTH_MS);
  for (let looks = 0; looks < SWEEPING_LOOKS && readdirSync(join(folder, 'contents')).length > 0; looks += 1) {
    await store.check();
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
}

for (let life = 0; life < plan.lives; life += 1) {
  const store = await openSqliteStore({ path: folder, clock, log: silentLog });
  const [shared, ...own] = await accounts(store);
  if (plan.orders !== undefined) order(plan.orders.file, plan.orders.what);
  if (plan.isOneOfEach === true && own[0] !== undefined) {
    await oneOfEach(store, new Session(store, { name: SESSIONS[0], own: own[0], shared }));
    await store.close();
    process.exit(0);
  }
  let isOver = false;
  const courier = carry(store, seededRandom(plan.seed + 1_000_003 * life), () => isOver);
  await Promise.all(SESSIONS.map((name, index) => {
    const account = own[index];
    if (account === undefined) throw new Error('each session has an account');
    const random = seededRandom(plan.seed * SESSIONS.length + index + 7919 * life);
    return new Session(store, { name, own: account, shared }).live(random, { prefix: `s${plan.seed}l${life}`, count: plan.acts });
  }));
  isOver = true;
  await courier;
  if (plan.orders !== undefined) order(plan.orders.file, {});
  if (life + 1 < plan.lives) await store.close();
}
process.exit(0);
