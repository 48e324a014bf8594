/**
 * The text of a letter, as a person would read it: transfer encodings and charsets undone,
 * attached letters and the names of attachments included, what is in other attachments not.
 *
 * Text is decoded in pieces that end with a line, which no charset of mail carries state
 * across (RFC 1468: ISO-2022-JP returns to ASCII at each line's end).
 */
import { Buffer } from 'node:buffer';
import { decodeCharset } from './charset.ts';
import { decodeWords } from './encoded-word.ts';
import type { OctetRange, Parameters, Part } from './structure.ts';
import { createTransferDecoder } from './transfer-decoder.ts';

/** Takes text as it comes. */
export interface TextSink {
  push(text: string): void;
  /** What follows is another text. */
  endPart(): void;
  /** It has seen enough. */
  readonly isDone: boolean;
}

/** Reads octets of the letter's content. */
export type ReadOctets = (range: OctetRange) => AsyncIterable<Buffer>;

const LF = 0x0a;
/** A line this long is cut, at the price of a character. */
const PIECE_OCTETS_MAX = 256 * 1024;
/** Of the header of an attached letter. */
const HEADER_OCTETS_MAX = 64 * 1024;

/** Gives all texts of the letter's body to `sink`, as they stand in it, until that has enough. */
export async function readText(structure: Part, { read, sink }: { readonly read: ReadOctets; readonly sink: TextSink }): Promise<void> {
  for (const part of parts(structure)) {
    if (sink.isDone) return;
    pushNames(part, sink);
    if (part.message !== undefined) await readHeader(part.message.part, { read, sink });
    else if (part.type === 'text') await readPart(part, { read, sink });
  }
}

interface Way {
  readonly read: ReadOctets;
  readonly sink: TextSink;
}

/** The part and all within it, as they stand in the letter. */
function* parts(part: Part): Generator<Part> {
  yield part;
  for (const inner of part.parts ?? []) yield* parts(inner);
  if (part.message !== undefined) yield* parts(part.message.part);
}

/** RFC 2183 §2.3 and, as many senders do it, RFC 2047 words where none should be. */
function pushNames({ parameters, disposition }: Part, sink: TextSink): void {
  const names = new Set([valueOf(disposition?.parameters, 'filename'), valueOf(parameters, 'name')]);
  for (const name of names) {
    if (name === undefined) continue;
    sink.push(decodeWords(name));
    sink.endPart();
  }
}

function valueOf(parameters: Parameters | undefined, wanted: string): string | undefined {
  return parameters?.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

async function readHeader({ header }: Part, { read, sink }: Way): Promise<void> {
  const { start, end } = header;
  const chunks: Buffer[] = [];
  for await (const chunk of read({ start, end: Math.min(end, start + HEADER_OCTETS_MAX) })) chunks.push(chunk);
  const unfolded = decodeCharset(Buffer.concat(chunks), 'utf-8').replaceAll(/\r?\n(?=[ \t])/g, '');
  for (const line of unfolded.split('\n')) sink.push(`${decodeWords(line)}\n`);
  sink.endPart();
}

async function readPart(part: Part, { read, sink }: Way): Promise<void> {
  const decoder = createTransferDecoder(part.encoding);
  const charset = valueOf(part.parameters, 'charset') ?? 'utf-8';
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of read(part.body)) {
    const octets = Buffer.concat([rest, decoder.push(chunk)]);
    const lineEnd = octets.lastIndexOf(LF) + 1;
    const cut = lineEnd > 0 ? lineEnd : octets.length > PIECE_OCTETS_MAX ? octets.length : 0;
    if (cut > 0) sink.push(decodeCharset(octets.subarray(0, cut), charset));
    rest = octets.subarray(cut);
    if (sink.isDone) return;
  }
  sink.push(decodeCharset(Buffer.concat([rest, decoder.end()]), charset));
  sink.endPart();
}
