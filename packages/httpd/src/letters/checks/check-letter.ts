/**
 * All checks of a letter that ask nobody.
 */
import { htmlTags } from '@posthorn/mail/html-tags.ts';
import { letterBodies } from '@posthorn/mail/parts.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import { letterHeader, letterText, partText } from '../read-part.ts';
import type { LetterStore } from '../read-part.ts';
import { accessibility } from './accessibility.ts';
import { authenticity } from './authenticity.ts';
import type { CheckedLetter, CheckGroup } from './check.ts';
import { deliverability } from './deliverability.ts';
import { htmlSupport } from './html-support.ts';

const HTML_OCTETS_MAX = 2_097_152;
const LINES_OCTETS_MAX = 8_388_608;
const LF = 0x0a;

export async function checkLetter(store: LetterStore, row: LetterRow): Promise<readonly CheckGroup[]> {
  const letter = await readLetter(store, row);
  return [
    { name: 'Deliverability', items: deliverability(letter) },
    { name: 'Authenticity', items: authenticity(letter) },
    { name: 'In mail programs', items: htmlSupport(letter) },
    { name: 'For everyone', items: accessibility(letter) },
  ];
}

export async function readLetter(store: LetterStore, row: LetterRow): Promise<CheckedLetter> {
  const { html: part } = letterBodies(row.summary.structure);
  const html = part === undefined ? '' : (await partText(store, row, { part: part.part, octetsMax: HTML_OCTETS_MAX })).text;
  const { text, isMade } = await letterText(store, row, HTML_OCTETS_MAX);
  return { row, header: await letterHeader(store, row), text, isTextMade: isMade, html, tags: htmlTags(html), lineOctetsMax: await longestLine(store, row) };
}

/** Without its CRLF. */
async function longestLine(store: LetterStore, row: LetterRow): Promise<number> {
  let longest = 0;
  let line = 0;
  for await (const chunk of store.contents.read(row.content, { start: 0, end: Math.min(row.contentOctets, LINES_OCTETS_MAX) })) {
    let at = 0;
    for (let end = chunk.indexOf(LF, at); end !== -1; end = chunk.indexOf(LF, at)) {
      longest = Math.max(longest, line + end - at - 1);
      line = 0;
      at = end + 1;
    }
    line += chunk.length - at;
  }
  return Math.max(longest, line);
}
