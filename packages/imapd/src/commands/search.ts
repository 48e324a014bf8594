/**
 * SEARCH: which messages, by everything a key can ask. RFC 9051 §6.4.4, RFC 3501 §6.4.4.
 *
 * Each message is asked about with the least that can answer: flags, then its row, its header,
 * its text. Long searches give way to other sessions.
 */
import { findSection } from '@posthorn/imap/fetch-section.ts';
import { esearchLine, searchLine } from '@posthorn/imap/response.ts';
import { type Search, type SearchCandidate, prepareSearch } from '@posthorn/imap/search.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';
import type { MailboxExchange } from '../exchange.ts';
import { searchText } from '../letter-text.ts';
import { pages, takingTurns } from '../pages.ts';
import { type Reply, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

const ROWS_PER_PAGE = 200;
/** More of a header is not searched. */
const HEADER_OCTETS_MAX = 1024 * 1024;

export async function search(exchange: MailboxExchange, command: CommandNamed<'SEARCH'>): Promise<Reply> {
  const { session, selected, out, tag } = exchange;
  const { view } = selected;
  const query = prepareSearch(command.key, { seqNumMax: view.count, uidMax: view.uidMax });
  const takeTurn = takingTurns(session.services.clock);
  const found: Uid[] = [];
  for (const page of pages(view.uids(), ROWS_PER_PAGE)) {
    // The rows of a page are read when the first message needs one.
    let rows: Promise<ReadonlyMap<Uid, MessageRow>> | undefined;
    const rowOf = async (uid: Uid): Promise<MessageRow | undefined> => {
      rows ??= rowsOf(exchange, page);
      return (await rows).get(uid);
    };
    for (const uid of page) {
      if (await isFound(exchange, { query, uid, rowOf })) found.push(uid);
      await takeTurn();
    }
    out.checkPeer();
  }
  const numbers = command.isUid ? found : found.flatMap((uid) => view.seqNumOf(uid) ?? []);
  out.write(command.returnOptions === undefined
    ? searchLine(numbers)
    : esearchLine({ tag, isUid: command.isUid, options: command.returnOptions, numbers }));
  return ok('SEARCH done');
}

async function rowsOf({ session, selected }: MailboxExchange, page: readonly Uid[]): Promise<ReadonlyMap<Uid, MessageRow>> {
  const rows = await session.services.store.messages.rows(selected.key, page);
  return new Map(rows.map((row) => [row.uid, row]));
}

async function isFound({ session, selected }: MailboxExchange, { query, uid, rowOf }: {
  readonly query: Search;
  readonly uid: Uid;
  readonly rowOf: (uid: Uid) => Promise<MessageRow | undefined>;
}): Promise<boolean> {
  const { view } = selected;
  const { store } = session.services;
  const seqNum = view.seqNumOf(uid);
  if (seqNum === undefined) return false;
  let candidate: SearchCandidate = { seqNum, uid, flags: view.flagsOf(uid) ?? [], isRecent: view.isRecent(uid) };
  for (;;) {
    const answer = query.matches(candidate);
    if (typeof answer === 'boolean') return answer;
    const row = await rowOf(uid);
    // It vanished meanwhile: nothing that has to be looked up can be said of it.
    if (row === undefined) return false;
    switch (answer) {
      case 'row': candidate = { ...candidate, row }; break;
      case 'header': candidate = { ...candidate, row, header: await headerOf(store.messages, row) }; break;
      case 'body': candidate = { ...candidate, row, body: await searchText(store.contents, row, query.needles) }; break;
      default: answer satisfies never;
    }
  }
}

async function headerOf(messages: MailboxExchange['session']['services']['store']['messages'], row: MessageRow): Promise<Buffer> {
  const place = findSection(row, { part: [], text: 'HEADER' });
  if (place.kind !== 'octets') return Buffer.alloc(0);
  const { start, end } = place.range;
  const chunks: Buffer[] = [];
  for await (const chunk of messages.read(row, { start, end: Math.min(end, start + HEADER_OCTETS_MAX) })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
