/**
 * The form of a letter: lines, header fields, MIME.
 *
 * RFC 5322 §2.1.1 (line length), §3.6 (fields), RFC 2045 (MIME), RFC 6532 (headers beyond ASCII).
 */
import { findFields, parseHeader } from '@posthorn/mail/header.ts';
import { isKnownCharset } from '@posthorn/mail/charset.ts';
import { parameter } from '@posthorn/mail/mime-parameters.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import type { Letter } from '../letter/letter.ts';
import { type Check, error, type Finding, warning } from './finding.ts';

const LINE_OCTETS_MAX = 998;
const SUBJECT_CHARS_MAX = 150;
const DAY_MS = 86_400_000;
/** RFC 5322 §3.6: at most once. */
const ONCE = ['date', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'message-id', 'in-reply-to', 'references', 'subject', 'mime-version', 'content-type', 'content-transfer-encoding'];

export const formChecks: readonly Check[] = [lines, fields, mime];

function lines({ raw }: Letter): readonly Finding[] {
  const found: Finding[] = [];
  let start = 0;
  for (let number = 1; start < raw.length; number += 1) {
    const lf = raw.indexOf(0x0a, start);
    const end = lf === -1 ? raw.length : lf;
    const octets = end - start - (raw[end - 1] === 0x0d ? 1 : 0);
    if (octets > LINE_OCTETS_MAX) {
      found.push(error('line-length', `line ${number} has ${octets} octets; at most ${LINE_OCTETS_MAX} are allowed (RFC 5322 §2.1.1): encode the part as quoted-printable or base64`));
      break;
    }
    start = end + 1;
  }
  if (raw.includes(0)) found.push(error('nul', 'there is a NUL octet (RFC 5322 §4)'));
  return found;
}

function fields(letter: Letter): readonly Finding[] {
  const header = letter.raw.subarray(0, letter.structure.header.end);
  const all = parseHeader(header);
  const found: Finding[] = [];
  for (const key of ONCE) {
    const count = findFields(all, key).length;
    if (count > 1) found.push(error('duplicate-field', `${key} stands ${count} times; it may stand once (RFC 5322 §3.6)`));
  }
  if (!all.some(({ key }) => key === 'from')) found.push(error('from', 'there is no From (RFC 5322 §3.6)'));
  else if (!letter.from.address.includes('@')) found.push(error('from', `From names no address: ${letter.header('from') ?? ''}`));
  if (letter.messageId === '') found.push(error('message-id', 'there is no Message-ID: some hosts refuse that, others make one up (RFC 5322 §3.6.4)'));
  else if (!/^<[^<>@\s]+@[^<>@\s]+>$/.test(letter.messageId)) found.push(error('message-id', `Message-ID ${letter.messageId} is not of the form <left@right> (RFC 5322 §3.6.4)`));
  found.push(...dated(letter), ...titled(letter));
  const isInternational = letter.header('from')?.match(/[^\x00-\x7f]/) !== null && header.some((octet) => octet > 127);
  if (header.some((octet) => octet > 127)) found.push(warning('header-charset', `the header has octets beyond ASCII${isInternational ? ', in an address or name' : ''}: encode them (RFC 2047), or only hosts with SMTPUTF8 take the letter`));
  return found;
}

function dated({ date, receivedAt }: Letter): readonly Finding[] {
  if (date === undefined) return [error('date', 'there is no Date, or none that can be read (RFC 5322 §3.6.1)')];
  const days = Math.abs(date.getTime() - receivedAt) / DAY_MS;
  return days > 1 ? [warning('date', `Date is ${Math.round(days)} days away from when it was sent`)] : [];
}

function titled({ subject }: Letter): readonly Finding[] {
  if (subject.trim() === '') return [error('subject', 'there is no Subject')];
  if (subject.length > SUBJECT_CHARS_MAX) return [warning('subject', `Subject has ${subject.length} characters; readers see about 60`)];
  const letters = subject.replaceAll(/[^\p{L}]/gu, '');
  return letters.length > 8 && letters === letters.toUpperCase() && letters !== letters.toLowerCase() ? [warning('subject', 'Subject is all capitals, as spam is')] : [];
}

function mime(letter: Letter): readonly Finding[] {
  const found: Finding[] = [];
  const isMime = letter.header('mime-version') !== undefined;
  const hasType = letter.header('content-type') !== undefined;
  if (hasType && !isMime) found.push(warning('mime-version', 'there is Content-Type without MIME-Version: 1.0 (RFC 2045 §4)'));
  if (letter.html !== undefined && !letter.hasText) found.push(error('text-part', 'there is HTML and no text part: filters count that as spam, and some people read text'));
  if (letter.html === undefined && letter.text.trim() === '' && letter.attachments.length === 0) found.push(error('empty', 'there is nothing in it'));
  for (const part of leavesOf(letter.structure)) found.push(...partly(letter, part));
  if (letter.structure.type === 'text' && !hasType && letter.raw.some((octet) => octet > 127)) {
    found.push(error('charset', 'there is text beyond ASCII without a Content-Type that names its charset (RFC 2045 §5.2)'));
  }
  return found;
}

function partly(letter: Letter, part: Part): readonly Finding[] {
  if (part.type !== 'text') return [];
  const charset = parameter(part.parameters, 'charset');
  const octets = letter.raw.subarray(part.body.start, part.body.end);
  const is8bit = octets.some((octet) => octet > 127);
  const found: Finding[] = [];
  if (charset !== undefined && !isKnownCharset(charset)) found.push(error('charset', `nobody knows the charset ${charset}`));
  if (is8bit && charset === undefined) found.push(error('charset', `${part.type}/${part.subtype} is beyond ASCII and names no charset (RFC 2046 §4.1.2)`));
  if (is8bit && part.encoding === '7bit') found.push(warning('transfer-encoding', `${part.type}/${part.subtype} says 7bit and is not (RFC 2045 §2.7)`));
  return found;
}

function leavesOf(part: Part): readonly Part[] {
  return part.parts === undefined ? [part] : part.parts.flatMap(leavesOf);
}
