/**
 * Answers to a letter, by a person or by a program, threaded as mail programs thread them.
 *
 * RFC 5322 §3.6.4 (In-Reply-To, References), RFC 3834 (automatic answers).
 */
import type { Letter } from '../letter/letter.ts';
import { compose } from './compose.ts';
import type { Outgoing, Stationery } from './outgoing.ts';

export interface Writing {
  readonly text?: string;
  readonly html?: string;
  readonly subject?: string;
}

/** References grow with each answer; the first and the last ones are kept. */
const REFERENCES_MAX = 20;

/** To Reply-To, or else From; the letter is quoted below. */
export function replyTo(letter: Letter, { text = '', html, subject }: Writing, stationery: Stationery): Outgoing {
  const recipients = letter.replyTo.map(({ address }) => address);
  if (recipients.length === 0) throw new TypeError('a letter without From or Reply-To cannot be answered');
  const quoted = `${text}\n\nOn ${letter.date?.toUTCString() ?? 'some day'}, ${letter.from.address} wrote:\n${letter.text.trimEnd().split('\n').map((line) => `> ${line}`).join('\n')}\n`;
  return outgoing(letter, stationery, {
    sender: letter.recipient,
    recipients,
    subject: subject ?? (/^re:/i.test(letter.subject) ? letter.subject : `Re: ${letter.subject}`),
    fields: threading(letter),
    parts: [{ type: 'text/plain', text: quoted }, ...(html === undefined ? [] : [{ type: 'text/html', text: html }])],
  });
}

/** As a vacation program answers: to the envelope's sender, from `<>` (RFC 3834 §3.3, §4). */
export function outOfOffice(letter: Letter, { text = 'I am away until Monday.', subject }: Writing, stationery: Stationery): Outgoing {
  if (letter.envelope.from === '') throw new TypeError('a letter from <> is never answered by a program (RFC 3834 §2)');
  return outgoing(letter, stationery, {
    sender: '',
    recipients: [letter.envelope.from],
    subject: subject ?? `Auto: ${letter.subject}`,
    fields: [...threading(letter), ['Auto-Submitted', 'auto-replied'], ['Precedence', 'bulk']],
    parts: [{ type: 'text/plain', text }],
  });
}

/** A letter that answers nothing. */
export function writeTo(from: string, to: string, { text = '', html, subject = '' }: Writing, stationery: Stationery): Outgoing {
  const messageId = messageIdFor(from, stationery);
  return {
    sender: from, recipients: [to], messageId,
    content: compose({
      ...stationery, from, to: [to], subject, messageId, multipart: html === undefined ? undefined : 'multipart/alternative',
      parts: [{ type: 'text/plain', text }, ...(html === undefined ? [] : [{ type: 'text/html', text: html }])],
    }),
  };
}

interface Answer extends Pick<Parameters<typeof compose>[0], 'subject' | 'fields' | 'parts'> {
  readonly sender: string;
  readonly recipients: readonly string[];
}

function outgoing(letter: Letter, stationery: Stationery, { sender, recipients, ...written }: Answer): Outgoing {
  const messageId = messageIdFor(letter.recipient, stationery);
  return {
    sender, recipients, messageId,
    content: compose({
      ...stationery, ...written, from: letter.recipient, to: recipients, messageId, ...(written.parts.length > 1 ? { multipart: 'multipart/alternative' } : {}),
    }),
  };
}

export function threading(letter: Letter): readonly (readonly [string, string])[] {
  if (letter.messageId === '') return [];
  const before = (letter.header('references') ?? letter.header('in-reply-to') ?? '').match(/<[^<>\s]+>/g) ?? [];
  const all = [...before, letter.messageId];
  const kept = all.length <= REFERENCES_MAX ? all : [...all.slice(0, 1), ...all.slice(1 - REFERENCES_MAX)];
  return [['In-Reply-To', letter.messageId], ['References', kept.join('\r\n ')]];
}

/** With its brackets, at the writer's own domain. */
export function messageIdFor(address: string, { word }: Stationery): string {
  return `<${word}@${address.slice(address.lastIndexOf('@') + 1)}>`;
}
