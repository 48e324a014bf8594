/**
 * Writes BODY and BODYSTRUCTURE. RFC 9051 §7.5.2, RFC 3501 §7.4.2 and §9 (body).
 *
 * Parameters come with their RFC 2231 encoding undone; those that are not ASCII are encoded
 * again, so that the answer is seven-bit and says what the letter said. How deep and how wide
 * a structure is has been bounded when it was read.
 */
import type { Disposition, Parameters, Part } from '@posthorn/mail/structure.ts';
import { formatEnvelope } from './envelope.ts';
import { nstring, string } from './response.ts';

/** BODYSTRUCTURE is extended, BODY is not. */
export function formatBody(part: Part, how: BodyForm): string {
  return formatPart(part, how);
}

export interface BodyForm {
  readonly isExtended: boolean;
  /** To whom UTF-8 is no surprise. */
  readonly isUtf8?: boolean;
}

function formatPart(part: Part, how: BodyForm): string {
  if (part.parts !== undefined) return formatMultipart(part, part.parts, how);
  const fields = [
    string(part.type),
    string(part.subtype),
    formatParameters(part.parameters),
    nstring(part.id),
    nstring(part.description),
    string(part.encoding),
    String(part.body.end - part.body.start),
  ];
  if (isLetter(part, how) && part.message !== undefined) {
    fields.push(formatEnvelope(part.message.envelope), formatPart(part.message.part, how), String(part.lines));
  } else if (part.type === 'text') {
    fields.push(String(part.lines));
  }
  if (how.isExtended) fields.push(nstring(part.md5), ...extension(part));
  return `(${fields.join(' ')})`;
}

/** RFC 3501 §9 media-message: of rev1's clients none expects an envelope in message/global; RFC 9051 §9 has it there. */
function isLetter(part: Part, { isUtf8 = false }: BodyForm): boolean {
  return part.type === 'message' && (part.subtype === 'rfc822' || (isUtf8 && part.subtype === 'global'));
}

function formatMultipart(part: Part, parts: readonly Part[], how: BodyForm): string {
  // RFC 9051 §9 body-type-mpart: at least one. A multipart without any holds an empty text.
  const bodies = parts.length === 0 ? [NO_TEXT] : parts.map((child) => formatPart(child, how));
  const fields = [bodies.join(''), string(part.subtype)];
  if (how.isExtended) fields.push(formatParameters(part.parameters), ...extension(part));
  return `(${fields.join(' ')})`;
}

const NO_TEXT = '("text" "plain" NIL NIL NIL "7bit" 0 0)';

function extension(part: Part): readonly string[] {
  return [formatDisposition(part.disposition), formatLanguage(part.language), nstring(part.location)];
}

function formatDisposition(disposition: Disposition | undefined): string {
  return disposition === undefined ? 'NIL' : `(${string(disposition.type)} ${formatParameters(disposition.parameters)})`;
}

function formatLanguage(language: readonly string[] | undefined): string {
  if (language === undefined || language.length === 0) return 'NIL';
  return language.length === 1 ? nstring(language[0]) : `(${language.map((tag) => string(tag)).join(' ')})`;
}

function formatParameters(parameters: Parameters): string {
  if (parameters.length === 0) return 'NIL';
  return `(${parameters.map(([name, value]) => formatParameter(name, value)).join(' ')})`;
}

function formatParameter(name: string, value: string): string {
  if (/^[\x01-\x7f]*$/.test(value)) return `${string(name)} ${string(value)}`;
  // RFC 2231 §4.
  const encoded = Buffer.from(value).toString('latin1').replaceAll(/[^A-Za-z0-9!#$&+.^_`{|}~-]/g, percent);
  return `${string(`${name}*`)} ${string(`utf-8''${encoded}`)}`;
}

function percent(octet: string): string {
  return `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
