/**
 * A letter of the books, as the API tells it.
 */
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import type { ListedAddress } from '@posthorn/mail/message-envelope.ts';
import { charsetOf, filenameOf, letterBodies, numberedParts } from '@posthorn/mail/parts.ts';
import type { NumberedPart } from '@posthorn/mail/parts.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { LetterDetail, LetterItem, PartShown, Person, Place } from '@posthorn/web/shapes.ts';
import { tagsOf } from './tags.ts';

/** Told of one list of people in a list of letters. */
const PEOPLE_MAX = 20;
const PLACES_MAX = 50;

export function shownItem(row: LetterRow, snippet: string): LetterItem {
  const { envelope, structure } = row.summary;
  return {
    id: row.letter,
    at: new Date(row.internalDate).toISOString(),
    from: people(envelope.from).slice(0, PEOPLE_MAX),
    to: recipients(row).slice(0, PEOPLE_MAX),
    subject: subjectOf(row),
    snippet,
    octets: row.octets,
    attachments: letterBodies(structure).attached.filter(({ part }) => !isInline(part)).length,
    // Read as soon as anybody has read it: what counts in a list is whether it is new.
    isSeen: row.copies.every(({ flags }) => flags.includes('\\Seen')),
    isFlagged: row.copies.some(({ flags }) => flags.includes('\\Flagged')),
    isAnswered: row.copies.some(({ flags }) => flags.includes('\\Answered')),
    tags: tagsOf(row),
    places: places(row).slice(0, PLACES_MAX),
  };
}

export function shownDetail(row: LetterRow, snippet: string): LetterDetail {
  const { envelope, structure, sentAt } = row.summary;
  const { html, attached } = letterBodies(structure);
  return {
    ...shownItem(row, snippet),
    from: people(envelope.from),
    to: recipients(row),
    cc: people(envelope.cc),
    bcc: people(envelope.bcc),
    replyTo: people(envelope.replyTo),
    messageId: envelope.messageId ?? '',
    ...(sentAt === null ? {} : { sentAt: new Date(sentAt).toISOString() }),
    ...(row.envelope === undefined ? {} : { envelope: row.envelope }),
    structure: shownTree(structure),
    hasHtml: html !== undefined,
    attached: attached.map(shownPart),
  };
}

export function subjectOf({ summary }: Pick<LetterRow, 'summary'>): string {
  return decodeWords(summary.envelope.subject ?? '');
}

/** Groups opened (RFC 9051 §7.5.2 has marks where they begin and end). */
export function people(list: readonly ListedAddress[]): readonly Person[] {
  return list.flatMap(({ name, mailbox, host }) => (mailbox === null || host === null ? []
    : [{ name: name === null ? '' : decodeWords(name), address: host === '' ? mailbox : `${mailbox}@${host}` }]));
}

/** Whom the letter names, or whom it went to if it names nobody. */
function recipients({ summary, envelope }: LetterRow): readonly Person[] {
  const named = people(summary.envelope.to);
  return named.length > 0 ? named : (envelope?.recipients ?? []).map((address) => ({ name: '', address }));
}

function places({ copies }: LetterRow): readonly Place[] {
  return copies.map(({ address, mailboxName }) => ({ address, mailbox: mailboxName }));
}

/** Shown within the text, not beside it. */
export function isInline(part: Part): boolean {
  return part.id !== undefined && part.disposition?.type !== 'attachment';
}

function shownTree(structure: Part): PartShown {
  const numbers = new Map(numberedParts(structure).map(({ part, number }) => [part, number]));
  const shown = (part: Part): PartShown => {
    const inner = part.parts ?? (part.message === undefined ? undefined : [part.message.part]);
    return { ...shownPart({ part, number: numbers.get(part) ?? '' }), ...(inner === undefined ? {} : { parts: inner.map(shown) }) };
  };
  return shown(structure);
}

export function shownPart({ part, number }: NumberedPart): PartShown {
  const charset = charsetOf(part);
  const filename = filenameOf(part);
  return {
    number,
    type: `${part.type}/${part.subtype}`,
    encoding: part.encoding,
    octets: part.body.end - part.body.start,
    ...(charset === undefined ? {} : { charset }),
    ...(part.disposition === undefined ? {} : { disposition: part.disposition.type }),
    ...(filename === undefined ? {} : { filename }),
    ...(part.id === undefined ? {} : { contentId: part.id.replaceAll(/^<|>$/g, '') }),
  };
}
