/**
 * Reads what is asked about rights, quotas and annotations.
 *
 * RFC 4314 §3, RFC 9208 §4.1, RFC 5464 §4.
 */
import type { Command } from './command.ts';
import type { Cursor } from './cursor.ts';

type Named<Name extends Command['name']> = Extract<Command, { readonly name: Name }>;

/** Entries in one command. */
const ENTRIES_MAX = 64;
const ENTRY_LENGTH_MAX = 256;
/** RFC 5464 §3.1: what an entry's name may not hold; `*` and `%` are for later. */
const ENTRY = /^\/(?:private|shared)(?:\/[^/*%\x00-\x1f\x7f-\uffff]+)+$/;

/** RFC 4314 §3.1 to §3.5. */
export function readAcl(name: 'SETACL' | 'DELETEACL' | 'GETACL' | 'LISTRIGHTS' | 'MYRIGHTS', cursor: Cursor): Command {
  cursor.space('a mailbox name');
  const mailbox = cursor.mailbox();
  if (name === 'GETACL' || name === 'MYRIGHTS') return { name, mailbox };
  cursor.space('an identifier');
  const identifier = cursor.astring('an identifier');
  if (name !== 'SETACL') return { name, mailbox, identifier };
  cursor.space('rights');
  const written = cursor.astring('rights');
  const how = written.startsWith('+') ? 'add' : written.startsWith('-') ? 'remove' : 'replace';
  return { name, mailbox, identifier, how, rights: how === 'replace' ? written : written.slice(1) };
}

/** RFC 5464 §4.2. */
export function readGetMetadata(cursor: Cursor): Named<'GETMETADATA'> {
  cursor.space('a mailbox name');
  let valueOctetsMax: number | undefined;
  let depth: 0 | 1 | 'infinity' = 0;
  if (cursor.is('(')) {
    const option = (): void => {
      const word = cursor.word('MAXSIZE or DEPTH');
      cursor.space('a value');
      if (word === 'MAXSIZE') valueOctetsMax = cursor.number('a number of octets');
      else if (word === 'DEPTH') depth = readDepth(cursor);
      else cursor.refuse('MAXSIZE and DEPTH are the options');
    };
    cursor.list(option, { what: 'options', isEmptyAllowed: false, max: 2 });
    cursor.space('a mailbox name');
  }
  const mailbox = readSubject(cursor);
  cursor.space('entries');
  const entries = cursor.is('(')
    ? cursor.list(() => readEntry(cursor), { what: 'entries', isEmptyAllowed: false, max: ENTRIES_MAX })
    : [readEntry(cursor)];
  return { name: 'GETMETADATA', mailbox, entries, depth, ...(valueOctetsMax === undefined ? {} : { valueOctetsMax }) };
}

/** RFC 5464 §4.3. */
export function readSetMetadata(cursor: Cursor): Named<'SETMETADATA'> {
  cursor.space('a mailbox name');
  const mailbox = readSubject(cursor);
  cursor.space('entries');
  cursor.expect('(');
  const pair = (): { readonly entry: string; readonly value: string | null } => {
    const entry = readEntry(cursor);
    cursor.space('a value');
    return { entry, value: cursor.nstring('a value') };
  };
  const changes = cursor.sequence(pair, { what: 'entries', max: ENTRIES_MAX });
  cursor.expect(')');
  return { name: 'SETMETADATA', mailbox, changes };
}

/** Of RETURN (METADATA (…)): RFC 9590 §3. */
export function readEntries(cursor: Cursor): readonly string[] {
  return cursor.list(() => readEntry(cursor), { what: 'entries', isEmptyAllowed: false, max: ENTRIES_MAX });
}

/** The empty name is the server as a whole. */
function readSubject(cursor: Cursor): string {
  return cursor.skip(/""/y) ? '' : cursor.mailbox();
}

/** RFC 5464 §3.1: compared without case. */
function readEntry(cursor: Cursor): string {
  const entry = cursor.astring('an entry').toLowerCase();
  return entry.length <= ENTRY_LENGTH_MAX && ENTRY.test(entry) ? entry : cursor.refuse('An entry is like /private/comment or /shared/comment');
}

function readDepth(cursor: Cursor): 0 | 1 | 'infinity' {
  const word = cursor.word('0, 1 or infinity');
  switch (word) {
    case '0': return 0;
    case '1': return 1;
    case 'INFINITY': return 'infinity';
    default: return cursor.refuse('DEPTH is 0, 1 or infinity');
  }
}
