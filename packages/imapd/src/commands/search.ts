/**
 * SEARCH: what was found, told the way that was asked for.
 *
 * RFC 9051 §6.4.4, RFC 3501 §6.4.4; RFC 4731 (ESEARCH), RFC 5182 (SEARCHRES), RFC 7162 §3.1.5,
 * RFC 9394 (PARTIAL), RFC 9585 (INPROGRESS).
 */
import type { SearchKey } from '@posthorn/imap/command.ts';
import { asksModseq } from '@posthorn/imap/search.ts';
import { esearchLine, pageOf, searchLine, sortLine } from '@posthorn/imap/search-response.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import { wakeCondstore } from '../condstore.ts';
import type { MailboxExchange } from '../exchange.ts';
import { findMessages } from '../find-messages.ts';
import { tellingProgress } from '../progress.ts';
import { type Reply, bad, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

type Search = CommandNamed<'SEARCH' | 'SORT'>;

/** Ask for some of what was found. */
const SOME = new Set(['MIN', 'MAX', 'PARTIAL']);

export async function search(exchange: MailboxExchange, command: CommandNamed<'SEARCH'>): Promise<Reply> {
  const { isUtf8, isRev2 } = exchange.session.dialect;
  // RFC 6855 §3: whoever has enabled UTF-8 speaks it.
  if (command.charset !== undefined && isUtf8 && !isRev2) return bad('A charset is not to be named once UTF-8 is spoken');
  await tellFound(exchange, command, () => find(exchange, command.key));
  return ok('SEARCH done');
}

/** Ascending. */
export async function find(exchange: MailboxExchange, key: SearchKey): Promise<readonly Uid[]> {
  const { session, selected } = exchange;
  const { store, clock } = session.services;
  return findMessages({ store, clock, key: selected.key, view: selected.view }, key, { onProgress: tellingProgress(exchange) });
}

/** Tells what `look` finds, in its order, and keeps it for `$` if that was asked. */
export async function tellFound(exchange: MailboxExchange, command: Search, look: () => Promise<readonly Uid[]>): Promise<void> {
  const { view } = exchange.selected;
  if (asksModseq(command.key)) wakeCondstore(exchange);
  const isSaving = command.returns?.options.includes('SAVE') ?? false;
  try {
    const found = await look();
    if (isSaving) view.save(ofInterest(command, found).toSorted((a, b) => a - b));
    tell(exchange, command, found);
  } catch (fault) {
    // RFC 5182 §2.1: a search that failed has found nothing.
    if (isSaving) view.save([]);
    throw fault;
  }
}

function tell({ session, selected, out, tag }: MailboxExchange, command: Search, found: readonly Uid[]): void {
  const { view } = selected;
  const { isUid, key, returns } = command;
  // RFC 5182 §2.1: only to be saved, nothing is told.
  if (returns?.options.length === 1 && returns.options[0] === 'SAVE') return;
  const numbers = isUid ? found : found.flatMap((uid) => view.seqNumOf(uid) ?? []);
  const modseqs = ofInterest(command, found).map((uid) => view.modseqOf(uid));
  const modseq = asksModseq(key) ? modseqs.reduce((highest, one) => Math.max(highest, one), 0) : undefined;
  if (returns === undefined && command.name === 'SORT') out.write(sortLine(numbers, modseq));
  // RFC 9051 §6.4.4: rev2 knows ESEARCH only.
  else if (returns === undefined && !session.dialect.isRev2) out.write(searchLine(numbers, modseq));
  else out.write(esearchLine({ tag, isUid, returns: returns ?? { options: [] }, numbers, ...(modseq === undefined ? {} : { modseq }) }));
}

/** RFC 5182 §2.4, RFC 7162 §3.1.10: with MIN, MAX or PARTIAL and nothing else, only what they name counts (RFC 9394 §3.3). */
function ofInterest({ returns = { options: [] } }: Search, found: readonly Uid[]): readonly Uid[] {
  const { options, page } = returns;
  const isSome = options.some((option) => SOME.has(option)) && options.every((option) => SOME.has(option) || option === 'SAVE');
  if (!isSome) return found;
  const onPage = new Set(page === undefined ? [] : pageOf(found, page));
  return found.filter((uid, index) => (options.includes('MIN') && index === 0) || (options.includes('MAX') && index === found.length - 1) || onPage.has(uid));
}
