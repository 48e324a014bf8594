/**
 * What the header of a MIME entity says about its body.
 *
 * RFC 2045 §5 to §8, RFC 2183 (disposition), RFC 3282 (language), RFC 2557 (location), RFC 1864 (MD5).
 */
import type { Buffer } from 'node:buffer';
import { findField, parseHeader } from './header.ts';
import { parameter, parseContentType, parseDisposition } from './mime-parameters.ts';
import { skipCfws } from './structured-field.ts';
import type { Part } from './structure.ts';

/** What a Part says of itself, without its place and its children. */
export type EntityHeader = Omit<Part, 'header' | 'body' | 'lines' | 'parts' | 'message'> & {
  /** The octets between `--` and the end of a delimiter line, as ISO 8859-1; absent where there is no usable one. */
  readonly boundary?: string;
};

/** RFC 2046 §5.1.1 allows 70; some senders do not know. */
export const BOUNDARY_OCTETS_MAX = 200;
const LANGUAGES_MAX = 100;

/** Reads a header; `fallback` is the type of an entity that does not say (RFC 2045 §5.2, RFC 2046 §5.1.5). */
export function readEntityHeader(bytes: Buffer, fallback: 'text/plain' | 'message/rfc822'): EntityHeader {
  const fields = parseHeader(bytes);
  const text = (key: string): string | undefined => findField(bytes, fields, key);
  const typeText = text('content-type');
  // RFC 2045 §5.2: what cannot be read counts as not said.
  const type = typeText === undefined ? undefined : parseContentType(typeText);
  const [fallbackType = '', fallbackSubtype = ''] = fallback.split('/');
  const typeField = type === undefined ? undefined : fields.find((field) => field.key === 'content-type');
  const boundary = typeField === undefined || type?.type !== 'multipart' ? undefined : boundaryOf(type.parameters, bytes.subarray(typeField.value.start, typeField.value.end));
  const disposition = parseDisposition(text('content-disposition') ?? '');
  const [id, description, location, md5] = ['content-id', 'content-description', 'content-location', 'content-md5'].map(text);
  const language = languagesOf(text('content-language') ?? '');
  return {
    type: type?.type ?? fallbackType,
    subtype: type?.subtype ?? fallbackSubtype,
    parameters: type?.parameters ?? [],
    encoding: encodingOf(text('content-transfer-encoding') ?? ''),
    ...(id === undefined ? {} : { id }),
    ...(description === undefined ? {} : { description }),
    ...(disposition === undefined ? {} : { disposition }),
    ...(language.length === 0 ? {} : { language }),
    ...(location === undefined ? {} : { location }),
    ...(md5 === undefined ? {} : { md5 }),
    ...(boundary === undefined ? {} : { boundary }),
  };
}

/** RFC 2045 §6.1; an empty field says as little as none. */
function encodingOf(text: string): string {
  const encoding = /^[^\s();,]*/.exec(text.slice(skipCfws(text, 0)))?.[0].toLowerCase() ?? '';
  return encoding === '' ? '7bit' : encoding;
}

/** RFC 3282 §2: tags with commas between. */
function languagesOf(text: string): readonly string[] {
  return text.replaceAll(/\([^()]*\)/g, ' ').split(/[\s,]+/, LANGUAGES_MAX).filter((tag) => tag !== '');
}

function boundaryOf(parameters: Part['parameters'], raw: Buffer): string | undefined {
  let boundary = parameter(parameters, 'boundary');
  if (boundary !== undefined && /[^\x00-\x7f]/.test(boundary)) {
    // Boundaries are compared by octets, so a (forbidden) one beyond ASCII is read as octets.
    boundary = parameter(parseContentType(raw.toString('latin1').replaceAll(/\r?\n/g, ''))?.parameters ?? [], 'boundary');
  }
  // RFC 2046 §5.1.1: a boundary does not end with white space, since that may be padding.
  const trimmed = boundary?.replace(/[ \t]+$/, '') ?? '';
  return trimmed === '' || trimmed.length > BOUNDARY_OCTETS_MAX ? undefined : trimmed;
}
