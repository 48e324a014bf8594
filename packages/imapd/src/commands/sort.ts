/**
 * SORT and THREAD: what a search finds, in an order or in conversations.
 *
 * RFC 5256; RFC 5267 §3 (ESORT); RFC 5957 (DISPLAYFROM, DISPLAYTO). Rows are read a page at a
 * time, and only what the order needs of them is kept.
 */
import { asksModseq } from '@posthorn/imap/search.ts';
import { sortKeys, sorted } from '@posthorn/imap/sort.ts';
import { type Threaded, threadByReferences, threadBySubject, threadLine } from '@posthorn/imap/thread.ts';
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import { foldCase } from '@posthorn/mail/fold-case.ts';
import { messageIdsIn } from '@posthorn/mail/message-ids.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';
import { wakeCondstore } from '../condstore.ts';
import type { MailboxExchange } from '../exchange.ts';
import { pages, takingTurns } from '../pages.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';
import { find, tellFound } from './search.ts';

const ROWS_PER_PAGE = 200;

export async function sort(exchange: MailboxExchange, command: CommandNamed<'SORT'>): Promise<Reply> {
  await tellFound(exchange, command, async () => {
    const found = await find(exchange, command.key);
    const { criteria } = command;
    return sorted(await ofRows(exchange, found, (row) => ({ item: row.uid, keys: sortKeys(row, criteria) })), criteria);
  });
  return ok('SORT done');
}

export async function thread(exchange: MailboxExchange, command: CommandNamed<'THREAD'>): Promise<Reply> {
  const { selected: { view }, out } = exchange;
  if (asksModseq(command.key)) wakeCondstore(exchange);
  const found = await find(exchange, command.key);
  const letters = await ofRows(exchange, found, (row) => threaded(row, command.isUid ? row.uid : view.seqNumOf(row.uid) ?? 0));
  out.write(threadLine(command.algorithm === 'REFERENCES' ? threadByReferences(letters) : threadBySubject(letters)));
  return ok('THREAD done');
}

function threaded({ internalDate, summary }: MessageRow, number: number): Threaded<number> {
  const { subject, inReplyTo, messageId } = summary.envelope;
  return {
    number,
    sentAt: summary.sentAt ?? internalDate,
    subject: foldCase(decodeWords(subject ?? '')),
    messageId: messageIdsIn(messageId ?? '')[0] ?? null,
    // RFC 5256 §3, step 1: In-Reply-To where there are no References; its first id alone is sure.
    references: summary.references ?? messageIdsIn(inReplyTo ?? '').slice(0, 1),
  };
}

/** Of those that are still there, in the order of `uids`. */
async function ofRows<Item>({ session, selected, out }: MailboxExchange, uids: readonly Uid[], use: (row: MessageRow) => Item): Promise<readonly Item[]> {
  const { store, clock } = session.services;
  const takeTurn = takingTurns(clock);
  const items: Item[] = [];
  for (const page of pages(uids, ROWS_PER_PAGE)) {
    for (const row of await store.messages.rows(selected.key, page)) items.push(use(row));
    out.checkPeer();
    await takeTurn();
  }
  return items;
}
