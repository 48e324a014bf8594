/**
 * Makes a command of its text, by RFC 9051 §9 and RFC 3501 §9.
 *
 * Given what has come so far, it answers with the command, with what is wrong, or with the
 * literal that has to come next. State (who may say what when) is the session's.
 */
import { type AppendPiece, type AppendPlace, readAppendPiece } from './append-parser.ts';
import type { Command, MessageSet, TaggedCommand } from './command.ts';
import { Cursor, FLAGS_MAX, LiteralAwaited, Misread, type Tongue } from './cursor.ts';
import { readFetchItems, readFetchModifiers } from './fetch-parser.ts';
import { readList, readLsub, readStatusItems } from './list-parser.ts';
import { readSearch, UnknownCharset } from './search-parser.ts';
import { readAcl, readGetMetadata, readSetMetadata } from './sharing-parser.ts';
import { readSort, readThread } from './sort-parser.ts';
import { readSelectParameters } from './select-parser.ts';

/** Those that bring letters along. */
export type AppendCommand = Extract<Command, { readonly name: 'APPEND' | 'REPLACE' }>;

export type Parsed =
  | ({ readonly kind: 'command' } & TaggedCommand)
  | { readonly kind: 'append'; readonly tag: string; readonly command: AppendCommand; readonly piece: AppendPiece }
  /** Of an APPEND under way. */
  | { readonly kind: 'piece'; readonly piece: AppendPiece }
  | { readonly kind: 'bad'; readonly tag: string; readonly text: string }
  | { readonly kind: 'bad-charset'; readonly tag: string; readonly charset: string }
  /** The text so far is right, and this literal is to come. */
  | { readonly kind: 'literal'; readonly tag: string; readonly octets: number; readonly isSynchronizing: boolean };

/** RFC 2971 §3.3. */
const ID_FIELDS_MAX = 30;
const ID_NAME_MAX = 30;
const ID_VALUE_MAX = 1024;
const CAPABILITIES_MAX = 64;
const TAG_LENGTH_MAX = 256;

/** `text` and `literals` are as `Cursor` has them. */
export function parseCommand(text: string, literals: readonly Buffer[], tongue?: Tongue): Parsed {
  const cursor = new Cursor(text, literals, tongue);
  const tag = cursor.tag();
  if (tag === undefined || tag.length > TAG_LENGTH_MAX || !(cursor.is(' ') || cursor.isAtEnd)) {
    return { kind: 'bad', tag: '*', text: text === '' ? 'An empty line is no command' : 'A command begins with a tag and a space' };
  }
  let name = 'No command';
  try {
    cursor.space('a command');
    name = cursor.word('a command');
    if (name === 'APPEND') return { kind: 'append', tag, command: { name, mailbox: readMailbox(cursor) }, piece: readAppendPiece(cursor, 'letter') };
    const isUid = name === 'UID';
    if (isUid) {
      cursor.space('a command');
      name = `UID ${cursor.word('COPY, EXPUNGE, FETCH, MOVE, SEARCH or STORE')}`;
    }
    if (name === 'REPLACE' || name === 'UID REPLACE') return { kind: 'append', tag, command: readReplace(cursor, isUid), piece: readAppendPiece(cursor, 'letter') };
    const command = readArguments(name, cursor);
    cursor.end();
    return { kind: 'command', tag, command };
  } catch (error) {
    return failureOf(error, { tag, name });
  }
}

/** What comes behind a literal of an APPEND. */
export function parseAppendPiece(text: string, literals: readonly Buffer[], { tag, place, tongue }: {
  readonly tag: string;
  readonly place: AppendPlace;
  readonly tongue: Tongue;
}): Parsed {
  const cursor = new Cursor(text, literals, tongue);
  try {
    return { kind: 'piece', piece: readAppendPiece(cursor, place) };
  } catch (error) {
    return failureOf(error, { tag, name: 'APPEND' });
  }
}

