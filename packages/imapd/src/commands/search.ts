/**
 * SEARCH: what was found, told the way that was asked for.
 *
 * RFC 9051 §6.4.4, RFC 3501 §6.4.4; RFC 4731 (ESEARCH), RFC 5182 (SEARCHRES), RFC 7162 §3.1.5.
 */
import { asksModseq } from '@posthorn/imap/search.ts';
import { esearchLine, searchLine } from '@posthorn/imap/search-response.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import { wakeCondstore } from '../condstore.ts';
import type { MailboxExchange } from '../exchange.ts';
import { findMessages } from '../find-messages.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

type Search = CommandNamed<'SEARCH'>;

export async function search(exchange: MailboxExchange, command: Search): Promise<Reply> {
  const { session, selected, out } = exchange;
  const { store, clock } = session.services;
  const { key: mailbox, view } = selected;
  if (asksModseq(command.key)) wakeCondstore(exchange);
  const isSaving = command.returnOptions?.includes('SAVE') ?? false;
  try {
    const found = await findMessages({ store, clock, key: mailbox, view }, command.key, { onProgress: () => out.checkPeer() });
    if (isSaving) view.save(ofInterest(command, found));
    tell(exchange, command, found);
  } catch (fault) {
    // RFC 5182 §2.1: a search that failed has found nothing.
    if (isSaving) view.save([]);
    throw fault;
  }
  return ok('SEARCH done');
}

function tell({ session, selected, out, tag }: MailboxExchange, command: Search, found: readonly Uid[]): void {
  const { view } = selected;
  const { isUid, key, returnOptions } = command;
  // RFC 5182 §2.1: only to be saved, nothing is told.
  if (returnOptions?.length === 1 && returnOptions[0] === 'SAVE') return;
  const numbers = isUid ? found : found.flatMap((uid) => view.seqNumOf(uid) ?? []);
  const modseqs = ofInterest(command, found).map((uid) => view.modseqOf(uid));
  const modseq = asksModseq(key) ? modseqs.reduce((highest, one) => Math.max(highest, one), 0) : undefined;
  // RFC 9051 §6.4.4: rev2 knows ESEARCH only.
  if (returnOptions === undefined && !session.dialect.isRev2) out.write(searchLine(numbers, modseq));
  else out.write(esearchLine({ tag, isUid, options: returnOptions ?? [], numbers, ...(modseq === undefined ? {} : { modseq }) }));
}

/** RFC 5182 §2.4, RFC 7162 §3.1.10: with MIN or MAX and nothing else, only these count. */
function ofInterest({ returnOptions = [] }: Search, found: readonly Uid[]): readonly Uid[] {
  const isEndsOnly = returnOptions.some((option) => option === 'MIN' || option === 'MAX')
    && returnOptions.every((option) => option === 'MIN' || option === 'MAX' || option === 'SAVE');
  if (!isEndsOnly) return found;
  return found.filter((_, index) => (returnOptions.includes('MIN') && index === 0) || (returnOptions.includes('MAX') && index === found.length - 1));
}
