/**
 * Letters as Mailpit's API tells them, so that its clients find what they look for.
 */
import { hash } from 'node:crypto';
import { letterBodies, filenameOf } from '@posthorn/mail/parts.ts';
import type { NumberedPart } from '@posthorn/mail/parts.ts';
import type { LetterRow } from '@posthorn/store/letters.ts';
import type { Person } from '@posthorn/web/shapes.ts';
import { decodedPart, gathered, letterHeader } from '../letters/read-part.ts';
import type { LetterStore } from '../letters/read-part.ts';
import { isInline, people, subjectOf } from '../letters/shown.ts';
import { tagsOf } from '../letters/tags.ts';
import { renderLetter } from '../routes/letter-contents.ts';

/** Larger parts are not read for their checksums. */
const SUMMED_OCTETS_MAX = 33_554_432;

interface MailpitPerson {
  readonly Name: string;
  readonly Address: string;
}

function persons(list: readonly Person[]): readonly MailpitPerson[] {
  return list.map(({ name, address }) => ({ Name: name, Address: address }));
}

export function mailpitSummary(row: LetterRow, snippet: string): Readonly<Record<string, unknown>> {
  const { envelope, structure } = row.summary;
  return {
    ...addresses(row),
    ID: row.letter,
    MessageID: (envelope.messageId ?? '').replaceAll(/^<|>$/g, ''),
    Read: row.copies.every(({ flags }) => flags.includes('\\Seen')),
    Subject: subjectOf(row),
    Created: new Date(row.internalDate).toISOString(),
    Username: '',
    Tags: tagsOf(row),
    Size: row.octets,
    Attachments: letterBodies(structure).attached.filter(({ part }) => !isInline(part)).length,
    Snippet: snippet,
  };
}

/** Mailpit calls whoever got a letter without being named in it Bcc. */
function addresses({ summary, envelope }: LetterRow): Readonly<Record<string, unknown>> {
  const own = summary.envelope;
  const named = new Set([...people(own.to), ...people(own.cc), ...people(own.bcc)].map(({ address }) => address.toLowerCase()));
  const hidden = (envelope?.recipients ?? []).filter((address) => !named.has(address.toLowerCase())).map((address) => ({ name: '', address }));
  const hasReplyTo = JSON.stringify(own.replyTo) !== JSON.stringify(own.from);
  return {
    From: persons(people(own.from))[0] ?? { Name: '', Address: '' },
    To: persons(people(own.to)),
    Cc: persons(people(own.cc)),
    Bcc: persons([...people(own.bcc), ...hidden]),
    ReplyTo: hasReplyTo ? persons(people(own.replyTo)) : [],
  };
}

export async function mailpitMessage(store: LetterStore, row: LetterRow): Promise<Readonly<Record<string, unknown>>> {
  const { envelope, structure, sentAt } = row.summary;
  const rendering = await renderLetter(store, row);
  const header = await letterHeader(store, row);
  const value = (name: string): string => header.find((field) => field.name.toLowerCase() === name)?.value ?? '';
  const { attached } = letterBodies(structure);
  const parts = async (isWanted: (part: NumberedPart) => boolean): Promise<readonly object[]> => Promise.all(attached.filter(isWanted).map((part) => mailpitPart(store, row, part)));
  const unsubscribe = value('list-unsubscribe');
  return {
    ...addresses(row),
    ID: row.letter,
    MessageID: (envelope.messageId ?? '').replaceAll(/^<|>$/g, ''),
    ReturnPath: row.envelope?.sender ?? '',
    Subject: subjectOf(row),
    ListUnsubscribe: { Header: unsubscribe, HeaderPost: value('list-unsubscribe-post'), Links: Array.from(unsubscribe.matchAll(/<([^<>]+)>/g), ([, link = '']) => link), Errors: '' },
    Date: new Date(sentAt ?? row.internalDate).toISOString(),
    Tags: tagsOf(row),
    Username: '',
    Text: rendering.isTextMade ? '' : rendering.text.replaceAll('\n', '\r\n'),
    HTML: rendering.html ?? '',
    Size: row.octets,
    Inline: await parts(({ part }) => isInline(part)),
    Attachments: await parts(({ part }) => !isInline(part)),
  };
}

async function mailpitPart(store: LetterStore, row: LetterRow, { part, number }: NumberedPart): Promise<object> {
  const octets = await gathered(decodedPart(store, row, { part, octetsMax: SUMMED_OCTETS_MAX }));
  return {
    PartID: number,
    FileName: filenameOf(part) ?? '',
    ContentType: `${part.type}/${part.subtype}`,
    ContentID: (part.id ?? '').replaceAll(/^<|>$/g, ''),
    Size: octets.length,
    Checksums: { MD5: hash('md5', octets), SHA1: hash('sha1', octets), SHA256: hash('sha256', octets) },
  };
}

/** Names in the letter's own spelling, each with all its values. */
export async function mailpitHeaders(store: LetterStore, row: LetterRow): Promise<Readonly<Record<string, readonly string[]>>> {
  const found = new Map<string, string[]>();
  for (const { name, value } of await letterHeader(store, row)) {
    const key = name.toLowerCase().replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
    found.set(key, [...found.get(key) ?? [], value]);
  }
  return Object.fromEntries(found);
}
