/**
 * Header fields as ranges of the octets they came in: nothing is lost, nothing rewritten.
 *
 * Takes CRLF and bare LF. Never throws: a line that is no field is skipped together with its
 * continuations, as is the `From ` line of an mbox; the header ends at the first empty line
 * or with the octets. Values that are UTF-8 are read as that, all others as ISO 8859-1.
 * RFC 5322 §2.2 and §4.5 (space before the colon), RFC 6532 §3.2 (UTF-8 in values).
 */
import { isUtf8, type Buffer } from 'node:buffer';
import type { OctetRange } from './octet-range.ts';

export interface HeaderField {
  /** As written. */
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  /** The whole field: name, colon, value, continuations and the last line end. */
  readonly range: OctetRange;
  /** From behind the colon to before the last line end; folds and leading space still in it. */
  readonly value: OctetRange;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** The fields from the start of `bytes` up to the first empty line. */
export function parseHeader(bytes: Buffer): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < bytes.length && !isEmptyLine(bytes, start)) {
    const end = fieldEnd(bytes, start);
    const field = fieldAt(bytes, start, end);
    if (field !== undefined) fields.push(field);
    start = end;
  }
  return fields;
}

/** Where the header ends: behind the first empty line, or at the end of `bytes`. */
export function headerEnd(bytes: Buffer): number {
  for (let start = 0; start < bytes.length; start = lineEnd(bytes, start)) {
    if (isEmptyLine(bytes, start)) return lineEnd(bytes, start);
  }
  return bytes.length;
}

/** A value unfolded (RFC 5322 §2.2.3), on one line, without space around it; encoded words as they are. */
export function fieldText(bytes: Buffer, field: HeaderField): string {
  const octets = bytes.subarray(field.value.start, field.value.end);
  const text = isUtf8(octets) ? octets.toString('utf8') : octets.toString('latin1');
  const unfolded = text.includes('\n') ? text.replaceAll(/\r?\n/g, '') : text;
  // What must not stand in a line of any protocol is not worth keeping.
  return (/[\r\0]/.test(unfolded) ? unfolded.replaceAll(/[\r\0]/g, ' ') : unfolded).replace(/^[ \t]+/, '').trimEnd();
}

/** The text of the first field of this name; `key` is in lower case. */
export function findField(bytes: Buffer, fields: readonly HeaderField[], key: string): string | undefined {
  const field = fields.find((one) => one.key === key);
  return field === undefined ? undefined : fieldText(bytes, field);
}

/** All fields of this name, from the top. */
export function findFields(fields: readonly HeaderField[], key: string): readonly HeaderField[] {
  return fields.filter((field) => field.key === key);
}

function fieldAt(bytes: Buffer, start: number, end: number): HeaderField | undefined {
  let at = start;
  // RFC 5322 §2.2: a name is printable ASCII but the colon.
  while (at < end && isNameOctet(bytes[at])) at++;
  const nameEnd = at;
  // RFC 5322 §4.5: space before the colon was once allowed.
  while (at < end && isSpace(bytes[at])) at++;
  if (nameEnd === start || bytes[at] !== COLON) return undefined;
  const name = bytes.toString('latin1', start, nameEnd);
  let valueEnd = end;
  if (bytes[valueEnd - 1] === LF) valueEnd--;
  if (valueEnd < end && bytes[valueEnd - 1] === CR && valueEnd - 1 > at) valueEnd--;
  return { name, key: name.toLowerCase(), range: { start, end }, value: { start: at + 1, end: valueEnd } };
}

/** Behind the last line of the field that begins at `start`. */
function fieldEnd(bytes: Buffer, start: number): number {
  let end = lineEnd(bytes, start);
  while (end < bytes.length && isSpace(bytes[end])) end = lineEnd(bytes, end);
  return end;
}

function lineEnd(bytes: Buffer, start: number): number {
  const lf = bytes.indexOf(LF, start);
  return lf === -1 ? bytes.length : lf + 1;
}

function isEmptyLine(bytes: Buffer, start: number): boolean {
  return bytes[start] === LF || (bytes[start] === CR && bytes[start + 1] === LF);
}

function isNameOctet(octet: number | undefined): boolean {
  return octet !== undefined && octet > SPACE && octet < 0x7f && octet !== COLON;
}

function isSpace(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}
