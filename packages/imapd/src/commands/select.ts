/**
 * SELECT, EXAMINE; CLOSE and UNSELECT. RFC 3501 §6.3.1, §6.3.2, §6.4.2; RFC 3691 (UNSELECT).
 */
import { flagList, flagsLine, untagged } from '@posthorn/imap/response.ts';
import { formatUpdate } from '@posthorn/imap/session-view.ts';
import type { KnownExchange, MailboxExchange } from '../exchange.ts';
import type { Outlet } from '../outlet.ts';
import { type Reply, no, ok } from '../reply.ts';
import { Selected } from '../selected.ts';
import type { CommandNamed } from './command.ts';
import { expungeDeleted } from './expunge.ts';

export async function select({ session, account, out }: KnownExchange, command: CommandNamed<'SELECT' | 'EXAMINE'>): Promise<Reply> {
  // RFC 9051 §6.3.2: a failed SELECT leaves no mailbox selected.
  session.deselect();
  const { store, watch } = session.services;
  const mailbox = await store.mailboxes.byName(account.id, command.mailbox);
  if (mailbox === undefined) return no('NONEXISTENT', 'There is no such mailbox');
  const isReadOnly = command.name === 'EXAMINE';
  const selected = await Selected.open({ store, watch, mailbox, isReadOnly, key: { account: account.id, mailbox: mailbox.id } });
  session.select(account, selected);
  describe(selected, out);
  return isReadOnly ? ok('Open for reading', 'READ-ONLY') : ok('Open', 'READ-WRITE');
}

function describe({ view, flags, isReadOnly, uidNext, uidValidity }: Selected, out: Outlet): void {
  out.write(flagsLine(flags));
  out.write(untagged(isReadOnly ? ok('Nothing can be changed', 'PERMANENTFLAGS ()') : ok('Keywords may be made', `PERMANENTFLAGS ${flagList([...flags, '\\*'])}`)));
  out.write(formatUpdate({ kind: 'exists', count: view.count }, { withUid: false }));
  out.write(formatUpdate({ kind: 'recent', count: view.recentCount }, { withUid: false }));
  const unseen = view.firstUnseen();
  if (unseen !== undefined) out.write(untagged(ok('First unseen message', `UNSEEN ${unseen}`)));
  out.write(untagged(ok('UIDs are valid', `UIDVALIDITY ${uidValidity}`)));
  out.write(untagged(ok('The next UID', `UIDNEXT ${uidNext}`)));
}

/** RFC 9051 §6.4.1: what is \Deleted goes, and nobody is told here. */
export async function close(exchange: MailboxExchange): Promise<Reply> {
  if (!exchange.selected.isReadOnly) await expungeDeleted(exchange);
  exchange.session.deselect();
  return ok('CLOSE done');
}

export async function unselect({ session }: MailboxExchange): Promise<Reply> {
  session.deselect();
  return ok('UNSELECT done');
}
