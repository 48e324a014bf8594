/**
 * Writes a plain letter. RFC 5322 §3.6, RFC 2045 §6.8 (base64), RFC 2047 §4.1.
 */

export interface PlainLetter {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly references: string;
  readonly inReplyTo: string;
  readonly at: Date;
}

/** RFC 2047 §2: 75 characters a word; so many octets fit within in base64. */
const WORD_OCTETS_MAX = 42;

export function writeLetter({ from, to, subject, text, references, inReplyTo, at }: PlainLetter): string {
  const lines = base64(new TextEncoder().encode(text.replaceAll(/\r?\n/g, '\r\n'))).match(/.{1,76}/g) ?? [];
  return [
    `From: ${from}`, `To: ${to.join(',\r\n ')}`, `Subject: ${encoded(subject)}`, `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    ...(inReplyTo === '' ? [] : [`In-Reply-To: ${oneLine(inReplyTo)}`]),
    ...(references === '' ? [] : [`References: ${oneLine(references).split(' ').join('\r\n ')}`]),
    'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', '', ...lines, '',
  ].join('\r\n');
}

function encoded(text: string): string {
  const line = oneLine(text);
  if (/^[\x20-\x7e]{0,900}$/.test(line) && !line.includes('=?')) return line;
  const words: string[] = [''];
  for (const char of line) {
    const grown = `${words.at(-1) ?? ''}${char}`;
    if (new TextEncoder().encode(grown).length > WORD_OCTETS_MAX) words.push(char);
    else words[words.length - 1] = grown;
  }
  return words.map((word) => `=?utf-8?B?${base64(new TextEncoder().encode(word))}?=`).join('\r\n ');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]+/g, ' ').trim();
}

function base64(octets: Uint8Array): string {
  let binary = '';
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary);
}
