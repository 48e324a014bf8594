/**
 * Sends a section of a letter as a literal, chunk by chunk, no faster than the client reads.
 */
import type { FetchItem } from '@posthorn/imap/command.ts';
import { sectionLabel } from '@posthorn/imap/fetch-response.ts';
import { HeaderFilter, cutPartial, findSection } from '@posthorn/imap/fetch-section.ts';
import { literalHead } from '@posthorn/imap/response.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import type { MessageRow, Messages } from '@posthorn/store/messages.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { LetterCut } from './letter-cut.ts';
import type { Outlet } from './outlet.ts';

type SectionItem = Extract<FetchItem, { readonly item: 'SECTION' }>;

export async function sendSection(messages: Pick<Messages, 'read'>, { out, row, item }: {
  readonly out: Outlet;
  readonly row: MessageRow;
  readonly item: SectionItem;
}): Promise<void> {
  const place = findSection(row, item.section);
  const label = sectionLabel(item);
  switch (place.kind) {
    case 'none':
      out.write(`${label} NIL`);
      return;
    case 'octets': {
      const range = cutPartial(place.range, item.partial);
      const octets = range.end - range.start;
      out.write(`${label} ${literalHead(octets)}`);
      await send(out, octets > 0 ? messages.read(row, range) : nothing(), octets);
      return;
    }
    case 'fields': {
      const filtered = (): AsyncIterable<Buffer> => filter(messages.read(row, place.range), new HeaderFilter(place.fields, place.isNot));
      // A header has no bound of its own: it is counted first, and read again to be sent.
      const range = cutPartial({ start: 0, end: await count(filtered()) }, item.partial);
      const octets = range.end - range.start;
      out.write(`${label} ${literalHead(octets)}`);
      await send(out, octets > 0 ? slice(filtered(), range) : nothing(), octets);
      return;
    }
    default: place satisfies never;
  }
}

async function send(out: Outlet, chunks: AsyncIterable<Buffer>, octets: number): Promise<void> {
  let sent = 0;
  try {
    for await (const chunk of chunks) {
      sent += chunk.length;
      if (sent > octets) break;
      out.write(chunk);
      await out.room();
    }
  } catch (fault) {
    if (fault instanceof StoreFault) throw new LetterCut('the letter broke off in its literal', { cause: fault });
    throw fault;
  }
  if (sent !== octets) throw new LetterCut(`the letter has other octets than announced: ${sent} for ${octets}`);
}

async function* nothing(): AsyncIterable<Buffer> {}

async function* filter(chunks: AsyncIterable<Buffer>, kept: HeaderFilter): AsyncIterable<Buffer> {
  for await (const chunk of chunks) yield kept.push(chunk);
  yield kept.end();
}

async function count(chunks: AsyncIterable<Buffer>): Promise<number> {
  let octets = 0;
  for await (const chunk of chunks) octets += chunk.length;
  return octets;
}

async function* slice(chunks: AsyncIterable<Buffer>, { start, end }: OctetRange): AsyncIterable<Buffer> {
  let at = 0;
  for await (const chunk of chunks) {
    const from = Math.max(0, start - at);
    const to = Math.min(chunk.length, end - at);
    if (to > from) yield chunk.subarray(from, to);
    at += chunk.length;
    if (at >= end) return;
  }
}
