/**
 * Which messages of a mailbox a search finds.
 *
 * Each message is asked about with the least that can answer: flags, then its row, its header,
 * its text. Long searches give way to other sessions. RFC 9051 §6.4.4, RFC 3501 §6.4.4.
 */
import type { SearchKey } from '@posthorn/imap/command.ts';
import { findSection } from '@posthorn/imap/fetch-section.ts';
import { type Search, type SearchCandidate, prepareSearch } from '@posthorn/imap/search.ts';
import type { SessionView } from '@posthorn/imap/session-view.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import type { MailboxKey, MessageRow } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import { searchText } from './letter-text.ts';
import { pages, takingTurns } from './pages.ts';

const ROWS_PER_PAGE = 200;
/** More of a header is not searched. */
const HEADER_OCTETS_MAX = 1024 * 1024;

/** Where to look. */
export interface SearchedMailbox {
  readonly store: Pick<Store, 'messages' | 'contents'>;
  readonly clock: Clock;
  readonly key: MailboxKey;
  readonly view: SessionView<Uid>;
}

export interface FindOptions {
  /** Called now and then: so many messages of so many have been looked at (RFC 9585 INPROGRESS). May throw, which ends the search. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Those found, ascending. */
export async function findMessages(mailbox: SearchedMailbox, key: SearchKey, { onProgress }: FindOptions = {}): Promise<readonly Uid[]> {
  const { view, clock } = mailbox;
  const query = prepareSearch(key, { seqNumMax: view.count, uidMax: view.uidMax, saved: view.saved, now: clock.now() });
  const takeTurn = takingTurns(clock);
  const uids = view.uids();
  const found: Uid[] = [];
  let done = 0;
  for (const page of pages(uids, ROWS_PER_PAGE)) {
    // The rows of a page are read when the first message needs one.
    let rows: Promise<ReadonlyMap<Uid, MessageRow>> | undefined;
    const rowOf = async (uid: Uid): Promise<MessageRow | undefined> => {
      rows ??= rowsOf(mailbox, page);
      return (await rows).get(uid);
    };
    for (const uid of page) {
      if (await isFound(mailbox, { query, uid, rowOf })) found.push(uid);
      await takeTurn();
    }
    done += page.length;
    onProgress?.(done, uids.length);
  }
  return found;
}

async function rowsOf({ store, key }: SearchedMailbox, page: readonly Uid[]): Promise<ReadonlyMap<Uid, MessageRow>> {
  const rows = await store.messages.rows(key, page);
  return new Map(rows.map((row) => [row.uid, row]));
}

async function isFound({ store, view }: SearchedMailbox, { query, uid, rowOf }: {
  readonly query: Search;
  readonly uid: Uid;
  readonly rowOf: (uid: Uid) => Promise<MessageRow | undefined>;
}): Promise<boolean> {
  const seqNum = view.seqNumOf(uid);
  if (seqNum === undefined) return false;
  let candidate: SearchCandidate = {
    seqNum, uid, flags: view.flagsOf(uid) ?? [], modseq: view.modseqOf(uid), isRecent: view.isRecent(uid),
  };
  for (;;) {
    const answer = query.matches(candidate);
    if (typeof answer === 'boolean') return answer;
    const row = await rowOf(uid);
    // It vanished meanwhile: nothing that has to be looked up can be said of it.
    if (row === undefined) return false;
    switch (answer) {
      case 'row': candidate = { ...candidate, row }; break;
      case 'header': candidate = { ...candidate, row, header: await headerOf(store, row) }; break;
      case 'body': candidate = { ...candidate, row, body: await searchText(store.contents, row, query.needles) }; break;
      default: answer satisfies never;
    }
  }
}

async function headerOf({ messages }: Pick<Store, 'messages'>, row: MessageRow): Promise<Buffer> {
  const place = findSection(row, { part: [], text: 'HEADER' });
  if (place.kind !== 'octets') return Buffer.alloc(0);
  const { start, end } = place.range;
  const chunks: Buffer[] = [];
  for await (const chunk of messages.read(row, { start, end: Math.min(end, start + HEADER_OCTETS_MAX) })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
