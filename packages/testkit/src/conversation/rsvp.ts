/**
 * The answer to an invitation. RFC 5546 §3.2.3 (REPLY), RFC 6047 §2.4 (by mail).
 */
import type { Letter } from '../letter/letter.ts';
import { compose } from './compose.ts';
import type { Outgoing, Stationery } from './outgoing.ts';
import { messageIdFor, threading } from './reply.ts';

export type Attendance = 'ACCEPTED' | 'DECLINED' | 'TENTATIVE';

const WORDS: Readonly<Record<Attendance, string>> = { ACCEPTED: 'Accepted', DECLINED: 'Declined', TENTATIVE: 'Tentative' };
/** What an answer says again of the event: as it was written, parameters and all. */
const REPEATED = /^(?:UID|RECURRENCE-ID|SEQUENCE|DTSTART|DTEND|SUMMARY|ORGANIZER)[;:]/i;

export function rsvpTo(letter: Letter, attendance: Attendance, stationery: Stationery): Outgoing {
  const { calendar } = letter;
  if (calendar === undefined || calendar.organizer === '') throw new TypeError(`there is no invitation in “${letter.subject}”`);
  const messageId = messageIdFor(letter.recipient, stationery);
  const stamp = new Date(stationery.now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const lines = [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Posthorn//Testkit//EN', 'METHOD:REPLY', 'BEGIN:VEVENT',
    ...repeated(calendar.raw),
    `DTSTAMP:${stamp}`,
    `ATTENDEE;PARTSTAT=${attendance}:mailto:${letter.recipient}`,
    'END:VEVENT', 'END:VCALENDAR', '',
  ];
  return {
    sender: letter.recipient,
    recipients: [calendar.organizer],
    messageId,
    content: compose({
      ...stationery,
      from: letter.recipient,
      to: [calendar.organizer],
      subject: `${WORDS[attendance]}: ${calendar.summary}`,
      messageId,
      fields: threading(letter),
      multipart: 'multipart/alternative',
      parts: [
        { type: 'text/plain', text: `${letter.recipient} says: ${WORDS[attendance].toLowerCase()}.\n` },
        { type: 'text/calendar; method=REPLY', text: lines.join('\n') },
      ],
    }),
  };
}

/** Of the first event, folded lines with their continuations. */
function repeated(raw: string): readonly string[] {
  const unfolded = raw.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const start = unfolded.findIndex((line) => line.toUpperCase() === 'BEGIN:VEVENT');
  return unfolded.slice(start + 1, unfolded.findIndex((line, at) => at > start && line.toUpperCase() === 'END:VEVENT')).filter((line) => REPEATED.test(line));
}
