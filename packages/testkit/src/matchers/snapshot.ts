/**
 * A letter as text that is the same at every run: dates, ids, tokens and codes masked.
 */
import type { Letter } from '../letter/letter.ts';

export interface SnapshotOptions {
  /** More to mask, by name: `{ user: /user-\\d+/ }` becomes `<user>`. */
  readonly mask?: Readonly<Record<string, RegExp>>;
  /** More header fields to show. */
  readonly headers?: readonly string[];
}

const FIELDS = ['From', 'To', 'Cc', 'Reply-To', 'Subject', 'List-Unsubscribe', 'List-Unsubscribe-Post'];
const MONTHS = 'Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?';

/** In this order: what is found first is not looked at again. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '<token>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<date>'],
  [new RegExp(`\\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\\d{1,2}\\.? (?:${MONTHS})\\.?,? \\d{4}(?:,? (?:at )?\\d\\d?:\\d\\d(?::\\d\\d)?(?: ?[AP]M)?(?: (?:[+-]\\d{4}|UTC|GMT))?)?`, 'g'), '<date>'],
  [new RegExp(`\\b(?:${MONTHS})\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}(?:,? (?:at )?\\d\\d?:\\d\\d(?::\\d\\d)?(?: ?[AP]M)?)?`, 'g'), '<date>'],
  [/\b\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)\b/g, '<date>'],
  [/\b\d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?\b/g, '<time>'],
  [/<[^<>@\s]+@[^<>@\s]+>(?=\s*$)(?<=(?:message-id|in-reply-to|references): .*)/gim, '<id>'],
  [/\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}\b/g, '<token>'],
  [/\b[0-9a-f]{12,}\b/gi, '<token>'],
];

export function mailSnapshot(letter: Letter, { mask = {}, headers = [] }: SnapshotOptions = {}): string {
  const fields = [...FIELDS, ...headers].flatMap((name) => letter.headers(name).map((value) => `${name}: ${value}`));
  const sections = [
    fields.join('\n'),
    ...(letter.hasText ? [`--- text\n${tidied(letter.text)}`] : []),
    ...(letter.html === undefined ? [] : [`--- html\n${tidied(letter.html)}`]),
    ...letter.attachments.map(({ filename, type, size }) => `--- attachment\n${filename} ${type} ${size} octets`),
    ...(letter.calendar === undefined ? [] : [`--- calendar\n${letter.calendar.method} ${letter.calendar.summary}`]),
  ];
  return masked(`${sections.join('\n')}\n`, letter, mask);
}

function masked(text: string, letter: Letter, mask: Readonly<Record<string, RegExp>>): string {
  let rest = text.replaceAll(letter.recipient, '<recipient>');
  for (const [name, pattern] of Object.entries(mask)) rest = rest.replaceAll(global(pattern), `<${name}>`);
  for (const code of letter.codes.slice(0, 1)) rest = rest.replaceAll(new RegExp(`\\b${Array.from(code).join('[-\\u2010-\\u2013 \\u00a0]?')}\\b`, 'g'), '<code>');
  for (const [pattern, name] of MASKS) rest = rest.replaceAll(pattern, name);
  // The values of a link's query, and local ports, differ from run to run.
  return rest
    .replaceAll(/([?&](?:amp;)?[\w.~-]*(?:token|code|key|sig|signature|id|t|u|uid|hash|otp|nonce|state|expires?)=)[^&\s"'<>]+/gi, '$1<token>')
    .replaceAll(/\b(localhost|127\.0\.0\.1|\[::1\]):\d{2,5}\b/g, '$1:<port>');
}

function tidied(text: string): string {
  return text.replaceAll('\r\n', '\n').split('\n').map((line) => line.trimEnd()).join('\n').trimEnd();
}

function global(pattern: RegExp): RegExp {
  return pattern.global ? pattern : new RegExp(pattern, `${pattern.flags}g`);
}
