/**
 * A letter as JSON.
 */
import type { Letter } from '../letter/letter.ts';
import type { Catalogue } from './catalogue.ts';

export function shownLetter(letter: Letter, catalogue: Catalogue): Readonly<Record<string, unknown>> {
  const { id, recipient, envelope, session, host, subject, from, to, cc, messageId, size, text, codes, links, unsubscribe } = letter;
  return {
    key: catalogue.keyOf(letter), id, recipient, envelope, session, host, subject, from, to, cc, messageId, size, text, codes, links,
    receivedAt: new Date(letter.receivedAt).toISOString(),
    headers: letter.headers(),
    html: letter.html ?? null,
    attachments: letter.attachments.map(({ filename, type, size, contentId, isInline }) => ({ filename, type, size, contentId: contentId ?? null, isInline })),
    unsubscribe: unsubscribe === undefined ? null : { urls: unsubscribe.urls, mailto: unsubscribe.mailto ?? null, oneClick: unsubscribe.oneClick ?? null },
    calendar: letter.calendar ?? null,
  };
}
