/**
 * A command in the making: who says it, and the way to answer. Each state adds what it knows.
 */
import { type Access, type Purpose, isOfOthers, reach, stillOpen } from './access.ts';
import { untagged } from '@posthorn/imap/response.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Outlet } from './outlet.ts';
import type { Peer } from './peer.ts';
import type { Reply } from './reply.ts';
import { bad, no, noPermission } from './reply.ts';
import type { Selected } from './selected.ts';
import type { Session } from './session.ts';

export interface Exchange {
  readonly tag: string;
  readonly session: Session;
  readonly out: Outlet;
  /** For what follows the command: a literal, a SASL response, DONE. */
  readonly peer: Peer;
}

export interface KnownExchange extends Exchange {
  readonly account: Account;
}

/** Comes to a mailbox for a purpose, or says why not. */
export async function reaching(exchange: KnownExchange, { name, purpose, absent = 'NONEXISTENT' }: {
  readonly name: string;
  readonly purpose: Purpose;
  /** TRYCREATE where making it would help. */
  readonly absent?: 'NONEXISTENT' | 'TRYCREATE';
}, run: (access: Access) => Promise<Reply>): Promise<Reply> {
  const reached = await reach(exchange.session.services.store, exchange.account, { name, purpose });
  switch (reached.kind) {
    case 'reached': return run(reached.access);
    case 'none': return no(isOfOthers(name) ? 'NONEXISTENT' : absent, 'There is no such mailbox');
    case 'denied': return noPermission();
    default: return reached satisfies never;
  }
}

export interface MailboxExchange extends KnownExchange {
  readonly selected: Selected;
}

/** Closes the mailbox that is open if it may no longer be read; true if so. RFC 4314 §4. */
export async function withdraw({ session, out }: Pick<Exchange, 'session' | 'out'>): Promise<boolean> {
  const { state } = session;
  if (state.kind !== 'selected') return false;
  const { selected } = state;
  const access = await stillOpen(session.services.store, state.account, selected);
  if (access !== undefined) {
    selected.access = access;
    return false;
  }
  session.deselect();
  out.write(untagged({ condition: 'OK', code: 'CLOSED', text: 'The mailbox may not be read any more' }));
  return true;
}

export async function beforeLogin(exchange: Exchange, run: (exchange: Exchange) => Promise<Reply>): Promise<Reply> {
  return exchange.session.state.kind === 'not-authenticated' ? run(exchange) : bad('You are logged in already');
}

export async function known(exchange: Exchange, run: (exchange: KnownExchange) => Promise<Reply>): Promise<Reply> {
  const { state } = exchange.session;
  if (state.kind !== 'authenticated' && state.kind !== 'selected') return bad('Log in first');
  return run({ ...exchange, account: state.account });
}

export async function inMailbox(exchange: Exchange, run: (exchange: MailboxExchange) => Promise<Reply>): Promise<Reply> {
  const { state } = exchange.session;
  if (state.kind !== 'selected') return bad(state.kind === 'authenticated' ? 'Select a mailbox first' : 'Log in first');
  return run({ ...exchange, account: state.account, selected: state.selected });
}

/**
 * For what only reads: new messages and flags are told first, so that it sees what is there.
 * EXPUNGE waits, or it would shift the numbers that the command bears.
 *
 * Not for STORE: a client that has already noted what its silent STORE will do must not be
 * told older flags after that.
 */
export async function inFreshMailbox(exchange: Exchange, run: (exchange: MailboxExchange) => Promise<Reply>): Promise<Reply> {
  return inMailbox(exchange, async (at) => {
    await at.selected.look();
    at.selected.tell(at.out, { mayExpunge: false, dialect: at.session.dialect });
    return run(at);
  });
}
