/**
 * What other hosts hold against a letter: the rules of the format, and those of the large
 * mailbox providers for bulk mail. RFC 5322 §2.1.1 and §3.6, RFC 8058.
 */
import { people } from '../shown.ts';
import { type CheckedLetter, type CheckItem, valuesOf } from './check.ts';

const LINE_OCTETS_MAX = 998;
const HTML_OCTETS_MAX = 102_000;
const DAY_MS = 86_400_000;

export function deliverability(letter: CheckedLetter): readonly CheckItem[] {
  return [...fields(letter), ...dates(letter), ...bodies(letter), ...bulk(letter)];
}

function fields(letter: CheckedLetter): readonly CheckItem[] {
  const { envelope } = letter.row.summary;
  const items: CheckItem[] = [];
  for (const name of ['From', 'Date', 'Subject', 'To', 'Message-ID']) {
    const count = valuesOf(letter, name.toLowerCase()).length;
    // RFC 5322 §3.6: each at most once.
    if (count > 1) items.push({ level: 'error', text: `There are ${count} ${name} fields.`, detail: 'Only one is allowed; many hosts refuse such letters.' });
    if (count === 0) items.push(MISSING[name] ?? { level: 'warning', text: `There is no ${name} field.` });
  }
  if (people(envelope.from).length > 1) items.push({ level: 'warning', text: 'It has several authors.', detail: 'DMARC cannot judge such a letter, and some hosts refuse it.' });
  if (!/^<[^<>\s@]+@[^<>\s@]+>$/.test(envelope.messageId ?? '<a@b>')) items.push({ level: 'warning', text: 'The Message-ID is malformed.', detail: envelope.messageId ?? '' });
  const subject = envelope.subject ?? '';
  if (subject.length > 0 && subject === subject.toUpperCase() && /[A-Z]{8}/.test(subject)) items.push({ level: 'hint', text: 'The subject is all in capitals.', detail: 'Filters and readers take it for shouting.' });
  return items.length === 0 ? [{ level: 'good', text: 'From, To, Date, Subject and Message-ID are there, once each.' }] : items;
}

const MISSING: Readonly<Record<string, CheckItem>> = {
  From: { level: 'error', text: 'There is no From field.', detail: 'It is required; most hosts refuse such letters.' },
  Date: { level: 'error', text: 'There is no Date field.', detail: 'It is required; filters count it against the letter.' },
  Subject: { level: 'warning', text: 'There is no subject.' },
  To: { level: 'hint', text: 'There is no To field.', detail: 'Letters to nobody look like bulk mail.' },
  'Message-ID': { level: 'warning', text: 'There is no Message-ID.', detail: 'Threads and bounces rely on it, and filters count its absence against the letter.' },
};

function dates({ row }: CheckedLetter): readonly CheckItem[] {
  const { sentAt } = row.summary;
  if (sentAt === null) return row.summary.envelope.date === null ? [] : [{ level: 'error', text: 'The Date field is no date.', detail: row.summary.envelope.date }];
  const away = sentAt - row.internalDate;
  if (away > DAY_MS) return [{ level: 'warning', text: 'It was written in the future.', detail: row.summary.envelope.date ?? '' }];
  return away < -7 * DAY_MS ? [{ level: 'hint', text: 'It was written long before it was sent.', detail: row.summary.envelope.date ?? '' }] : [];
}

function bodies({ row, text, isTextMade, html, lineOctetsMax }: CheckedLetter): readonly CheckItem[] {
  const items: CheckItem[] = [];
  if (html !== '' && isTextMade) items.push({ level: 'warning', text: 'There is no text part beside the HTML.', detail: 'Filters count it against the letter, and some readers see nothing.' });
  if (html !== '' && !isTextMade && text.trim() !== '') items.push({ level: 'good', text: 'It says the same as text and as HTML.' });
  if (html === '' && text.trim() === '') items.push({ level: 'warning', text: 'It says nothing.' });
  if (Buffer.byteLength(html) > HTML_OCTETS_MAX) items.push({ level: 'warning', text: `The HTML has ${Math.round(Buffer.byteLength(html) / 1000)} KB.`, detail: 'Gmail shows the first 102 KB and hides the rest, the unsubscribe link with it.' });
  if (lineOctetsMax > LINE_OCTETS_MAX) items.push({ level: 'error', text: `A line has ${lineOctetsMax} octets; 998 are allowed.`, detail: 'Hosts on the way break such lines or refuse them: use quoted-printable or base64.' });
  if (row.octets > 10_000_000) items.push({ level: 'warning', text: `It has ${(row.octets / 1_000_000).toFixed(1)} MB.`, detail: 'Many hosts take no more than 10 to 25 MB.' });
  return items;
}

/** What Gmail, Yahoo and Outlook.com ask of bulk senders. */
function bulk(letter: CheckedLetter): readonly CheckItem[] {
  const [unsubscribe] = valuesOf(letter, 'list-unsubscribe');
  const [post] = valuesOf(letter, 'list-unsubscribe-post');
  const isBulk = unsubscribe !== undefined || valuesOf(letter, 'list-id').length > 0 || valuesOf(letter, 'precedence').some((value) => /bulk|list/i.test(value)) || /unsubscribe|abmelden|désabonner/i.test(letter.html + letter.text);
  if (!isBulk) return [];
  if (unsubscribe === undefined) return [{ level: 'warning', text: 'It looks like bulk mail and has no List-Unsubscribe field.', detail: 'Large providers ask for one, with List-Unsubscribe-Post: List-Unsubscribe=One-Click.' }];
  const hasHttps = /<https:\/\/[^>]+>/i.test(unsubscribe);
  if (!hasHttps || post?.replaceAll(/\s/g, '').toLowerCase() !== 'list-unsubscribe=one-click') {
    return [{ level: 'warning', text: 'Unsubscribing takes more than one click.', detail: hasHttps ? 'List-Unsubscribe-Post: List-Unsubscribe=One-Click is missing (RFC 8058).' : 'List-Unsubscribe has no https address (RFC 8058).' }];
  }
  return [{ level: 'good', text: 'Unsubscribing takes one click.' }];
}
