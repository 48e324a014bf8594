/**
 * Writes letters: a header, and one or several parts.
 *
 * RFC 5322, RFC 2045, RFC 2046.
 */
import { formatDate } from '@posthorn/mail/date.ts';
import { encodeWords } from '@posthorn/mail/encoded-word.ts';
import { encodeQuotedPrintable } from '@posthorn/mail/transfer-encoder.ts';
import type { Stationery } from './outgoing.ts';

export interface PlainPart {
  /** `text/plain`, with its parameters but the charset. */
  readonly type: string;
  readonly text: string;
}

/** Octets as they are: an enclosed letter. */
export interface RawPart {
  readonly type: string;
  readonly octets: Buffer;
}

export type Composed = PlainPart | RawPart;

export interface Composition extends Stationery {
  /** `ann@ash.test`, or `Ann <ann@ash.test>`. */
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** With its brackets. */
  readonly messageId: string;
  /** More fields, in order: In-Reply-To, Auto-Submitted … */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** `multipart/alternative`, with its parameters but the boundary; used where there are several parts, or always. */
  readonly multipart?: string | undefined;
  readonly parts: readonly Composed[];
}

export function compose(letter: Composition): Buffer {
  const header = [
    `From: ${encodeWords(letter.from)}`,
    `To: ${letter.to.map(encodeWords).join(', ')}`,
    `Subject: ${encodeWords(letter.subject)}`,
    `Date: ${formatDate(letter.now)}`,
    `Message-ID: ${letter.messageId}`,
    ...(letter.fields ?? []).map(([name, value]) => `${name}: ${value}`),
    'MIME-Version: 1.0',
  ];
  const [only] = letter.parts;
  if (only !== undefined && letter.parts.length === 1 && letter.multipart === undefined) {
    return Buffer.concat([Buffer.from(`${header.join('\r\n')}\r\n`), part(only)]);
  }
  const boundary = `part-${letter.word}`;
  header.push(`Content-Type: ${letter.multipart ?? 'multipart/mixed'}; boundary="${boundary}"`, '', '');
  return Buffer.concat([
    Buffer.from(header.join('\r\n')),
    ...letter.parts.flatMap((one) => [Buffer.from(`--${boundary}\r\n`), part(one), Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

function part(one: Composed): Buffer {
  if ('octets' in one) return Buffer.concat([Buffer.from(`Content-Type: ${one.type}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`), one.octets]);
  const header = `Content-Type: ${one.type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;
  return Buffer.from(header + encodeQuotedPrintable(one.text));
}
