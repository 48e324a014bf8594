/**
 * Reads IMAP URLs that name a letter of this account, or a part of one: `/INBOX;UIDVALIDITY=7/;UID=20/;SECTION=1.2`.
 *
 * RFC 5092 §11, of which RFC 4469 §3 wants the form that begins with a slash.
 */
import type { Section } from './command.ts';
import { Cursor, Misread } from './cursor.ts';
import { readSection } from './fetch-parser.ts';
import { canonicalInbox } from './mailbox-name.ts';

export interface LetterUrl {
  readonly mailbox: string;
  readonly uidValidity?: number;
  readonly uid: number;
  readonly section: Section;
  readonly partial?: { readonly offset: number; readonly octets: number };
}

const FORM = /^\/([^;]+)(?:;UIDVALIDITY=([1-9]\d{0,9}))?\/;UID=([1-9]\d{0,9})(?:\/;SECTION=([^;]+?))?(?:\/;PARTIAL=(\d{1,10})(?:\.([1-9]\d{0,9}))?)?$/i;

/** Undefined: no URL of a letter. */
export function parseLetterUrl(url: string): LetterUrl | undefined {
  const [, mailbox, uidValidity, uid, section, offset, octets] = FORM.exec(url) ?? [];
  const name = mailbox === undefined ? undefined : decoded(mailbox);
  const sectionFound = sectionOf(section === undefined ? '' : decoded(section) ?? '(');
  if (name === undefined || sectionFound === undefined) return undefined;
  return {
    mailbox: canonicalInbox(name),
    ...(uidValidity === undefined ? {} : { uidValidity: Number(uidValidity) }),
    uid: Number(uid),
    section: sectionFound,
    ...(offset === undefined ? {} : { partial: { offset: Number(offset), octets: octets === undefined ? Number.MAX_SAFE_INTEGER : Number(octets) } }),
  };
}

/** RFC 5092 §8: percent-encoded UTF-8. */
function decoded(text: string): string | undefined {
  const octets = Buffer.from(text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
  const found = octets.toString();
  return text.includes('\0') || /%(?![0-9a-f]{2})/i.test(text) || !Buffer.from(found).equals(octets) ? undefined : found;
}

function sectionOf(text: string): Section | undefined {
  const cursor = new Cursor(`${text}]`, []);
  try {
    const section = readSection(cursor);
    cursor.expect(']');
    cursor.end();
    return section;
  } catch (error) {
    if (error instanceof Misread) return undefined;
    throw error;
  }
}
