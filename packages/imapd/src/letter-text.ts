/**
 * Looks for words in the text of a letter, as a person would read it: transfer encodings and
 * charsets undone, attached letters included, other attachments not.
 *
 * Text is decoded in pieces that end with a line, which no charset of mail carries state
 * across (RFC 1468: ISO-2022-JP returns to ASCII at each line's end).
 */
import { TextSearch } from '@posthorn/imap/search.ts';
import { decodeCharset } from '@posthorn/mail/charset.ts';
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import { createTransferDecoder } from '@posthorn/mail/transfer-decoder.ts';
import type { Contents } from '@posthorn/store/contents.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';

const LF = 0x0a;
/** A line this long is cut, at the price of a character. */
const PIECE_OCTETS_MAX = 256 * 1024;
/** Of the header of an attached letter. */
const HEADER_OCTETS_MAX = 64 * 1024;

export async function searchText(contents: Pick<Contents, 'read'>, row: MessageRow, needles: readonly string[]): Promise<TextSearch> {
  const search = new TextSearch(needles);
  for (const part of parts(row.summary.structure)) {
    if (search.isDone) break;
    if (part.message !== undefined) await searchHeader(contents, { row, part: part.message.part, search });
    else if (part.type === 'text') await searchPart(contents, { row, part, search });
  }
  return search;
}

/** The part and all within it, as they stand in the letter. */
function* parts(part: Part): Generator<Part> {
  yield part;
  for (const inner of part.parts ?? []) yield* parts(inner);
  if (part.message !== undefined) yield* parts(part.message.part);
}

interface Work {
  readonly row: MessageRow;
  readonly part: Part;
  readonly search: TextSearch;
}

async function searchHeader(contents: Pick<Contents, 'read'>, { row, part, search }: Work): Promise<void> {
  const { start, end } = part.header;
  const chunks: Buffer[] = [];
  for await (const chunk of contents.read(row.content, { start, end: Math.min(end, start + HEADER_OCTETS_MAX) })) chunks.push(chunk);
  const unfolded = decodeCharset(Buffer.concat(chunks), 'utf-8').replaceAll(/\r?\n(?=[ \t])/g, '');
  for (const line of unfolded.split('\n')) search.push(`${decodeWords(line)}\n`);
  search.endPart();
}

async function searchPart(contents: Pick<Contents, 'read'>, { row, part, search }: Work): Promise<void> {
  const decoder = createTransferDecoder(part.encoding);
  const charset = part.parameters.find(([name]) => name.toLowerCase() === 'charset')?.[1] ?? 'utf-8';
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of contents.read(row.content, part.body)) {
    const octets = Buffer.concat([rest, decoder.push(chunk)]);
    const lineEnd = octets.lastIndexOf(LF) + 1;
    const cut = lineEnd > 0 ? lineEnd : octets.length > PIECE_OCTETS_MAX ? octets.length : 0;
    if (cut > 0) search.push(decodeCharset(octets.subarray(0, cut), charset));
    rest = octets.subarray(cut);
    if (search.isDone) return;
  }
  search.push(decodeCharset(Buffer.concat([rest, decoder.end()]), charset));
  search.endPart();
}
