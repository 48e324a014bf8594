/**
 * Composes delivery status notifications: what became of a letter, for its sender.
 *
 * A multipart/report of three parts: sentences for a person, fields for programs, and the letter
 * (or its header) as it was. All ASCII, unless what is enclosed is not; where the letter itself
 * needed SMTPUTF8, so may the notice, and its parts are the `global` ones.
 * RFC 3464 (format), RFC 6522 (multipart/report), RFC 6533 (international), RFC 3834 (Auto-Submitted).
 */
import { Buffer, isAscii } from 'node:buffer';
import { formatAddress, type Address } from './address.ts';
import { formatDate } from './date.ts';
import { deliveryStatus, fold, reportText, reportTitle, safe, type DsnReport } from './dsn-report.ts';
import { decodeWords, encodeWords } from './encoded-word.ts';
import { headerEnd } from './header.ts';
import { readEnvelope } from './message-envelope.ts';
import { encodeQuotedPrintable } from './transfer-encoder.ts';

export interface Dsn extends DsnReport {
  /** Who speaks: usually mailer-daemon or postmaster at our name. The envelope's sender is `<>` (RFC 3464 §2). */
  readonly from: Address;
  /** The reverse-path of the letter. */
  readonly to: Address;
  /** Of the notice; milliseconds since 1970. */
  readonly date: number;
  /** Of the notice, without brackets, unique: `id@mx.elm.test`. */
  readonly messageId: string;
  /** Whether the letter came by SMTPUTF8; only then may the notice need it too. */
  readonly isInternational: boolean;
  /** The letter as received, or its header. Its Subject and Message-ID are read from it. */
  readonly returned?: { readonly what: 'message' | 'headers'; readonly octets: Buffer };
}

/** Of the letter's subject in ours. */
const SUBJECT_CHARS_MAX = 150;
/** RFC 2046 §5.1.1 allows 70 characters; a few are kept for making it unique. */
const BOUNDARY_CHARS_MAX = 50;

/** The whole notice with its header; lines end in CRLF. */
export function composeDsn(dsn: Dsn): Buffer {
  const { returned } = dsn;
  const original = returned === undefined ? undefined : readEnvelope(returned.octets.subarray(0, headerEnd(returned.octets)));
  const subject = original?.subject === null || original?.subject === undefined ? undefined : shortened(safe(decodeWords(original.subject), true));
  const text = encodeQuotedPrintable(reportText(dsn, subject, returned?.what ?? 'nothing'));
  const status = deliveryStatus(dsn, dsn.isInternational);
  const parts = [
    part(['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'], text),
    part([`Content-Type: message/${dsn.isInternational ? 'global-delivery-status' : 'delivery-status'}`, ...encodingOf(status)], status),
    ...(returned === undefined ? [] : [returnedPart(returned, dsn.isInternational)]),
  ];
  const boundary = boundaryFor(dsn.messageId, parts);
  const is8bit = parts.some((octets) => !isAscii(octets));
  const header = headerLines(dsn, { subject, messageId: original?.messageId ?? undefined, boundary, is8bit });
  return Buffer.concat([
    Buffer.from(`${header.map((line) => `${fold(line)}\r\n`).join('')}\r\n`, 'utf8'),
    ...parts.flatMap((octets) => [Buffer.from(`--${boundary}\r\n`), octets, Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

function headerLines(dsn: Dsn, about: {
  readonly subject: string | undefined; readonly messageId: string | undefined; readonly boundary: string; readonly is8bit: boolean;
}): readonly string[] {
  const title = `${reportTitle(dsn)}${about.subject === undefined || about.subject === '' ? '' : `: ${about.subject}`}`;
  const reference = messageIdOf(about.messageId);
  return [
    `From: "Mail delivery at ${dsn.reportingMta}" <${formatAddress(dsn.from)}>`,
    `To: <${formatAddress(dsn.to)}>`,
    `Subject: ${encodeWords(title)}`,
    `Date: ${formatDate(dsn.date)}`,
    `Message-ID: <${dsn.messageId}>`,
    ...(reference === undefined ? [] : [`In-Reply-To: ${reference}`, `References: ${reference}`]),
    // RFC 3834 §5.2: a notice is a reply that no person wrote.
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${about.boundary}"`,
    ...(about.is8bit ? ['Content-Transfer-Encoding: 8bit'] : []),
  ];
}

/** RFC 6522 §3, third part; RFC 6533 §4.2 and §4.3 for the international ones. */
function returnedPart(returned: NonNullable<Dsn['returned']>, isInternational: boolean): Buffer {
  const isMessage = returned.what === 'message';
  const octets = isMessage ? returned.octets : returned.octets.subarray(0, headerEnd(returned.octets));
  const type = isMessage
    ? isInternational ? 'message/global' : 'message/rfc822'
    : isInternational ? 'message/global-headers' : 'text/rfc822-headers';
  return Buffer.concat([part([`Content-Type: ${type}`, ...(isAscii(octets) ? [] : ['Content-Transfer-Encoding: 8bit'])], ''), octets]);
}

function part(header: readonly string[], body: string): Buffer {
  return Buffer.from(`${header.join('\r\n')}\r\n\r\n${body}`, 'utf8');
}

function encodingOf(text: string): readonly string[] {
  return /[^\x00-\x7f]/.test(text) ? ['Content-Transfer-Encoding: 8bit'] : [];
}

/** Made of the notice's own name, and longer if by chance or malice a part contains it. */
function boundaryFor(messageId: string, parts: readonly Buffer[]): string {
  const stem = `notice-${messageId.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, BOUNDARY_CHARS_MAX)}`;
  let boundary = stem;
  for (let count = 1; parts.some((octets) => octets.includes(`--${boundary}`)); count++) boundary = `${stem}-${count}`;
  return boundary;
}

/** A Message-ID that can be named in a header: one, in brackets, of ASCII. */
function messageIdOf(text: string | undefined): string | undefined {
  return /<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>/.exec(text ?? '')?.[0];
}

function shortened(subject: string): string {
  return subject.length <= SUBJECT_CHARS_MAX ? subject : `${subject.slice(0, SUBJECT_CHARS_MAX - 1).toWellFormed()}…`;
}
