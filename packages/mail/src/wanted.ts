/**
 * What a person may look for in letters, and whether a letter holds it: strings within strings,
 * whatever their case. RFC 9051 §6.4.4, RFC 3501 §6.4.4.
 */
import type { Buffer } from 'node:buffer';
import { decodeWords } from './encoded-word.ts';
import { foldCase } from './fold-case.ts';
import { fieldText, parseHeader } from './header.ts';
import { type ReadOctets, readText } from './letter-text.ts';
import type { ListedAddress, MessageEnvelope } from './message-envelope.ts';
import type { Part } from './structure.ts';
import { TextSearch } from './text-search.ts';

export type Wanted =
  /** Names and addresses of these lists, as `Ann <ann@ash.test>`. */
  | { readonly in: 'from' | 'to' | 'cc' | 'bcc'; readonly text: string }
  | { readonly in: 'subject'; readonly text: string }
  /** Any field of this name; an empty text finds all that have it. */
  | { readonly in: 'field'; readonly field: string; readonly text: string }
  /** The texts of the body. */
  | { readonly in: 'body'; readonly text: string }
  /** All fields, with their names, and the texts of the body. */
  | { readonly in: 'text'; readonly text: string };

/** A letter as far as it has to be known. */
export interface SearchedLetter {
  readonly envelope: MessageEnvelope;
  readonly structure: Part;
  /** The header as its reader sees it. */
  header(): Promise<Buffer>;
  /** Of the content. */
  readonly read: ReadOctets;
}

/** Whether the letter holds all of them; reads no more than it takes to know. */
export async function holdsAll(letter: SearchedLetter, wanted: readonly Wanted[]): Promise<boolean> {
  const { envelope, structure, read } = letter;
  const isListed = wanted.every((one) => holdsInEnvelope(envelope, one) ?? true);
  if (!isListed) return false;
  const deeper = wanted.filter((one) => one.in === 'field' || one.in === 'body' || one.in === 'text');
  const asked = deeper.some((one) => one.in !== 'body') ? fieldTexts(await letter.header()) : [];
  const needles: string[] = [];
  for (const one of deeper) {
    const text = foldCase(one.text);
    if (one.in === 'field' && !holdsInField(asked, one.field, text)) return false;
    if (one.in === 'field' || text === '' || (one.in === 'text' && asked.some(({ whole }) => whole.includes(text)))) continue;
    needles.push(text);
  }
  if (needles.length === 0) return true;
  const search = new TextSearch(needles);
  await readText(structure, { read, sink: search });
  return search.isDone;
}

/** Undefined: the envelope does not tell. */
function holdsInEnvelope(envelope: MessageEnvelope, wanted: Wanted): boolean | undefined {
  const text = foldCase(wanted.text);
  switch (wanted.in) {
    case 'from':
    case 'to':
    case 'cc':
    case 'bcc':
      return envelope[wanted.in].some((address) => foldCase(shownAddress(address)).includes(text));
    case 'subject': return foldCase(decodeWords(envelope.subject ?? '')).includes(text);
    default: return undefined;
  }
}

/** The name and the address, as a reader sees them: `Grüße <ann@ash.test>`. */
export function shownAddress({ name, mailbox, host }: ListedAddress): string {
  const address = host === null ? mailbox ?? '' : `<${mailbox ?? ''}@${host}>`;
  return decodeWords(name === null ? address : `${name} ${address}`);
}

export interface FieldText {
  /** The name in lower case. */
  readonly key: string;
  /** The value, decoded and folded. */
  readonly text: string;
  /** With its name. */
  readonly whole: string;
}

/** The fields of a header, as they are searched. */
export function fieldTexts(header: Buffer): readonly FieldText[] {
  return parseHeader(header).map((field) => {
    const text = foldCase(decodeWords(fieldText(header, field)));
    return { key: field.key, text, whole: `${field.key}: ${text}` };
  });
}

function holdsInField(fields: readonly FieldText[], name: string, text: string): boolean {
  const key = name.toLowerCase();
  return fields.some((field) => field.key === key && field.text.includes(text));
}
