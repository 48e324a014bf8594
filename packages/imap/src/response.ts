/**
 * Writes what a server says, but for FETCH: strings, status responses and the untagged lines.
 *
 * What comes out is text to be written as UTF-8; literals in it are counted so.
 * RFC 9051 §7 and §9, RFC 3501 §7 and §9.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import { encodeMailboxName } from './mailbox-name.ts';
import type { Dialect } from './dialect.ts';
import { formatRanges, formatSet, type NumberRange } from './sequence-set.ts';

/** A condition and its sentence; a code without brackets, such as `TRYCREATE` or `APPENDUID 1 2`. */
export interface Status {
  readonly condition: 'OK' | 'NO' | 'BAD' | 'BYE' | 'PREAUTH';
  readonly text: string;
  readonly code?: string;
}

export const DELIMITER = '/';
/** Longer strings are literals: some clients bound their lines. */
const QUOTED_LENGTH_MAX = 1024;

/** RFC 9051 §7.1: the answer that ends a command. */
export function tagged(tag: string, status: Status): string {
  const { condition, text, code } = status;
  return `${tag} ${condition} ${code === undefined ? '' : `[${code}] `}${plain(text)}\r\n`;
}

export function untagged(status: Status): string {
  return tagged('*', status);
}

/** RFC 9051 §7.6. For AUTHENTICATE the text is base64 or empty. */
export function continuation(text: string): string {
  return `+ ${plain(text)}\r\n`;
}

/** RFC 9051 §9 resp-text: one line of visible ASCII. */
function plain(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, '?');
}

/** RFC 9051 §4.3: quoted if that can say it in ASCII, else a literal. NUL can be in neither and is left out. */
export function string(text: string): string {
  if (text.length <= QUOTED_LENGTH_MAX && /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(text)) {
    return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  }
  const sent = text.replaceAll('\0', '').toWellFormed();
  return literalHead(Buffer.byteLength(sent)) + sent;
}

export function nstring(text: string | null | undefined): string {
  return text === null || text === undefined ? 'NIL' : string(text);
}

/** Bare if that can say it. NIL is quoted: it would be nothing. */
export function astring(text: string): string {
  return /^[^\x00-\x20\x7f-\uffff(){%*"\\]+$/.test(text) && !/^NIL$/i.test(text) ? text : string(text);
}

/** RFC 3516 §6.2: what stands before octets among which there may be NUL. */
export function literal8Head(octets: number): string {
  return `~${literalHead(octets)}`;
}

/** What stands before so many octets. */
export function literalHead(octets: number): string {
  return `{${octets}}\r\n`;
}

/** A mailbox's name on the wire, in quotes where it needs them. */
export function mailboxName(name: string, { isUtf8 }: Pick<Dialect, 'isUtf8'>): string {
  if (!isUtf8) return astring(encodeMailboxName(name));
  // RFC 9051 §4.3, RFC 6855 §3: for those who asked, a quoted string is UTF-8.
  return /^[\x20-\x7e]*$/.test(name) ? astring(name) : `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

export function flagList(flags: readonly Flag[]): string {
  return `(${flags.join(' ')})`;
}

/** RFC 9051 §7.3.5. `\*` among the permanent ones: keywords may be made. */
export function flagsLine(flags: readonly Flag[]): string {
  return `* FLAGS ${flagList(flags)}\r\n`;
}

/** RFC 9051 §7.3.1. Attributes are such as `\HasChildren`, `\Sent`. */
export function listLine(listed: {
  readonly name: 'LIST' | 'LSUB'; readonly attributes: readonly string[]; readonly mailbox: string;
  /** RFC 5258 §6: such as `"CHILDINFO" ("SUBSCRIBED")`. */
  readonly extended?: readonly string[];
}, dialect: Dialect): string {
  const more = listed.extended === undefined || listed.extended.length === 0 ? '' : ` (${listed.extended.join(' ')})`;
  return `* ${listed.name} ${flagList(listed.attributes)} "${DELIMITER}" ${mailboxName(listed.mailbox, dialect)}${more}\r\n`;
}

/** RFC 9051 §6.3.9: an empty pattern asks for the delimiter and the root of the reference, which is empty here. */
export function listDelimiterLine(name: 'LIST' | 'LSUB'): string {
  return `* ${name} (\\Noselect) "${DELIMITER}" ""\r\n`;
}

/** RFC 9051 §7.3.4. Values are written already. */
export function statusLine(mailbox: string, items: readonly (readonly [name: string, value: number | string])[], dialect: Dialect): string {
  return `* STATUS ${mailboxName(mailbox, dialect)} (${items.map(([name, value]) => `${name} ${value}`).join(' ')})\r\n`;
}

/** RFC 2971 §3.2. */
export function idLine(fields: readonly (readonly [name: string, value: string | null])[] | null): string {
  if (fields === null || fields.length === 0) return '* ID NIL\r\n';
  return `* ID (${fields.map(([name, value]) => `${string(name)} ${nstring(value)}`).join(' ')})\r\n`;
}

/** RFC 2342 §5: a personal one without a prefix, one of others by the prefix given, none that is nobody's. */
export function namespaceLine(others: string): string {
  return `* NAMESPACE (("" "${DELIMITER}")) ((${string(others)} "${DELIMITER}")) NIL\r\n`;
}

/** RFC 5161 §3.2. May be empty. */
export function enabledLine(capabilities: readonly string[]): string {
  return `* ${['ENABLED', ...capabilities].join(' ')}\r\n`;
}

export function capabilityLine(capabilities: readonly string[]): string {
  return `* ${capabilityCode(capabilities)}\r\n`;
}

/** For a status response: RFC 9051 §7.1. */
export function capabilityCode(capabilities: readonly string[]): string {
  return ['CAPABILITY', ...capabilities].join(' ');
}

/** RFC 7162 §3.2.10: `EARLIER` where it answers what was asked. */
export function vanishedLine(ranges: readonly NumberRange[], { isEarlier = false }: { readonly isEarlier?: boolean } = {}): string {
  return `* VANISHED ${isEarlier ? '(EARLIER) ' : ''}${formatRanges(ranges)}\r\n`;
}

/** RFC 4315 §3: the code of an APPEND; of several letters their UIDs, in their order. */
export function appendUidCode(uidValidity: number, uids: readonly number[]): string {
  return `APPENDUID ${uidValidity} ${formatSet(uids)}`;
}

/** RFC 4315 §3: the code of a COPY or MOVE of at least one message. Pairs ascend by source. */
export function copyUidCode(uidValidity: number, pairs: readonly { readonly source: number; readonly target: number }[]): string {
  return `COPYUID ${uidValidity} ${formatSet(pairs.map(({ source }) => source))} ${formatSet(pairs.map(({ target }) => target))}`;
}
