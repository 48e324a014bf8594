/**
 * Words beyond ASCII in header fields that are ASCII: `=?utf-8?Q?Gr=C3=BC=C3=9Fe?=`.
 *
 * Reading forgives what senders do: spaces within a word, words that touch text or one another,
 * characters cut in two between words. What is not an encoded word stays as it is.
 * RFC 2047; language tags of RFC 2231 §5 are skipped.
 */
import { Buffer } from 'node:buffer';
import { decodeCharset, isKnownCharset } from './charset.ts';

/** RFC 2047 §2. */
const ENCODED_WORD_CHARS_MAX = 75;
const OPENING = '=?utf-8?Q?';
const BASE64_OPENING = '=?utf-8?B?';
const CLOSING = '?=';

/** Bounded, so that a long line of question marks stays cheap. */
const ENCODED_WORD = /=\?([^?\s*]{1,64})(?:\*[^?\s]{0,64})?\?([bq])\?([^?]{0,4096})\?=/gi;

/** Reads the encoded words in a header value. */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text;
  let decoded = '';
  let at = 0;
  let run: { readonly charset: string; readonly octets: Buffer[] } | undefined;
  const flush = (): void => {
    if (run !== undefined) decoded += decodeCharset(Buffer.concat(run.octets), run.charset);
    run = undefined;
  };
  for (const match of text.matchAll(ENCODED_WORD)) {
    const [word, charset = '', encoding = '', payload = ''] = match;
    // A charset that we do not know: better the word as it is than a guess.
    if (!isKnownCharset(charset)) continue;
    const between = text.slice(at, match.index);
    // RFC 2047 §6.2: white space between encoded words is not shown.
    if (run === undefined || /[^ \t\r\n]/.test(between)) {
      flush();
      decoded += between;
    }
    // Senders cut characters in two between words of one charset, so their octets are joined first.
    if (run?.charset !== charset.toLowerCase()) {
      flush();
      run = { charset: charset.toLowerCase(), octets: [] };
    }
    run.octets.push(encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : octetsOfQ(payload));
    at = match.index + word.length;
  }
  flush();
  return decoded + text.slice(at);
}

/**
 * Writes text for a header field: ASCII as it is, from the first word that needs it to the last as encoded words.
 *
 * On one line; whoever folds the field may do so at any of its spaces.
 */
export function encodeWords(text: string): string {
  const words = text.split(' ');
  let first = words.findIndex(needsEncoding);
  if (first === -1 || text === '') return text;
  let last = words.findLastIndex(needsEncoding);
  // Spaces in a row are encoded with the words beside them: no encoded word is empty (RFC 2047 §2).
  if (words[first] === '') first = Math.max(0, first - 1);
  if (words[last] === '') last = Math.min(words.length - 1, last + 1);
  const plain = words.slice(0, first);
  const encoded = encodedWords(words.slice(first, last + 1).join(' ')).join(' ');
  return [...plain, encoded, ...words.slice(last + 1)].join(' ');
}

/** Whether a word between spaces would be read otherwise than it is written; empty ones stand for spaces that would get lost. */
function needsEncoding(word: string): boolean {
  return word === '' || word.includes('=?') || word.includes('?=') || /[^\x21-\x7e]/.test(word);
}

function encodedWords(text: string): readonly string[] {
  const chars = Array.from(text.toWellFormed());
  const quoted = chars.map(quotedChar);
  const quotedLength = quoted.reduce((sum, char) => sum + char.length, 0);
  // Whichever is shorter; Q stays half legible without decoding.
  return quotedLength <= Math.ceil(Buffer.byteLength(text) / 3) * 4 + 8 ? inQ(quoted) : inB(chars);
}

function inQ(quoted: readonly string[]): readonly string[] {
  return pieces(quoted, ENCODED_WORD_CHARS_MAX - OPENING.length - CLOSING.length, (char) => char.length)
    .map((piece) => `${OPENING}${piece.join('')}${CLOSING}`);
}

function inB(chars: readonly string[]): readonly string[] {
  const octetsMax = Math.floor((ENCODED_WORD_CHARS_MAX - BASE64_OPENING.length - CLOSING.length) / 4) * 3;
  return pieces(chars, octetsMax, (char) => Buffer.byteLength(char))
    .map((piece) => `${BASE64_OPENING}${Buffer.from(piece.join(''), 'utf8').toString('base64')}${CLOSING}`);
}

/** Cuts between characters, never within (RFC 2047 §5). */
function pieces(chars: readonly string[], sizeMax: number, sizeOf: (char: string) => number): readonly (readonly string[])[] {
  const all: string[][] = [[]];
  let size = 0;
  for (const char of chars) {
    if (size + sizeOf(char) > sizeMax) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(char);
    size += sizeOf(char);
  }
  return all;
}

/** RFC 2047 §4.2 with the few characters of §5 (3), which are safe in a phrase too. */
function quotedChar(char: string): string {
  if (char === ' ') return '_';
  if (/^[a-z0-9!*+/-]$/i.test(char)) return char;
  return Array.from(Buffer.from(char, 'utf8'), (octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function octetsOfQ(payload: string): Buffer {
  // Non-ASCII within a word is against the rules; as UTF-8 it has a chance to be right.
  const octets = Buffer.from(payload, 'utf8');
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0;
    const hex = octet === 0x3d ? octets.toString('latin1', at + 1, at + 3) : '';
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      octets[length++] = Number.parseInt(hex, 16);
      at += 2;
    } else octets[length++] = octet === 0x5f ? 0x20 : octet;
  }
  return octets.subarray(0, length);
}
