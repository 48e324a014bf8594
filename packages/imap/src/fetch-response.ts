/**
 * Writes FETCH responses: their frame, and the names of sections. RFC 9051 §7.5.2.
 *
 * Small answers are a `fetchLine`. To stream a section: `fetchStart`, the items before it joined
 * by spaces, `sectionLabel`, a space, `literalHead`, the octets, more items, `FETCH_END`.
 */
import type { BinaryItem, FetchItem, Section } from './command.ts';
import type { Dialect } from './dialect.ts';
import { astring } from './response.ts';

export const FETCH_END = ')\r\n';

/** A message by both its numbers. */
export interface Numbered {
  readonly seqNum: number;
  readonly uid: number;
}

/** Items are written already: `FLAGS (\Seen)`, `UID 7`. */
export function fetchLine(message: Numbered, items: readonly string[], dialect: Pick<Dialect, 'isUidOnly'>): string {
  return fetchStart(message, dialect) + items.join(' ') + FETCH_END;
}

export function fetchStart({ seqNum, uid }: Numbered, { isUidOnly }: Pick<Dialect, 'isUidOnly'>): string {
  // RFC 9586 §3.3: for those who know no sequence numbers.
  return isUidOnly ? `* ${uid} UIDFETCH (` : `* ${seqNum} FETCH (`;
}

/** The name under which a section is answered: `BODY[1.2.MIME]<0>`, or the old name it was asked by. */
export function sectionLabel(item: Extract<FetchItem, { readonly item: 'SECTION' }>): string {
  if (item.oldName !== undefined) return item.oldName;
  // RFC 9051 §7.5.2: the answer names the offset only, and never says PEEK.
  return `BODY[${sectionText(item.section)}]${item.partial === undefined ? '' : `<${item.partial.offset}>`}`;
}

/** RFC 3516 §4.3: `BINARY[1.2]<0>`. */
export function binaryLabel(item: BinaryItem): string {
  const { part } = item;
  if (item.item === 'BINARY.SIZE') return `BINARY.SIZE[${part.join('.')}]`;
  return `BINARY[${part.join('.')}]${item.partial === undefined ? '' : `<${item.partial.offset}>`}`;
}

function sectionText({ part, text, fields }: Section): string {
  const names = fields === undefined ? '' : ` (${fields.map((field) => astring(field)).join(' ')})`;
  return [...part, ...(text === undefined ? [] : [text])].join('.') + names;
}
