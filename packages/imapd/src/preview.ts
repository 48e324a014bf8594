/**
 * The first words of a letter, as an inbox shows them. RFC 8970.
 *
 * Taken from the first text part that is no attachment, plain text before HTML; quoted lines
 * and what HTML says to machines are left out.
 */
import { decodeCharset } from '@posthorn/mail/charset.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import { createTransferDecoder } from '@posthorn/mail/transfer-decoder.ts';
import type { Contents } from '@posthorn/store/contents.ts';
import type { MessageRow } from '@posthorn/store/messages.ts';

/** RFC 8970 §3.3: at most 256 characters. */
const PREVIEW_LENGTH_MAX = 200;
/** Of the part as it was sent: enough to find words in, even behind a style sheet. */
const OCTETS_MAX = 32 * 1024;

/** Empty if there is nothing to read (RFC 8970 §3.2). */
export async function previewOf(contents: Pick<Contents, 'read'>, row: MessageRow): Promise<string> {
  const texts = [...textParts(row.summary.structure)];
  const part = texts.find(({ subtype }) => subtype === 'plain') ?? texts.find(({ subtype }) => subtype === 'html');
  if (part === undefined) return '';
  const decoder = createTransferDecoder(part.encoding);
  const { start, end } = part.body;
  const chunks: Buffer[] = [];
  for await (const chunk of contents.read(row.content, { start, end: Math.min(end, start + OCTETS_MAX) })) chunks.push(decoder.push(chunk));
  if (end - start <= OCTETS_MAX) chunks.push(decoder.end());
  const charset = part.parameters.find(([name]) => name.toLowerCase() === 'charset')?.[1] ?? 'utf-8';
  const text = decodeCharset(Buffer.concat(chunks), charset);
  return shortened(part.subtype === 'html' ? textOfHtml(text) : withoutQuotes(text));
}

/** Of the letter itself: neither what is attached nor what an attached letter says. */
function* textParts(part: Part): Generator<Part> {
  if (part.disposition?.type.toLowerCase() === 'attachment') return;
  if (part.type === 'text') yield part;
  for (const inner of part.parts ?? []) yield* textParts(inner);
}

function withoutQuotes(text: string): string {
  const lines = text.split('\n');
  const own = lines.filter((line) => !line.startsWith('>')).join('\n');
  return own.trim() === '' ? text : own;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function textOfHtml(html: string): string {
  return html
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replaceAll(/<(style|script|head|title)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ')
    .replaceAll(/<[^>]*(?:>|$)/g, ' ')
    .replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : ' ';
    });
}

/** RFC 8970 §3.3: one line, whole characters. */
function shortened(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}\u200b-\u200f\u2060\ufeff\ufffd]+/gu, ' ').trim();
  return Array.from(line).slice(0, PREVIEW_LENGTH_MAX).join('').trimEnd();
}
