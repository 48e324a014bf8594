/**
 * Content-Type and Content-Disposition: a value and its parameters.
 *
 * Takes what senders write: comments, missing quotes, stray semicolons. Of a parameter that
 * is said twice the first counts; an extended one (`name*`) goes before a plain one.
 * RFC 2045 §5.1, RFC 2183, RFC 2231 (continuations, charsets).
 */
import { Buffer } from 'node:buffer';
import { decodeCharset } from './charset.ts';
import { readQuoted, skipCfws } from './structured-field.ts';
import type { Disposition, Parameters } from './structure.ts';

export interface ContentType {
  /** Lower case, like `subtype`. */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: Parameters;
}

/** More than any honest sender writes in one field. */
const PARAMETERS_MAX = 100;
/** Continuations of one parameter (RFC 2231 §3). */
const SEGMENTS_MAX = 1000;

/** RFC 2045 §5.1 token, and what is beyond ASCII. */
const TOKEN = /[^\x00-\x20\x7f()<>@,;:\\"/[\]?=]+/y;

/** Names of files, in which unquoted spaces are forgiven. */
const FILE_NAMES: ReadonlySet<string> = new Set(['name', 'filename']);

/** `undefined` if there is no `type/subtype` at its start. */
export function parseContentType(text: string): ContentType | undefined {
  const type = tokenAt(text, skipCfws(text, 0));
  const slash = skipCfws(text, type.end);
  if (type.value === '' || text[slash] !== '/') return undefined;
  const subtype = tokenAt(text, skipCfws(text, slash + 1));
  if (subtype.value === '') return undefined;
  return {
    type: type.value.toLowerCase(),
    subtype: subtype.value.toLowerCase(),
    parameters: parseParameters(text, subtype.end),
  };
}

/** `undefined` if there is no token at its start. */
export function parseDisposition(text: string): Disposition | undefined {
  const type = tokenAt(text, skipCfws(text, 0));
  return type.value === '' ? undefined : { type: type.value.toLowerCase(), parameters: parseParameters(text, type.end) };
}

/** The value of a parameter; `name` in lower case. */
export function parameter(parameters: Parameters, name: string): string | undefined {
  return parameters.find(([key]) => key === name)?.[1];
}

/**
 * The same parameters for readers that know only ASCII: a value beyond it is written as RFC 2231 has it,
 * `filename*` and `utf-8''Gr%C3%BC%C3%9Fe.txt`.
 */
export function asciiParameters(parameters: Parameters): Parameters {
  return parameters.map(([name, value]) => (/^[\x20-\x7e]*$/.test(value)
    ? [name, value] as const
    : [`${name}*`, `utf-8''${percentEncoded(value)}`] as const));
}

function percentEncoded(value: string): string {
  // RFC 2231 §7 attribute-char: no specials, no `*`, `'` or `%`.
  return value.replaceAll(/[^a-z0-9!#$&+.^_`{|}~-]/giu, (char) => Array.from(Buffer.from(char, 'utf8'),
    (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(''));
}

interface Written {
  readonly name: string;
  readonly value: string;
}

function parseParameters(text: string, from: number): Parameters {
  const written: Written[] = [];
  let at = from;
  while (at < text.length && written.length < PARAMETERS_MAX) {
    at = skipCfws(text, at);
    if (text[at] === ';') {
      at++;
      continue;
    }
    const name = tokenAt(text, at);
    const equals = skipCfws(text, name.end);
    if (name.value === '' || text[equals] !== '=') {
      // Not a parameter: go on behind the next semicolon.
      const next = text.indexOf(';', Math.max(equals, at));
      at = next === -1 ? text.length : next + 1;
      continue;
    }
    const key = name.value.toLowerCase();
    const value = valueAt(text, skipCfws(text, equals + 1), FILE_NAMES.has(key));
    written.push({ name: key, value: value.value });
    at = value.end;
  }
  return resolved(written);
}

function tokenAt(text: string, at: number): { readonly value: string; readonly end: number } {
  TOKEN.lastIndex = at;
  const value = TOKEN.exec(text)?.[0] ?? '';
  return { value, end: at + value.length };
}

function valueAt(text: string, at: number, mayHaveSpaces: boolean): { readonly value: string; readonly end: number } {
  if (text[at] === '"') {
    const quoted = readQuoted(text, at);
    return { value: quoted.value.replaceAll(/[\x00-\x1f\x7f]/g, ''), end: quoted.end };
  }
  // Unquoted values have characters that they should not (`boundary=a=b`, `name=a file.pdf`).
  const semicolon = text.indexOf(';', at);
  const end = semicolon === -1 ? text.length : semicolon;
  const raw = text.slice(at, end);
  const value = (mayHaveSpaces ? raw.replace(/\s\(.*$/s, '').trimEnd() : /^[^\s(]*/.exec(raw)?.[0] ?? '').replaceAll(/[\x00-\x1f\x7f]/g, '');
  return { value, end };
}

/** All that is said of one parameter. */
interface Said {
  plain: string | undefined;
  readonly segments: Map<number, Segment>;
}

interface Segment {
  readonly value: string;
  readonly isEncoded: boolean;
}

/** Puts continuations together and reads charsets. RFC 2231 §3 and §4. */
function resolved(written: readonly Written[]): Parameters {
  const parameters = new Map<string, Said>();
  for (const { name, value } of written) {
    const match = /^([^*]+)(?:\*(\d{1,4}))?(\*)?$/.exec(name);
    const base = match?.[1] ?? name;
    const entry: Said = parameters.get(base) ?? { plain: undefined, segments: new Map() };
    parameters.set(base, entry);
    const isEncoded = match?.[3] !== undefined;
    if (match === null || (match[2] === undefined && !isEncoded)) {
      entry.plain ??= value;
      continue;
    }
    const index = Number(match[2] ?? 0);
    if (index < SEGMENTS_MAX && !entry.segments.has(index)) entry.segments.set(index, { value, isEncoded });
  }
  return [...parameters].flatMap(([name, { plain, segments }]) => {
    const value = segments.has(0) ? joined(segments) : plain;
    return value === undefined ? [] : [[name, value] as const];
  });
}

function joined(segments: ReadonlyMap<number, Segment>): string {
  let charset = '';
  let text = '';
  // A character may be cut in two by a continuation, so octets are joined before they are read.
  let octets: Buffer[] = [];
  const flush = (): void => {
    if (octets.length > 0) text += decodeCharset(Buffer.concat(octets), charset);
    octets = [];
  };
  for (let index = 0; ; index++) {
    const segment = segments.get(index);
    if (segment === undefined) break;
    let { value } = segment;
    if (!segment.isEncoded) {
      flush();
      text += value;
      continue;
    }
    const prefix = index === 0 ? /^([^']*)'[^']*'/.exec(value) : null;
    if (prefix !== null) {
      charset = prefix[1] ?? '';
      value = value.slice(prefix[0].length);
    }
    octets.push(percentDecoded(value));
  }
  flush();
  return text.replaceAll(/[\x00-\x1f\x7f]/g, '');
}

function percentDecoded(value: string): Buffer {
  const octets = Buffer.from(value, 'utf8');
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    const hex = octets[at] === 0x25 ? octets.toString('latin1', at + 1, at + 3) : '';
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      octets[length++] = Number.parseInt(hex, 16);
      at += 2;
    } else octets[length++] = octets[at] ?? 0;
  }
  return octets.subarray(0, length);
}