function failureOf(error: unknown, { tag, name }: { readonly tag: string; readonly name: string }): Parsed {
  if (error instanceof LiteralAwaited) return { kind: 'literal', tag, octets: error.octets, isSynchronizing: error.isSynchronizing };
  if (error instanceof UnknownCharset) return { kind: 'bad-charset', tag, charset: error.charset };
  if (error instanceof Misread) return { kind: 'bad', tag, text: `${name}: ${error.message}` };
  throw error;
}

/** RFC 8508 §3: one message, by its number or its UID. */
function readReplace(cursor: Cursor, isUid: boolean): AppendCommand {
  cursor.space('a message number');
  const number = cursor.take('*') ? Infinity : cursor.nzNumber('a message number');
  return { name: 'REPLACE', isUid, number, mailbox: readMailbox(cursor) };
}

function readArguments(name: string, cursor: Cursor): Command {
  switch (name) {
    case 'CAPABILITY':
    case 'NOOP':
    case 'LOGOUT':
    case 'STARTTLS':
    case 'CHECK':
    case 'CLOSE':
    case 'UNSELECT':
    case 'NAMESPACE':
    case 'IDLE':
    case 'UNAUTHENTICATE':
      return { name };
    case 'COMPRESS':
      cursor.space('an algorithm');
      return { name, algorithm: cursor.atom('an algorithm').toUpperCase() };
    case 'ID': return readId(cursor);
    case 'ENABLE':
      cursor.space('capabilities');
      return { name, capabilities: cursor.sequence(() => cursor.atom('a capability').toUpperCase(), { what: 'capabilities', max: CAPABILITIES_MAX }) };
    case 'AUTHENTICATE': return readAuthenticate(cursor);
    case 'LOGIN': {
      cursor.space('a user name');
      const user = cursor.astring('a user name');
      cursor.space('a password');
      return { name, user, password: cursor.astring('a password') };
    }
    case 'SELECT':
    case 'EXAMINE':
      return { name, mailbox: readMailbox(cursor), ...readSelectParameters(cursor) };
    case 'DELETE':
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
      return { name, mailbox: readMailbox(cursor) };
    case 'CREATE': return readCreate(cursor);
    case 'RENAME': return { name, from: readMailbox(cursor), to: readMailbox(cursor) };
    case 'LIST': return readList(cursor);
    case 'LSUB': return readLsub(cursor);
    case 'STATUS': {
      const mailbox = readMailbox(cursor);
      cursor.space('items');
      return { name, mailbox, items: readStatusItems(cursor) };
    }
    case 'SETACL':
    case 'DELETEACL':
    case 'GETACL':
    case 'LISTRIGHTS':
    case 'MYRIGHTS':
      return readAcl(name, cursor);
    case 'GETQUOTA':
      cursor.space('a quota root');
      return { name, root: cursor.astring('a quota root') };
    case 'GETQUOTAROOT': return { name, mailbox: readMailbox(cursor) };
    case 'GETMETADATA': return readGetMetadata(cursor);
    case 'SETMETADATA': return readSetMetadata(cursor);
    case 'EXPUNGE': return { name };
    case 'UID EXPUNGE': return { name: 'EXPUNGE', uids: readSet(cursor) };
    default: return readOnMessages(name, cursor);
  }
}

/** The commands that name messages, and their UID forms (RFC 9051 §6.4.9). */
function readOnMessages(name: string, cursor: Cursor): Command {
  const isUid = name.startsWith('UID ');
  const plain = isUid ? name.slice(4) : name;
  switch (plain) {
    case 'SEARCH': return { name: plain, isUid, ...readSearch(cursor) };
    case 'FETCH': {
      const set = readSet(cursor);
      cursor.space('items');
      return { name: plain, isUid, set, items: readFetchItems(cursor), ...readFetchModifiers(cursor, isUid) };
    }
    case 'SORT': return { name: plain, isUid, ...readSort(cursor) };
    case 'THREAD': return { name: plain, isUid, ...readThread(cursor) };
    case 'STORE': return readStore(isUid, cursor);
    case 'COPY':
    case 'MOVE':
      return { name: plain, isUid, set: readSet(cursor), mailbox: readMailbox(cursor) };
    default: return cursor.refuse('There is no such command');
  }
}

