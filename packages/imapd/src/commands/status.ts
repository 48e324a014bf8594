/**
 * STATUS: about a mailbox without opening it. RFC 3501 §6.3.10.
 */
import { statusLine } from '@posthorn/imap/response.ts';
import type { KnownExchange } from '../exchange.ts';
import { type Reply, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function status({ session, account, out }: KnownExchange, { mailbox: name, items }: CommandNamed<'STATUS'>): Promise<Reply> {
  const { mailboxes } = session.services.store;
  const mailbox = await mailboxes.byName(account.id, name);
  const counts = mailbox === undefined ? undefined : await mailboxes.counts(account.id, mailbox.id);
  if (mailbox === undefined || counts === undefined) return no('NONEXISTENT', 'There is no such mailbox');
  const known: Readonly<Record<string, number>> = {
    MESSAGES: counts.messages,
    RECENT: counts.recent,
    UIDNEXT: mailbox.uidNext,
    UIDVALIDITY: mailbox.uidValidity,
    UNSEEN: counts.unseen,
  };
  out.write(statusLine(mailbox.name, items.flatMap((item) => {
    const value = known[item];
    return value === undefined ? [] : [[item, value] as const];
  })));
  return ok('STATUS done');
}
