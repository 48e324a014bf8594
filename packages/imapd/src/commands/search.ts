/**
 * SEARCH: says which messages were found. RFC 9051 §6.4.4, RFC 3501 §6.4.4.
 */
import { esearchLine, searchLine } from '@posthorn/imap/response.ts';
import type { MailboxExchange } from '../exchange.ts';
import { findMessages } from '../find-messages.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function search({ session, selected, out, tag }: MailboxExchange, command: CommandNamed<'SEARCH'>): Promise<Reply> {
  const { store, clock } = session.services;
  const { key, view } = selected;
  const found = await findMessages({ store, clock, key, view }, command.key, { onProgress: () => out.checkPeer() });
  const numbers = command.isUid ? found : found.flatMap((uid) => view.seqNumOf(uid) ?? []);
  out.write(command.returnOptions === undefined
    ? searchLine(numbers)
    : esearchLine({ tag, isUid: command.isUid, options: command.returnOptions, numbers }));
  return ok('SEARCH done');
}
