/**
 * Opens books that went through a crash, and compares them with what was acknowledged before it.
 */
import { acceptance, collect, copyFor, LETTER } from '../../../packages/store/src/contract/letters.ts';
import type { Account } from '../../../packages/store/src/accounts.ts';
import { letterId } from '../../../packages/store/src/ids.ts';
import type { MessageRow } from '../../../packages/store/src/messages.ts';
import { openInline } from '../../../packages/store/src/sqlite/testing/inline-store.ts';
import { rowsOf } from '../../../packages/store/src/sqlite/testing/books.ts';
import type { SpooledLetter } from '../../../packages/store/src/spool.ts';
import type { Store } from '../../../packages/store/src/store.ts';
import { SimClock } from '../../../packages/world/src/sim/clock.ts';
import { addressOf, MAILBOXES, octetsOf, SESSIONS, type SessionName, SHARED, type State, tellMailbox, tellState } from './acts.ts';
import type { Expectations } from './marks.ts';

/** What is wrong with the books in a folder: none of it, one hopes. Changes them. */
export async function problemsOf(folder: string, expected: Expectations): Promise<readonly string[]> {
  let opened: ReturnType<typeof openInline>;
  try {
    opened = openInline(folder, new SimClock());
  } catch (error) {
    return [`do not open: ${String(error)}`];
  }
  try {
    return [...opened.integrity().map((line) => `corrupt: ${line}`), ...await compare(opened.store, expected)];
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return [`cannot be read: ${String(error)}${cause}`];
  } finally {
    await opened.store.close();
  }
}

/** Compares an open store; it may be any. */
export async function compare(store: Store, expected: Expectations): Promise<readonly string[]> {
  if (Object.keys(expected.uidValidities).length === 0) return [];
  const accounts = new Map((await store.accounts.list()).map((account) => [account.address, account]));
  const problems: string[] = [];
  for (const session of SESSIONS) {
    const account = accounts.get(addressOf(session));
    problems.push(...account === undefined ? [`lost: the account of ${session}`] : await sessionProblems(store, { session, account, expected }));
  }
  const shared = accounts.get(SHARED);
  return [...problems, ...shared === undefined ? ['lost: the account of everybody'] : await sharedProblems(store, shared, expected), ...await journeyProblems(store, expected)];
}

interface Question {
  readonly session: SessionName;
  readonly account: Account;
  readonly expected: Expectations;
}

async function sessionProblems(store: Store, { session, account, expected }: Question): Promise<readonly string[]> {
  const problems: string[] = [];
  const told: string[] = [];
  for (const name of MAILBOXES) {
    const mailbox = await store.mailboxes.byName(account.id, name);
    if (mailbox === undefined) return [`lost: mailbox ${name} of ${session}`];
    if (mailbox.uidValidity !== expected.uidValidities[`${account.address} ${name}`]) problems.push(`UIDVALIDITY of ${name} of ${session} changed`);
    if (name === 'INBOX' && mailbox.highestModseq < (expected.modseqs.get(session) ?? 0)) problems.push(`HIGHESTMODSEQ of ${session} fell to ${mailbox.highestModseq}`);
    const rows = await rowsOf(store, { account: account.id, mailbox: mailbox.id });
    problems.push(...await contentProblems(store, rows));
    const counts = await store.mailboxes.counts(account.id, mailbox.id);
    const octets = rows.reduce((sum, row) => sum + row.octets, 0);
    if (counts?.messages !== rows.length || counts.octets !== octets) problems.push(`${name} of ${session} counts ${counts?.messages} letters and holds ${rows.length}`);
    told.push(tellMailbox({ uidNext: mailbox.uidNext, letters: new Map(rows.map(({ uid, letter, flags }) => [uid, { id: letter, flags }])) }));
  }
  const possible = expected.possible(session);
  const found = told.join(' / ');
  if (possible.some((state) => tellState(state) === found)) return [...problems, ...await goesOn(store, account, possible)];
  return [...problems, `lost: ${session} holds ${found}, not ${possible.map(tellState).join(', nor ')}`];
}

/** A letter that comes now is placed behind all that ever were there. */
async function goesOn(store: Store, account: Account, possible: readonly State[]): Promise<readonly string[]> {
  const answer = await store.accept(await acceptance(store, `probe${account.id}`, { placements: [copyFor(account)] }, LETTER));
  const uid = answer.kind === 'accepted' ? answer.placed[0]?.uid : undefined;
  return possible.some(({ INBOX }) => INBOX.uidNext === uid) ? [] : [`a letter that came after the crash has UID ${uid}`];
}

async function contentProblems(store: Store, rows: readonly MessageRow[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { letter, content } of rows) {
    if (!(await collect(store.contents.read(content))).equals(octetsOf(letter))) problems.push(`corrupt: letter ${letter} is not what it was`);
  }
  return problems;
}

async function sharedProblems(store: Store, account: Account, { shared }: Expectations): Promise<readonly string[]> {
  const inbox = await store.mailboxes.byName(account.id, 'INBOX');
  if (inbox === undefined) return ['lost: the INBOX of everybody'];
  const rows = await rowsOf(store, { account: account.id, mailbox: inbox.id });
  const times = new Map<string, number>();
  for (const { letter } of rows) times.set(letter, (times.get(letter) ?? 0) + 1);
  return [
    ...[...shared].filter(([id, isSure]) => isSure && !times.has(id)).map(([id]) => `lost: letter ${id} of everybody`),
    ...[...times].filter(([id, count]) => count > 1 || !shared.has(id)).map(([id, count]) => `letter ${id} is there ${count} times for everybody`),
  ];
}

/** Each letter for another host is under way, or was delivered, once. */
async function journeyProblems(store: Store, { journeys }: Expectations): Promise<readonly string[]> {
  const spooled = new Map<string, SpooledLetter>((await store.spool.list({ limit: journeys.size + 1 })).map((letter) => [letter.letter, letter]));
  const problems: string[] = [];
  for (const [id, { isSure, delivery }] of journeys) {
    const { entries } = await store.ledger.ofLetter(letterId(id));
    const deliveries = entries.filter(({ act }) => act === 'delivered').length;
    const isOpen = spooled.get(id)?.recipients.some(({ state }) => state === 'waiting') === true;
    if (deliveries > 1) problems.push(`letter ${id} was delivered ${deliveries} times`);
    else if (delivery === 'sure' && (isOpen || deliveries === 0)) problems.push(`lost: that letter ${id} was delivered`);
    else if (isOpen && deliveries > 0) problems.push(`letter ${id} is under way and was delivered`);
    else if (isSure && delivery !== 'sure' && !isOpen && deliveries === 0) problems.push(`lost: letter ${id} on its way`);
    else if (delivery === 'none' && deliveries > 0) problems.push(`letter ${id} was delivered by nobody`);
  }
  return problems;
}
