/**
 * EXPUNGE and UID EXPUNGE: what is \Deleted goes. RFC 9051 §6.4.3, §6.4.9; RFC 4315.
 */
import { flagKey } from '@posthorn/mail/flags.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import { highestModseqCode } from '../condstore.ts';
import type { MailboxExchange } from '../exchange.ts';
import { pages } from '../pages.ts';
import { type Reply, bad, no, noPermission, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function expunge(exchange: MailboxExchange, { uids }: CommandNamed<'EXPUNGE'>): Promise<Reply> {
  const { selected } = exchange;
  if (selected.isReadOnly) return no('READ-ONLY', 'The mailbox is open for reading only');
  if (!selected.access.may('expunge')) return noPermission();
  const chosen = uids === undefined ? undefined : selected.view.resolve(uids, true);
  if (uids !== undefined && chosen === undefined) return bad('No such message');
  await expungeDeleted(exchange, chosen);
  return concludeRemoval(exchange, 'EXPUNGE done');
}

/** RFC 7162 §3.2.7, RFC 6851 §4.4: those who resynchronize learn how far they have come. */
export async function concludeRemoval({ session: { dialect }, selected, out }: MailboxExchange, text: string): Promise<Reply> {
  if (!dialect.isResyncing) return ok(text);
  await selected.look();
  selected.tell(out, { mayExpunge: true, dialect });
  return ok(text, highestModseqCode(selected.toldModseq));
}

/** Those of `chosen` (undefined: all) that carry \Deleted now, whoever set it. */
export async function expungeDeleted({ session, selected }: MailboxExchange, chosen?: readonly Uid[]): Promise<readonly Uid[]> {
  const { store, clock } = session.services;
  selected.ring();
  await selected.look();
  const deleted = (chosen ?? selected.view.uids())
    .filter((uid) => selected.view.flagsOf(uid)?.some((flag) => flagKey(flag) === '\\deleted'));
  const gone: Uid[] = [];
  for (const uids of pages(deleted)) gone.push(...await store.messages.expunge({ ...selected.key, uids, at: clock.now() }));
  selected.ring();
  return gone;
}