function readSet(cursor: Cursor): MessageSet {
  cursor.space('message numbers');
  return cursor.messageSet();
}

function readMailbox(cursor: Cursor): string {
  cursor.space('a mailbox name');
  return cursor.mailbox();
}

/** RFC 2971 §3.1: NIL or a list of names and values. */
function readId(cursor: Cursor): Command {
  cursor.space('NIL or a list');
  if (!cursor.is('(')) {
    return cursor.nstring('NIL or a list') === null ? { name: 'ID', fields: null } : cursor.refuse('NIL or a list is expected');
  }
  const field = (): readonly [string, string | null] => {
    const name = cursor.string('a field name');
    cursor.space('a value');
    const value = cursor.nstring('a value');
    if (name.length > ID_NAME_MAX || (value ?? '').length > ID_VALUE_MAX) {
      cursor.refuse(`A field name has at most ${ID_NAME_MAX} octets, a value ${ID_VALUE_MAX}`);
    }
    return [name, value];
  };
  return { name: 'ID', fields: cursor.list(field, { what: 'fields', isEmptyAllowed: true, max: ID_FIELDS_MAX }) };
}

/** RFC 9051 §6.2.2; the initial response is RFC 4959. */
function readAuthenticate(cursor: Cursor): Command {
  cursor.space('a mechanism');
  const mechanism = cursor.atom('a mechanism').toUpperCase();
  if (cursor.isAtEnd) return { name: 'AUTHENTICATE', mechanism };
  cursor.space('an initial response');
  const initialResponse = cursor.base64('an initial response in base64 or "="');
  return { name: 'AUTHENTICATE', mechanism, initialResponse };
}

/** RFC 9051 §6.3.4; USE is RFC 6154 §3. */
function readCreate(cursor: Cursor): Command {
  const mailbox = readMailbox(cursor);
  if (cursor.isAtEnd) return { name: 'CREATE', mailbox };
  cursor.space('parameters');
  cursor.expect('(');
  if (cursor.word('USE') !== 'USE') cursor.refuse('USE is the only parameter');
  cursor.space('special uses');
  const use = (): string => {
    cursor.expect('\\');
    return `\\${cursor.atom('a special use')}`;
  };
  const specialUse = cursor.list(use, { what: 'special uses', isEmptyAllowed: true, max: FLAGS_MAX });
  cursor.expect(')');
  return { name: 'CREATE', mailbox, specialUse };
}

/** RFC 9051 §6.4.6. */
function readStore(isUid: boolean, cursor: Cursor): Command {
  const set = readSet(cursor);
  cursor.space('FLAGS, +FLAGS or -FLAGS');
  const modifiers = readStoreModifiers(cursor);
  const how = cursor.take('+') ? 'add' : cursor.take('-') ? 'remove' : 'replace';
  const item = cursor.word('FLAGS, +FLAGS or -FLAGS');
  if (item !== 'FLAGS' && item !== 'FLAGS.SILENT') cursor.refuse('FLAGS, with or without .SILENT, is all that can be stored');
  cursor.space('flags');
  const limits = { what: 'flags', isEmptyAllowed: true, max: FLAGS_MAX };
  const flags = cursor.is('(') ? cursor.list(() => cursor.flag(), limits) : cursor.sequence(() => cursor.flag(), limits);
  return { name: 'STORE', isUid, set, how, isSilent: item === 'FLAGS.SILENT', flags, ...modifiers };
}

/** RFC 4466 §2.5: a list before the item; RFC 7162 §3.1.3. */
function readStoreModifiers(cursor: Cursor): { readonly unchangedSince?: number } {
  if (!cursor.take('(')) return {};
  if (cursor.word('UNCHANGEDSINCE') !== 'UNCHANGEDSINCE') cursor.refuse('UNCHANGEDSINCE is the only modifier');
  cursor.space('a modseq');
  const unchangedSince = cursor.modseq('a modseq');
  cursor.expect(')');
  cursor.space('FLAGS, +FLAGS or -FLAGS');
  return { unchangedSince };
}
