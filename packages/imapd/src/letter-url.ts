/**
 * Finds the octets that an IMAP URL names, among the letters of this account. RFC 4469 §3, RFC 5092.
 */
import { cutPartial, filterHeader, findSection } from '@posthorn/imap/fetch-section.ts';
import { parseLetterUrl } from '@posthorn/imap/imap-url.ts';
import { uid } from '@posthorn/store/ids.ts';
import { reach } from './access.ts';
import type { KnownExchange } from './exchange.ts';

/** More of a header than this is not filtered: it would be held whole. */
const HEADER_OCTETS_MAX = 1024 * 1024;

export interface UrlSource {
  readonly octets: number;
  read(): AsyncIterable<Buffer>;
}

/** Undefined: there is nothing of that name, or it is none. */
export async function letterByUrl({ session, account }: KnownExchange, url: string): Promise<UrlSource | undefined> {
  const found = parseLetterUrl(url);
  const { store } = session.services;
  const { messages } = store;
  const reached = found && await reach(store, account, { name: found.mailbox, purpose: 'read by url' });
  if (found === undefined || reached?.kind !== 'reached') return undefined;
  const { key, mailbox } = reached.access;
  if ((found.uidValidity ?? mailbox.uidValidity) !== mailbox.uidValidity) return undefined;
  const [row] = await messages.rows(key, [uid(found.uid)]);
  const place = row && findSection(row, found.section);
  if (row === undefined || place === undefined || place.kind === 'none') return undefined;
  const range = cutPartial(place.range, place.kind === 'octets' ? found.partial : undefined);
  if (place.kind === 'octets') return { octets: range.end - range.start, read: () => (range.end > range.start ? messages.read(row, range) : nothing()) };
  if (range.end - range.start > HEADER_OCTETS_MAX) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of messages.read(row, range)) chunks.push(chunk);
  const header = filterHeader(Buffer.concat(chunks), place.fields, place.isNot);
  const cut = cutPartial({ start: 0, end: header.length }, found.partial);
  return { octets: cut.end - cut.start, read: () => one(header.subarray(cut.start, cut.end)) };
}

async function* nothing(): AsyncIterable<Buffer> {}

async function* one(octets: Buffer): AsyncIterable<Buffer> {
  yield octets;
}
