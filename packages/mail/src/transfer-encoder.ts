/**
 * Text as quoted-printable, for the few parts that we write ourselves.
 *
 * RFC 2045 §6.7.
 */
import { Buffer } from 'node:buffer';

/** RFC 2045 §6.7 (5), the soft break's `=` included. */
const LINE_CHARS_MAX = 76;

/** Lines of `text` may end in LF or CRLF; those of the answer end in CRLF. Any text comes back from decoding. */
export function encodeQuotedPrintable(text: string): string {
  return text.toWellFormed().split(/\r?\n/).map(encodeLine).join('\r\n');
}

function encodeLine(line: string): string {
  const chars = Array.from(line, encodeChar);
  // White space at the end of a line would get lost (RFC 2045 §6.7 (3)).
  const last = chars.at(-1);
  if (last === ' ' || last === '\t') chars[chars.length - 1] = escaped(last);
  const lines: string[] = [];
  let current = '';
  for (const [index, char] of chars.entries()) {
    const room = index === chars.length - 1 ? LINE_CHARS_MAX : LINE_CHARS_MAX - 1;
    if (current.length + char.length > room) {
      lines.push(`${current}=`);
      current = '';
    }
    // A dot at the start is escaped, so that no careless relay can double it.
    current += current === '' && char === '.' ? escaped(char) : char;
  }
  return [...lines, current].join('\r\n');
}

function encodeChar(char: string): string {
  return /^[\t\x20-\x3c\x3e-\x7e]$/.test(char) ? char : escaped(char);
}

function escaped(char: string): string {
  return Array.from(Buffer.from(char, 'utf8'), (octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
