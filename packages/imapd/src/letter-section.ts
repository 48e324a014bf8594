/**
 * Sends a section of a letter as a literal, chunk by chunk, no faster than the client reads.
 */
import type { BinaryItem, FetchItem } from '@posthorn/imap/command.ts';
import { binaryLabel, sectionLabel } from '@posthorn/imap/fetch-response.ts';
import { HeaderFilter, cutPartial, findEncoding, findSection } from '@posthorn/imap/fetch-section.ts';
import { literal8Head, literalHead } from '@posthorn/imap/response.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import { type TransferDecoder, createTransferDecoder } from '@posthorn/mail/transfer-decoder.ts';
import type { MessageRow, Messages } from '@posthorn/store/messages.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { LetterCut } from './letter-cut.ts';
import type { Outlet } from './outlet.ts';

/** RFC 2045 §6.1. */
const KNOWN_ENCODINGS = new Set(['7bit', '8bit', 'binary', 'base64', 'quoted-printable']);

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

/**
 * The octets of a part with its transfer encoding undone, or how many they are. False: that
 * encoding is not known, and none are told. RFC 3516 §4.
 */
export async function sendBinary(messages: Pick<Messages, 'read'>, { out, row, item }: {
  readonly out: Outlet;
  readonly row: MessageRow;
  readonly item: BinaryItem;
}): Promise<boolean> {
  const label = binaryLabel(item);
  const place = findSection(row, { part: item.part });
  const encoding = findEncoding(row.summary.structure, item.part);
  if (place.kind !== 'octets' || encoding === undefined) {
    out.write(`${label} ${item.item === 'BINARY' ? 'NIL' : '0'}`);
    return true;
  }
  if (!KNOWN_ENCODINGS.has(encoding)) {
    out.write(`${label} ${item.item === 'BINARY' ? 'NIL' : '0'}`);
    return false;
  }
  const decoded = (): AsyncIterable<Buffer> => decode(place.range.end > place.range.start ? messages.read(row, place.range) : nothing(), createTransferDecoder(encoding));
  // How many they are is known when they have been decoded; they are decoded again to be sent.
  const { octets, hasNul } = await measure(decoded());
  if (item.item === 'BINARY.SIZE') {
    out.write(`${label} ${octets}`);
    return true;
  }
  const range = cutPartial({ start: 0, end: octets }, item.partial);
  const length = range.end - range.start;
  // RFC 3516 §4.3: literal8 where there may be NUL.
  out.write(`${label} ${hasNul ? literal8Head(length) : literalHead(length)}`);
  await send(out, length > 0 ? slice(decoded(), range) : nothing(), length);
  return true;
}

async function* decode(chunks: AsyncIterable<Buffer>, decoder: TransferDecoder): AsyncIterable<Buffer> {
  for await (const chunk of chunks) yield decoder.push(chunk);
  yield decoder.end();
}

async function measure(chunks: AsyncIterable<Buffer>): Promise<{ readonly octets: number; readonly hasNul: boolean }> {
  let octets = 0;
  let hasNul = false;
  for await (const chunk of chunks) {
    octets += chunk.length;
    hasNul ||= chunk.includes(0);
  }
  return { octets, hasNul };
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
