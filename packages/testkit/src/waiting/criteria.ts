/**
 * What a test waits for: by field, by regular expression, by function; and why a letter is not it.
 */
import type { Letter, Person } from '../letter/letter.ts';

/** A string is to be the same, without case for addresses; a regular expression is to match. */
type Wanted = string | RegExp;

export interface Fields {
  readonly subject?: Wanted;
  /** Name or address in From. */
  readonly from?: Wanted;
  /** Name or address in To, or the envelope's recipient of this copy. */
  readonly to?: Wanted;
  readonly cc?: Wanted;
  /** Of the envelope; empty for `<>`. */
  readonly sender?: Wanted;
  /** A part of it is enough. */
  readonly text?: Wanted;
  /** A part of it is enough. */
  readonly html?: Wanted;
  /** By name; true: it is there. */
  readonly headers?: Readonly<Record<string, Wanted | boolean>>;
  /** A file name. */
  readonly attachment?: Wanted;
  /** Whatever else. */
  readonly where?: (letter: Letter) => unknown;
}

/** Absent: any letter. A regular expression looks at subject and text. A function says true. */
export type Criteria = Fields | RegExp | ((letter: Letter) => unknown);

/** Why this letter is not wanted, in words; undefined when it is. */
export function mismatch(letter: Letter, criteria: Criteria | undefined): string | undefined {
  if (criteria === undefined) return undefined;
  if (criteria instanceof RegExp) {
    return finds(letter.subject, criteria) || finds(letter.text, criteria) ? undefined : `neither subject nor text matches ${String(criteria)}`;
  }
  if (typeof criteria === 'function') return misses(letter, criteria);
  for (const why of reasons(letter, criteria)) if (why !== undefined) return why;
  return undefined;
}

/** What is wanted, in words. */
export function wanted(criteria: Criteria | undefined): string {
  if (criteria === undefined) return 'any letter';
  if (criteria instanceof RegExp) return `a letter that matches ${String(criteria)}`;
  if (typeof criteria === 'function') return 'a letter for which the function says yes';
  return `a letter with ${Object.entries(criteria).map(([field, value]) => `${field} ${shown(value)}`).join(', ') || 'anything in it'}`;
}

function* reasons(letter: Letter, { subject, from, to, cc, sender, text, html, headers, attachment, where }: Fields): Generator<string | undefined> {
  if (subject !== undefined) yield is(letter.subject, subject) ? undefined : `subject is ${shown(letter.subject)}`;
  if (from !== undefined) yield names([letter.from], from) ? undefined : `from ${everybody([letter.from])}`;
  if (to !== undefined) yield names([...letter.to, { name: '', address: letter.recipient }], to) ? undefined : `to ${everybody(letter.to)}`;
  if (cc !== undefined) yield names(letter.cc, cc) ? undefined : `cc ${everybody(letter.cc)}`;
  if (sender !== undefined) yield isAddress(letter.envelope.from, sender) ? undefined : `sender is <${letter.envelope.from}>`;
  if (text !== undefined) yield contains(letter.text, text) ? undefined : `text has no ${shown(text)}`;
  if (html !== undefined) yield contains(letter.html ?? '', html) ? undefined : letter.html === undefined ? 'it has no HTML part' : `HTML has no ${shown(html)}`;
  for (const [name, value] of Object.entries(headers ?? {})) yield headerMismatch(letter, name, value);
  if (attachment !== undefined) {
    const files = letter.attachments.map(({ filename }) => filename);
    yield files.some((file) => is(file, attachment)) ? undefined : `attachments are ${files.length === 0 ? 'none' : files.map(shown).join(', ')}`;
  }
  if (where !== undefined) yield misses(letter, where);
}

function headerMismatch(letter: Letter, name: string, value: Wanted | boolean): string | undefined {
  const found = letter.headers(name);
  if (typeof value === 'boolean') return found.length > 0 === value ? undefined : `header ${name} is ${found.length > 0 ? 'there' : 'missing'}`;
  if (found.some((one) => is(one, value))) return undefined;
  return found.length === 0 ? `it has no header ${name}` : `header ${name} is ${found.map(shown).join(', ')}`;
}

/** A function that fails has not said yes; what it said instead is worth telling. */
function misses(letter: Letter, where: (letter: Letter) => unknown): string | undefined {
  try {
    return where(letter) ? undefined : 'the function says no';
  } catch (error) {
    return `the function says: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function is(text: string, wanted: Wanted): boolean {
  return typeof wanted === 'string' ? text === wanted : finds(text, wanted);
}

function contains(text: string, wanted: Wanted): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : finds(text, wanted);
}

function isAddress(text: string, wanted: Wanted): boolean {
  return typeof wanted === 'string' ? text.toLowerCase() === wanted.toLowerCase() : finds(text, wanted);
}

function names(people: readonly Person[], wanted: Wanted): boolean {
  return people.some(({ name, address }) => (name !== '' && is(name, wanted)) || isAddress(address, wanted) || isAddress(`${name} <${address}>`, wanted));
}

/** Without the memory that a global expression keeps between two tests. */
function finds(text: string, expression: RegExp): boolean {
  return text.search(expression) !== -1;
}

function everybody(people: readonly Person[]): string {
  return people.map(({ name, address }) => (name === '' ? address : `${name} <${address}>`)).join(', ') || 'nobody';
}

function shown(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  if (typeof value === 'function') return 'that satisfies a function';
  return JSON.stringify(value) ?? String(value);
}
