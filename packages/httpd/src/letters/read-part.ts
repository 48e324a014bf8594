/**
 * Reads what is in a letter's parts: octets as they are, or decoded, or as text. Always bounded.
 */
import { decodeCharset, decodeUnlabelled } from '@posthorn/mail/charset.ts';
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import { fieldText, parseHeader } from '@posthorn/mail/header.ts';
import { htmlToText } from '@posthorn/mail/html-text.ts';
import { charsetOf, letterBodies, parameter } from '@posthorn/mail/parts.ts';
import type { OctetRange, Part } from '@posthorn/mail/structure.ts';
import { createTransferDecoder } from '@posthorn/mail/transfer-decoder.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { Store } from '@posthorn/store/store.ts';

/** What letters are read from. */
export type LetterStore = Pick<Store, 'contents' | 'messages'>;

const HEADER_OCTETS_MAX = 1_048_576;

export interface ReadText {
  readonly text: string;
  readonly isCut: boolean;
}

/** A part's octets, decoded, as they come; at most `octetsMax` of them. */
export async function* decodedPart(store: LetterStore, row: Pick<LetterRow, 'content'>, { part, octetsMax }: { readonly part: Part; readonly octetsMax: number }): AsyncGenerator<Buffer, void> {
  const decoder = createTransferDecoder(part.encoding);
  let left = octetsMax;
  const upTo = (octets: Buffer): Buffer => {
    const kept = octets.subarray(0, left);
    left -= kept.length;
    return kept;
  };
  for await (const chunk of store.contents.read(row.content, part.body)) {
    yield upTo(decoder.push(chunk));
    if (left === 0) return;
  }
  yield upTo(decoder.end());
}

/** A text part as text; of flowed text the soft line breaks are undone (RFC 3676 §4). */
export async function partText(store: LetterStore, row: Pick<LetterRow, 'content'>, { part, octetsMax }: { readonly part: Part; readonly octetsMax: number }): Promise<ReadText> {
  const octets = await gathered(decodedPart(store, row, { part, octetsMax: octetsMax + 1 }));
  const charset = charsetOf(part);
  const kept = octets.subarray(0, octetsMax);
  const text = charset === undefined ? decodeUnlabelled(kept) : decodeCharset(kept, charset);
  return { text: unflowed(text.replaceAll('\r\n', '\n'), part), isCut: octets.length > octetsMax };
}

function unflowed(text: string, part: Part): string {
  if (parameter(part.parameters, 'format')?.toLowerCase() !== 'flowed') return text;
  const isDelSp = parameter(part.parameters, 'delsp')?.toLowerCase() === 'yes';
  let flowed = '';
  for (const line of text.split('\n')) {
    const own = line.startsWith(' ') ? line.slice(1) : line;
    // RFC 3676 §4.3: the signature's line ends with a space and is not flowed.
    const isSoft = own.endsWith(' ') && own !== '-- ' && !own.startsWith('>');
    flowed += isSoft ? (isDelSp ? own.slice(0, -1) : own) : `${own}\n`;
  }
  return flowed.replace(/\n$/, '');
}

/** What the letter says: its text, or the text of its HTML. */
export async function letterText(store: LetterStore, row: LetterRow, octetsMax: number): Promise<ReadText & { readonly isMade: boolean }> {
  const { text, html } = letterBodies(row.summary.structure);
  const own = text === undefined ? undefined : await partText(store, row, { part: text.part, octetsMax });
  // Some senders put an empty text beside their HTML.
  if (own !== undefined && (own.text.trim() !== '' || html === undefined)) return { ...own, isMade: false };
  if (html === undefined) return { text: '', isCut: false, isMade: false };
  const { text: source, isCut } = await partText(store, row, { part: html.part, octetsMax });
  return { text: htmlToText(source), isCut, isMade: true };
}

export interface ReadField {
  readonly name: string;
  readonly value: string;
  readonly isOurs: boolean;
}

/** The header as its reader sees it, ours in front, encoded words read. */
export async function letterHeader(store: LetterStore, row: LetterRow): Promise<readonly ReadField[]> {
  const { header } = row.summary.structure;
  const length = Math.min(row.prefix.length + header.end, HEADER_OCTETS_MAX);
  const octets = await gathered(store.messages.read(row, { start: 0, end: length }));
  return parseHeader(octets).map((field) => ({ name: field.name, value: decodeWords(fieldText(octets, field)), isOurs: field.range.end <= row.prefix.length }));
}

/** The MIME header of a part, or its octets as they are. */
export function partOctets(store: LetterStore, row: Pick<LetterRow, 'content'>, range: OctetRange): AsyncIterable<Buffer> {
  return store.contents.read(row.content, range);
}

export async function gathered(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
