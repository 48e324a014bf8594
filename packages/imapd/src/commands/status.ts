/**
 * STATUS: about a mailbox without opening it. RFC 3501 §6.3.10.
 */
import { mailboxObjectId } from '@posthorn/imap/object-id.ts';
import { statusLine } from '@posthorn/imap/response.ts';
import type { Access } from '../access.ts';
import { flagKey } from '@posthorn/mail/flags.ts';
import type { MailboxKey } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import { wakeCondstore } from '../condstore.ts';
import { type KnownExchange, reaching } from '../exchange.ts';
import { pages } from '../pages.ts';
import { type Reply, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function status(exchange: KnownExchange, { mailbox: name, items }: CommandNamed<'STATUS'>): Promise<Reply> {
  return reaching(exchange, { name, purpose: 'status' }, async (access) => (
    await tellStatus(exchange, access, items) ? ok('STATUS done') : no('NONEXISTENT', 'There is no such mailbox')
  ));
}

/** False, and nothing is told, if the mailbox has gone meanwhile. */
export async function tellStatus({ session, out }: KnownExchange, { key, mailbox, name }: Access, items: readonly string[]): Promise<boolean> {
  const counts = await session.services.store.mailboxes.counts(key.account, key.mailbox);
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
    // RFC 9208 §4.1.4.
    ...(items.includes('DELETED-STORAGE') ? { 'DELETED-STORAGE': await deletedOctets(session.services.store, key) } : {}),
    HIGHESTMODSEQ: mailbox.highestModseq,
    // RFC 8474 §4.3; RFC 7889 §3.2.
    MAILBOXID: `(${mailboxObjectId(mailbox.id)})`,
    APPENDLIMIT: session.services.limits.messageOctetsMax,
  };
  // RFC 7162 §3.1.7: a STATUS that asks for it turns CONDSTORE on.
  if (items.includes('HIGHESTMODSEQ')) wakeCondstore({ session, out });
  out.write(statusLine(name, items.flatMap((item) => {
    const value = known[item];
    return value === undefined ? [] : [[item, value] as const];
  }), session.dialect));
  return true;
}

/** Of what an EXPUNGE would take away. */
async function deletedOctets({ messages }: Pick<Store, 'messages'>, key: MailboxKey): Promise<number> {
  const deleted = (await messages.states(key)).filter(({ flags }) => flags.some((flag) => flagKey(flag) === '\\deleted'));
  let octets = 0;
  for (const page of pages(deleted)) {
    for (const row of await messages.rows(key, page.map(({ uid }) => uid))) octets += row.octets;
  }
  return octets;
}
