/**
 * Reads what FETCH asks for. RFC 9051 §6.4.5, RFC 3501 §6.4.5 and §9 (fetch-att).
 */
import type { Command, FetchItem, Page, Section } from './command.ts';
import type { Cursor } from './cursor.ts';

const LAZY = / \(LAZY\)/iy;

type FetchCommand = Extract<Command, { readonly name: 'FETCH' }>;

export const FETCH_ITEMS_MAX = 128;
/** Field names in one section. */
export const FIELDS_MAX = 512;
/** Numbers in one part specifier. */
export const PART_DEPTH_MAX = 64;

const PLAIN = (...items: readonly ('FLAGS' | 'INTERNALDATE' | 'RFC822.SIZE' | 'ENVELOPE' | 'BODY')[]): readonly FetchItem[] => items.map((item) => ({ item }));

/** RFC 9051 §6.4.5: ALL, FAST and FULL stand alone. */
const MACROS: ReadonlyMap<string, readonly FetchItem[]> = new Map([
  ['ALL', PLAIN('FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE')],
  ['FAST', PLAIN('FLAGS', 'INTERNALDATE', 'RFC822.SIZE')],
  ['FULL', PLAIN('FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY')],
]);

export function readFetchItems(cursor: Cursor): readonly FetchItem[] {
  if (cursor.is('(')) {
    return cursor.list(() => readItem(cursor, cursor.word('an item')), { what: 'items', isEmptyAllowed: false, max: FETCH_ITEMS_MAX });
  }
  const word = cursor.word('an item');
  return MACROS.get(word) ?? [readItem(cursor, word)];
}

/** RFC 8970 §3.1: LAZY asks for it only if it is at hand, which ours always is. */
function readPreview(cursor: Cursor): FetchItem {
  cursor.skip(LAZY);
  return { item: 'PREVIEW' };
}

/** RFC 7162 §3.1.4.1 and §3.2.6, RFC 9394 §3.2: a list behind the items. */
export function readFetchModifiers(cursor: Cursor, isUid: boolean): Pick<FetchCommand, 'changedSince' | 'isVanishedAsked' | 'page'> {
  if (cursor.isAtEnd) return {};
  cursor.space('modifiers');
  let changedSince: number | undefined;
  let isVanishedAsked = false;
  let page: Page | undefined;
  const modifier = (): void => {
    const word = cursor.word('CHANGEDSINCE or VANISHED');
    if (word === 'VANISHED') isVanishedAsked = true;
    else if (word === 'CHANGEDSINCE') {
      cursor.space('a modseq');
      changedSince = cursor.modseq('a modseq');
    } else if (word === 'PARTIAL' && isUid) page = readPage(cursor);
    else cursor.refuse('CHANGEDSINCE, and with UIDs VANISHED and PARTIAL, are all that modify FETCH');
  };
  cursor.list(modifier, { what: 'modifiers', isEmptyAllowed: false, max: 3 });
  // RFC 7162 §3.2.6: VANISHED goes with CHANGEDSINCE, and with UIDs.
  if (isVanishedAsked && (changedSince === undefined || !isUid)) cursor.refuse('VANISHED is for UID FETCH with CHANGEDSINCE');
  return {
    ...(changedSince === undefined ? {} : { changedSince }),
    ...(isVanishedAsked ? { isVanishedAsked } : {}),
    ...(page === undefined ? {} : { page }),
  };
}

/** RFC 9394 §3.1: `1:500`, or `-1:-500` from the end. */
export function readPage(cursor: Cursor): Page {
  cursor.space('a range');
  const isFromEnd = cursor.take('-');
  const from = cursor.nzNumber('a number');
  cursor.expect(':');
  if (isFromEnd !== cursor.take('-')) cursor.refuse('A range counts from the beginning or from the end, not both');
  const to = cursor.nzNumber('a number');
  return isFromEnd ? { from: -from, to: -to } : { from, to };
}

function readItem(cursor: Cursor, word: string): FetchItem {
  switch (word) {
    case 'FLAGS':
    case 'INTERNALDATE':
    case 'RFC822.SIZE':
    case 'ENVELOPE':
    case 'BODYSTRUCTURE':
    case 'UID':
    case 'MODSEQ':
    // RFC 8514 §4.2, RFC 8474 §5.
    case 'SAVEDATE':
    case 'EMAILID':
    case 'THREADID':
      return { item: word };
    case 'PREVIEW': return readPreview(cursor);
    // RFC 3501 §6.4.5: functionally equivalent to BODY[], BODY.PEEK[HEADER] and BODY[TEXT], but for their names.
    case 'RFC822': return { item: 'SECTION', section: { part: [] }, isPeek: false, oldName: word };
    case 'RFC822.HEADER': return { item: 'SECTION', section: { part: [], text: 'HEADER' }, isPeek: true, oldName: word };
    case 'RFC822.TEXT': return { item: 'SECTION', section: { part: [], text: 'TEXT' }, isPeek: false, oldName: word };
    case 'BODY': return cursor.is('[') ? readSectionItem(cursor, false) : { item: 'BODY' };
    case 'BINARY': return readBinary(cursor, false);
    case 'BINARY.PEEK': return readBinary(cursor, true);
    case 'BINARY.SIZE': return { item: word, part: readBinaryPart(cursor) };
    case 'BODY.PEEK': return readSectionItem(cursor, true);
    default: return cursor.refuse('There is no such item to fetch');
  }
}

function readSectionItem(cursor: Cursor, isPeek: boolean): FetchItem {
  cursor.expect('[');
  const section = readSection(cursor);
  cursor.expect(']');
  return { item: 'SECTION', section, isPeek, ...readPartial(cursor) };
}

/** RFC 3516 §4.2: of a part, or the whole; there is no header of its own to ask for. */
function readBinary(cursor: Cursor, isPeek: boolean): FetchItem {
  return { item: 'BINARY', part: readBinaryPart(cursor), isPeek, ...readPartial(cursor) };
}

function readBinaryPart(cursor: Cursor): readonly number[] {
  cursor.expect('[');
  const { part, text } = readSection(cursor);
  if (text !== undefined) cursor.refuse('BINARY is of a part, by its numbers alone');
  cursor.expect(']');
  return part;
}

function readPartial(cursor: Cursor): { readonly partial?: { readonly offset: number; readonly octets: number } } {
  if (!cursor.take('<')) return {};
  const offset = cursor.number('an offset');
  cursor.expect('.');
  const octets = cursor.nzNumber('a count');
  cursor.expect('>');
  return { partial: { offset, octets } };
}

/** RFC 9051 §9: section-spec. */
export function readSection(cursor: Cursor): Section {
  const part: number[] = [];
  if (cursor.is(']')) return { part };
  while (!cursor.isLetter) {
    if (part.length === PART_DEPTH_MAX) cursor.refuse(`A part lies at most ${PART_DEPTH_MAX} deep`);
    part.push(cursor.nzNumber('a part number, HEADER or TEXT'));
    if (!cursor.take('.')) return { part };
  }
  const text = cursor.word('HEADER, TEXT or MIME');
  switch (text) {
    case 'HEADER':
    case 'TEXT':
      return { part, text };
    case 'MIME':
      // RFC 9051 §6.4.5: MIME is of a part only.
      return part.length > 0 ? { part, text } : cursor.refuse('MIME needs a part number');
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT': {
      cursor.space('field names');
      const fields = cursor.list(() => cursor.astring('a field name'), { what: 'field names', isEmptyAllowed: false, max: FIELDS_MAX });
      return { part, text, fields };
    }
    default: return cursor.refuse('A section is HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME');
  }
}
