/**
 * Finds letters: pages of all of them, or of those that a query looks for.
 *
 * A search goes through the letters in their order and stops at a bound; what it has not
 * come to is found from the cursor that it gives.
 */
import { letterBodies, filenameOf } from '@posthorn/mail/parts.ts';
import { matchesLetter } from '@posthorn/mail/letter-query-match.ts';
import type { QueriedLetter } from '@posthorn/mail/letter-query-match.ts';
import type { LetterFeature, LetterQuery, LetterState } from '@posthorn/mail/letter-query.ts';
import { numberedParts } from '@posthorn/mail/parts.ts';
import type { AccountId, ContentId } from '@posthorn/store/ids.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import type { Store } from '@posthorn/store/store.ts';
import { letterHeader, letterText } from './read-part.ts';
import { isInline, people, subjectOf } from './shown.ts';
import { tagsOf } from './tags.ts';

export type FinderStore = Pick<Store, 'contents' | 'messages' | 'letters'>;

export interface Search {
  /** Absent: all letters. */
  readonly query?: LetterQuery;
  readonly account?: AccountId;
  readonly past?: ContentId;
  readonly limit: number;
}

export interface Found {
  readonly rows: readonly LetterRow[];
  /** Where to go on; absent at the end. */
  readonly next?: ContentId;
}

/** Looked through in one request. */
const SCANNED_MAX = 20_000;
const SCAN_STEP = 200;
const TEXT_OCTETS_MAX = 1_048_576;

export async function findLetters(store: FinderStore, { query, account, past, limit }: Search): Promise<Found> {
  const scope = { from: 'newest', ...(account === undefined ? {} : { account }) } as const;
  if (query === undefined) {
    const rows = await store.letters.page({ ...scope, limit, ...(past === undefined ? {} : { past }) });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return { rows, ...(last === undefined ? {} : { next: last.content }) };
  }
  const found: LetterRow[] = [];
  let at = past;
  for (let scanned = 0; scanned < SCANNED_MAX; scanned += SCAN_STEP) {
    const rows = await store.letters.page({ ...scope, limit: SCAN_STEP, ...(at === undefined ? {} : { past: at }) });
    for (const row of rows) {
      at = row.content;
      if (await isFound(store, query, row)) found.push(row);
      if (found.length === limit) return { rows: found, next: at };
    }
    if (rows.length < SCAN_STEP) return { rows: found };
  }
  return { rows: found, ...(at === undefined ? {} : { next: at }) };
}

/** Reads of the letter only what the query needs to know. */
export async function isFound(store: Pick<FinderStore, 'contents' | 'messages'>, query: LetterQuery, row: LetterRow): Promise<boolean> {
  const letter = queried(row);
  const verdict = matchesLetter(query, letter);
  if (verdict !== undefined) return verdict;
  try {
    const header = (await letterHeader(store, row)).map(({ name, value }) => [name.toLowerCase(), value] as const);
    const withHeader = matchesLetter(query, { ...letter, header });
    if (withHeader !== undefined) return withHeader;
    const { text } = await letterText(store, row, TEXT_OCTETS_MAX);
    return matchesLetter(query, { ...letter, header, body: text }) ?? false;
  } catch (fault) {
    // Deleted meanwhile: not there to be found.
    if (fault instanceof StoreFault) return false;
    throw fault;
  }
}

function queried(row: LetterRow): QueriedLetter {
  const { envelope, structure } = row.summary;
  const texts = (list: Parameters<typeof people>[0]): readonly string[] => people(list).map(({ name, address }) => (name === '' ? address : `${name} <${address}>`));
  const { html, text, attached } = letterBodies(structure);
  const features = new Set<LetterFeature>();
  if (html !== undefined) features.add('html');
  if (text !== undefined) features.add('text');
  if (attached.some(({ part }) => isInline(part))) features.add('inline');
  if (attached.some(({ part }) => !isInline(part))) features.add('attachment');
  if (attached.some(({ part }) => part.type === 'text' && part.subtype === 'calendar')) features.add('calendar');
  return {
    from: texts(envelope.from), to: texts(envelope.to), cc: texts(envelope.cc), bcc: texts(envelope.bcc), replyTo: texts(envelope.replyTo),
    envelope: row.envelope === undefined ? [] : [row.envelope.sender, ...row.envelope.recipients],
    subject: subjectOf(row),
    messageId: envelope.messageId ?? '',
    filenames: numberedParts(structure).flatMap(({ part }) => filenameOf(part) ?? []),
    places: [...new Set(row.copies.flatMap(({ address, mailboxName }) => [address, mailboxName, `${address}/${mailboxName}`]))],
    tags: tagsOf(row),
    states: statesOf(row),
    features,
    octets: row.octets,
    at: row.internalDate,
  };
}

function statesOf(row: LetterRow): ReadonlySet<LetterState> {
  const has = (flag: string): boolean => row.copies.some(({ flags }) => flags.includes(flag));
  const states = new Set<LetterState>([row.copies.every(({ flags }) => flags.includes('\\Seen')) ? 'read' : 'unread']);
  if (has('\\Flagged')) states.add('flagged');
  if (has('\\Answered')) states.add('answered');
  if (has('\\Draft')) states.add('draft');
  if (has('\\Deleted')) states.add('deleted');
  if (tagsOf(row).length > 0) states.add('tagged');
  return states;
}
