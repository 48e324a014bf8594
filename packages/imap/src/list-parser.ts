/**
 * Reads LIST, LSUB and what STATUS asks for.
 *
 * RFC 9051 §6.3.9, §6.3.11; RFC 5258, RFC 5819, RFC 6154 (options).
 */
import type { Command } from './command.ts';
import type { Cursor } from './cursor.ts';
import { isSelectable } from './list-selection.ts';
import { readEntries } from './sharing-parser.ts';

type ListCommand = Extract<Command, { readonly name: 'LIST' | 'LSUB' }>;

export const LIST_PATTERNS_MAX = 32;
export const LIST_PATTERN_LENGTH_MAX = 1024;
const OPTIONS_MAX = 16;

const SELECT_OPTIONS = new Set(['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE']);
/** MYRIGHTS is RFC 8440, METADATA RFC 9590. */
const RETURN_OPTIONS = new Set(['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE', 'STATUS', 'MYRIGHTS', 'METADATA']);
const STATUS_ITEMS = new Set(['MESSAGES', 'RECENT', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN', 'DELETED', 'DELETED-STORAGE', 'SIZE', 'HIGHESTMODSEQ', 'MAILBOXID', 'APPENDLIMIT']);

export function readList(cursor: Cursor): ListCommand {
  cursor.space('a reference name');
  let isExtended = false;
  let selectOptions: readonly string[] = [];
  if (cursor.is('(')) {
    selectOptions = cursor.list(() => readOption(cursor, SELECT_OPTIONS), { what: 'options', isEmptyAllowed: true, max: OPTIONS_MAX });
    if (!isSelectable(selectOptions)) cursor.refuse('RECURSIVEMATCH needs something to match');
    isExtended = true;
    cursor.space('a reference name');
  }
  const reference = cursor.reference();
  cursor.space('a pattern');
  isExtended ||= cursor.is('(');
  const patterns = cursor.is('(')
    ? cursor.list(() => readPattern(cursor), { what: 'patterns', isEmptyAllowed: false, max: LIST_PATTERNS_MAX })
    : [readPattern(cursor)];
  const base = { name: 'LIST', reference, patterns, selectOptions } as const;
  if (cursor.isAtEnd) return { ...base, returnOptions: [], statusItems: [], ...(isExtended ? { isExtended } : {}) };
  cursor.space('RETURN');
  if (cursor.word('RETURN') !== 'RETURN') cursor.refuse('RETURN is all that may follow the pattern');
  cursor.space('options');
  let statusItems: readonly string[] = [];
  let metadataEntries: readonly string[] | undefined;
  const returnOption = (): string => {
    const option = readOption(cursor, RETURN_OPTIONS);
    if (option === 'STATUS') {
      cursor.space('items');
      statusItems = readStatusItems(cursor);
    }
    if (option === 'METADATA') {
      cursor.space('entries');
      metadataEntries = readEntries(cursor);
    }
    return option;
  };
  const returnOptions = cursor.list(returnOption, { what: 'options', isEmptyAllowed: true, max: OPTIONS_MAX });
  return { ...base, returnOptions, statusItems, isExtended: true, ...(metadataEntries === undefined ? {} : { metadataEntries }) };
}

export function readLsub(cursor: Cursor): ListCommand {
  cursor.space('a reference name');
  const reference = cursor.reference();
  cursor.space('a pattern');
  return { name: 'LSUB', reference, patterns: [readPattern(cursor)], selectOptions: [], returnOptions: [], statusItems: [] };
}

/** RFC 9051 §6.3.11. RECENT is RFC 3501's; DELETED and SIZE are answered though not asked for by rev1. */
export function readStatusItems(cursor: Cursor): readonly string[] {
  const item = (): string => {
    const word = cursor.word('an item');
    return STATUS_ITEMS.has(word) ? word : cursor.refuse('There is no such item of a status');
  };
  return cursor.list(item, { what: 'items', isEmptyAllowed: false, max: OPTIONS_MAX });
}

/** RFC 5258 §3: an unknown option is an error. */
function readOption(cursor: Cursor, known: ReadonlySet<string>): string {
  const option = cursor.atom('an option').toUpperCase();
  return known.has(option) ? option : cursor.refuse('There is no such option');
}

function readPattern(cursor: Cursor): string {
  const pattern = cursor.listPattern();
  return pattern.length <= LIST_PATTERN_LENGTH_MAX ? pattern : cursor.refuse(`A pattern has at most ${LIST_PATTERN_LENGTH_MAX} characters`);
}
