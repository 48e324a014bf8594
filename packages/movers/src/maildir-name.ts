/**
 * Names in a Maildir: flags behind `:2,`, and mailboxes as Maildir++ folders, `.Work.Plans`.
 *
 * https://cr.yp.to/proto/maildir.html; Maildir++: a dot between levels, names in IMAP's
 * modified UTF-7 (RFC 3501 §5.1.3). Letters a to z are keywords, listed in `dovecot-keywords`.
 */
import type { Flag } from '@posthorn/mail/flags.ts';

const LETTERS: readonly (readonly [letter: string, flag: Flag])[] = [['D', '\\Draft'], ['F', '\\Flagged'], ['R', '\\Answered'], ['S', '\\Seen'], ['T', '\\Deleted']];
const FIRST_KEYWORD = 97;
const KEYWORDS_MAX = 26;

/** `keywords`: of the folder, by their letters from `a`. */
export function flagsOfName(name: string, keywords: readonly Flag[]): readonly Flag[] {
  const letters = /[:;!]2,([A-Za-z]*)$/.exec(name)?.[1] ?? '';
  return letters.split('').flatMap((letter) => LETTERS.find(([one]) => one === letter)?.[1] ?? keywords[letter.charCodeAt(0) - FIRST_KEYWORD] ?? []);
}

/** In the order that the format asks for. Keywords beyond the list are left out. */
export function lettersOfFlags(flags: readonly Flag[], keywords: readonly Flag[]): string {
  const own = LETTERS.filter(([, flag]) => flags.includes(flag)).map(([letter]) => letter);
  const listed = keywords.slice(0, KEYWORDS_MAX).flatMap((keyword, at) => (flags.includes(keyword) ? String.fromCharCode(FIRST_KEYWORD + at) : []));
  return [...own, ...listed].join('');
}

/** Lines of `dovecot-keywords`: a number and a word. */
export function readKeywordList(text: string): readonly Flag[] {
  const keywords: Flag[] = [];
  for (const [, number = '', word = ''] of text.matchAll(/^(\d+) (\S+)$/gm)) keywords[Number(number)] = word;
  return keywords;
}

export function writeKeywordList(keywords: readonly Flag[]): string {
  return keywords.slice(0, KEYWORDS_MAX).map((word, at) => `${at} ${word}\n`).join('');
}

/** `.Work.Plans` is `Work/Plans`; the Maildir itself, '', is INBOX. */
export function mailboxOfFolder(folder: string): string {
  if (folder === '' || folder === '.') return 'INBOX';
  return folder.replace(/^\./, '').split('.').map(decodeUtf7).join('/');
}

/** A name whose levels hold dots cannot be told from more levels: they become underscores. */
export function folderOfMailbox(mailbox: string): string {
  return mailbox === 'INBOX' ? '' : `.${mailbox.split('/').map((level) => encodeUtf7(level.replaceAll('.', '_'))).join('.')}`;
}

function encodeUtf7(level: string): string {
  return level.replaceAll(/&|[^\u0020-\u007e]+/g, (found) => {
    if (found === '&') return '&-';
    return `&${Buffer.from(found, 'utf16le').swap16().toString('base64').replaceAll('/', ',').replaceAll('=', '')}-`;
  });
}

function decodeUtf7(level: string): string {
  return level.replaceAll(/&([^-]*)-/g, (_, coded: string) => (
    coded === '' ? '&' : evenly(Buffer.from(coded.replaceAll(',', '/'), 'base64')).swap16().toString('utf16le')));
}

function evenly(octets: Buffer): Buffer {
  return octets.subarray(0, octets.length - (octets.length % 2));
}
