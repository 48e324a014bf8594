/**
 * STATUS: about a mailbox without opening it. RFC 3501 §6.3.10.
 */
import { mailboxObjectId } from '@posthorn/imap/object-id.ts';
import { statusLine } from '@posthorn/imap/response.ts';
import type { Mailbox } from '@posthorn/store/mailboxes.ts';
import { wakeCondstore } from '../condstore.ts';
import type { KnownExchange } from '../exchange.ts';
import { type Reply, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function status(exchange: KnownExchange, { mailbox: name, items }: CommandNamed<'STATUS'>): Promise<Reply> {
  const mailbox = await exchange.session.services.store.mailboxes.byName(exchange.account.id, name);
  if (mailbox === undefined || !(await tellStatus(exchange, mailbox, items))) return no('NONEXISTENT', 'There is no such mailbox');
  return ok('STATUS done');
}

/** False, and nothing is told, if the mailbox has gone meanwhile. */
export async function tellStatus({ session, account, out }: KnownExchange, mailbox: Mailbox, items: readonly string[]): Promise<boolean> {
  const counts = await session.services.store.mailboxes.counts(account.id, mailbox.id);
  if (counts === undefined) return false;
  const known: Readonly<Record<string, number | string>> = {
    MESSAGES: counts.messages,
    RECENT: counts.recent,
    UIDNEXT: mailbox.uidNext,
    UIDVALIDITY: mailbox.uidValidity,
    UNSEEN: counts.unseen,
    // RFC 9051 §6.3.11; RFC 8438.
    DELETED: counts.deleted,
    SIZE: counts.octets,
    HIGHESTMODSEQ: mailbox.highestModseq,
    // RFC 8474 §4.3; RFC 7889 §3.2.
    MAILBOXID: `(${mailboxObjectId(mailbox.id)})`,
    APPENDLIMIT: session.services.limits.messageOctetsMax,
  };
  // RFC 7162 §3.1.7: a STATUS that asks for it turns CONDSTORE on.
  if (items.includes('HIGHESTMODSEQ')) wakeCondstore({ session, out });
  out.write(statusLine(mailbox.name, items.flatMap((item) => {
    const value = known[item];
    return value === undefined ? [] : [[item, value] as const];
  }), session.dialect));
  return true;
}
