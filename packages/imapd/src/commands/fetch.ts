/**
 * FETCH: what is asked about messages, a page of rows at a time, letters streamed.
 *
 * Flags and UIDs come from the session's view and cost the store nothing. A message that
 * vanished before it was fetched is left out, and the answer says so (RFC 5530 EXPUNGEISSUED).
 * RFC 9051 §6.4.5, §7.5.2; RFC 3516 (BINARY), RFC 7162 §3.1.4 and §3.2.6 (MODSEQ, CHANGEDSINCE, VANISHED).
 */
import { formatBody } from '@posthorn/imap/bodystructure.ts';
import type { FetchItem, MessageSet } from '@posthorn/imap/command.ts';
import type { Dialect } from '@posthorn/imap/dialect.ts';
import { formatEnvelope } from '@posthorn/imap/envelope.ts';
import { FETCH_END, fetchStart } from '@posthorn/imap/fetch-response.ts';
import { formatDateTime } from '@posthorn/imap/imap-date.ts';
import { emailId } from '@posthorn/imap/object-id.ts';
import { flagList, string } from '@posthorn/imap/response.ts';
import { pageOf } from '@posthorn/imap/search-response.ts';
import { normalizeSet } from '@posthorn/imap/sequence-set.ts';
import { toldFlags } from '@posthorn/imap/session-view.ts';
import { flagKey } from '@posthorn/mail/flags.ts';
import type { Uid } from '@posthorn/store/ids.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';
import { tellVanished, wakeCondstore } from '../condstore.ts';
import type { MailboxExchange } from '../exchange.ts';
import { sendBinary, sendSection } from '../letter-section.ts';
import { pages, takingTurns } from '../pages.ts';
import { previewOf } from '../preview.ts';
import { type Reply, bad, no, noPermission, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

/** Rows with their summaries; one may hold a letter's whole structure. */
const ROWS_PER_PAGE = 200;
/** The same where \Seen is set: no more than these are marked and then perhaps not received. */
const LETTERS_PER_PAGE = 20;
const STATES_PER_PAGE = 1000;

interface Plan {
  readonly items: readonly FetchItem[];
  readonly needsRow: boolean;
  /** RFC 9051 §6.4.5: BODY[…] without PEEK sets \Seen. */
  readonly marksSeen: boolean;
}

export async function fetch(exchange: MailboxExchange, command: CommandNamed<'FETCH'>): Promise<Reply> {
  const { session, selected, out } = exchange;
  const { changedSince, isVanishedAsked = false } = command;
  // RFC 7162 §3.2.6.
  if (isVanishedAsked && !session.dialect.isResyncing) return bad('ENABLE QRESYNC comes first');
  const named = selected.view.resolve(command.set, command.isUid);
  if (named === undefined) return bad('There is no message of that number');
  if (!selected.access.may('read')) return noPermission();
  // RFC 4314 §4: without the right, a letter is read and stays unseen.
  const plan = planOf(command, { isReadOnly: selected.isReadOnly || !selected.access.may('mark seen'), isUidOnly: session.dialect.isUidOnly });
  if (plan.items.some(({ item }) => item === 'MODSEQ')) wakeCondstore(exchange);
  if (isVanishedAsked) await tellVanished(exchange, { since: changedSince ?? 0, set: command.set });
  // RFC 7162 §3.1.4.1.
  const changed = changedSince === undefined ? named : named.filter((uid) => selected.view.modseqOf(uid) > changedSince);
  // RFC 9394 §3.2.
  const uids = command.page === undefined ? changed : pageOf(changed, command.page);
  const takeTurn = takingTurns(session.services.clock);
  let isWhole = true;
  let hasGone = !command.isUid && named.length < sizeOf(command.set, selected.view.count);
  for (const page of pages(uids, plan.marksSeen ? LETTERS_PER_PAGE : plan.needsRow ? ROWS_PER_PAGE : STATES_PER_PAGE)) {
    const marked = plan.marksSeen ? await markSeen(exchange, page) : undefined;
    const rows = plan.needsRow ? await rowsOf(exchange, page) : undefined;
    for (const uid of page) {
      const row = rows?.get(uid);
      if (rows !== undefined && row === undefined) hasGone = true;
      else isWhole = await tellMessage(exchange, { uid, row, items: plan.items, isMarked: marked?.has(uid) ?? false }) && isWhole;
      await out.room();
      await takeTurn();
    }
  }
  // RFC 3516 §4.3.
  if (!isWhole) return no('UNKNOWN-CTE', 'Some parts are encoded in a way that is not known here');
  if (!hasGone) return ok('FETCH done');
  selected.ring();
  return ok('Some of these messages are gone', 'EXPUNGEISSUED');
}

/** Messages that a set of sequence numbers names. */
function sizeOf(set: MessageSet, count: number): number {
  return set === '$' ? 0 : normalizeSet(set, count).reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

function planOf({ items, isUid, changedSince }: CommandNamed<'FETCH'>, { isReadOnly, isUidOnly }: {
  readonly isReadOnly: boolean;
  readonly isUidOnly: boolean;
}): Plan {
  const has = (name: FetchItem['item']): boolean => items.some(({ item }) => item === name);
  return {
    items: [
      // RFC 9051 §6.4.9: UID FETCH tells the UID, asked for or not; RFC 9586 §3.3: a UIDFETCH does so anyway.
      ...(isUid && !isUidOnly && !has('UID') ? [{ item: 'UID' } as const] : []),
      ...items,
      // RFC 7162 §3.1.4.1: CHANGEDSINCE asks for it too.
      ...(changedSince !== undefined && !has('MODSEQ') ? [{ item: 'MODSEQ' } as const] : []),
    ],
    needsRow: items.some(({ item }) => item !== 'FLAGS' && item !== 'UID' && item !== 'MODSEQ'),
    marksSeen: !isReadOnly && items.some((item) => (item.item === 'SECTION' || item.item === 'BINARY') && !item.isPeek),
  };
}

/** Those that were not \Seen and are now. */
async function markSeen({ session, selected }: MailboxExchange, page: readonly Uid[]): Promise<ReadonlySet<Uid>> {
  const { store, clock } = session.services;
  const uids = page.filter((uid) => !(selected.view.flagsOf(uid) ?? []).some((flag) => flagKey(flag) === '\\seen'));
  if (uids.length === 0) return new Set();
  const { states } = await store.messages.setFlags({ ...selected.key, uids, how: 'add', flags: ['\\Seen'], at: clock.now() });
  selected.view.settle(states);
  return new Set(states.map(({ uid }) => uid));
}

async function rowsOf({ session, selected }: MailboxExchange, page: readonly Uid[]): Promise<ReadonlyMap<Uid, MessageRow>> {
  const rows = await session.services.store.messages.rows(selected.key, page);
  return new Map(rows.map((row) => [row.uid, row]));
}

/** False: something of it could not be told. */
async function tellMessage({ session, selected, out }: MailboxExchange, { uid, row, items, isMarked }: {
  readonly uid: Uid;
  readonly row: MessageRow | undefined;
  readonly items: readonly FetchItem[];
  readonly isMarked: boolean;
}): Promise<boolean> {
  const seqNum = selected.view.seqNumOf(uid);
  const flags = selected.view.flagsOf(uid);
  if (seqNum === undefined || flags === undefined) throw new Error(`message ${uid} is not in the view`);
  const tellsFlags = items.some(({ item }) => item === 'FLAGS');
  const { dialect } = session;
  let isWhole = true;
  const flagsText = `FLAGS ${flagList(toldFlags(flags, dialect))}`;
  const modseqText = `MODSEQ (${selected.view.modseqOf(uid)})`;
  if (tellsFlags || isMarked) selected.tellFlags(out, flags);
  out.write(fetchStart({ seqNum, uid }, dialect));
  for (const [index, item] of items.entries()) {
    if (index > 0) out.write(' ');
    if (item.item === 'UID') out.write(`UID ${uid}`);
    else if (item.item === 'FLAGS') out.write(flagsText);
    else if (item.item === 'MODSEQ') out.write(modseqText);
    else if (row === undefined) throw new Error(`${item.item} without a row`);
    else if (item.item === 'BINARY' || item.item === 'BINARY.SIZE') isWhole = await sendBinary(session.services.store.messages, { out, row, item }) && isWhole;
    else if (item.item === 'SECTION') await sendSection(session.services.store.messages, { out, row, item });
    else if (item.item === 'PREVIEW') out.write(`PREVIEW ${string(await previewOf(session.services.store.contents, row))}`);
    else out.write(itemText(item.item, row, dialect));
  }
  if (isMarked && !tellsFlags) out.write(` ${flagsText}`);
  // RFC 7162 §3.1: flags that changed are told with their modseq.
  if (isMarked && dialect.tellsModseq && !items.some(({ item }) => item === 'MODSEQ')) out.write(` ${modseqText}`);
  out.write(FETCH_END);
  return isWhole;
}

function itemText(item: Exclude<FetchItem['item'], 'UID' | 'FLAGS' | 'MODSEQ' | 'SECTION' | 'BINARY' | 'BINARY.SIZE' | 'PREVIEW'>, row: MessageRow, { isUtf8 }: Dialect): string {
  switch (item) {
    case 'INTERNALDATE': return `INTERNALDATE ${formatDateTime(row.internalDate)}`;
    // RFC 8514 §4.2.
    case 'SAVEDATE': return `SAVEDATE ${formatDateTime(row.savedAt)}`;
    // RFC 8474 §5.1, §5.2.
    case 'EMAILID': return `EMAILID (${emailId(row)})`;
    case 'THREADID': return 'THREADID NIL';
    case 'RFC822.SIZE': return `RFC822.SIZE ${row.octets}`;
    case 'ENVELOPE': return `ENVELOPE ${formatEnvelope(row.summary.envelope)}`;
    case 'BODY': return `BODY ${formatBody(row.summary.structure, { isExtended: false, isUtf8 })}`;
    case 'BODYSTRUCTURE': return `BODYSTRUCTURE ${formatBody(row.summary.structure, { isExtended: true, isUtf8 })}`;
    default: return item satisfies never;
  }
}
