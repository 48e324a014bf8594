/**
 * A command in the making: who says it, and the way to answer. Each state adds what it knows.
 */
import type { Account } from '@posthorn/store/accounts.ts';
import type { Outlet } from './outlet.ts';
import type { Peer } from './peer.ts';
import type { Reply } from './reply.ts';
import { bad } from './reply.ts';
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

export interface MailboxExchange extends KnownExchange {
  readonly selected: Selected;
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
