/**
 * Octets in some charset, made into text. Never throws, never loses an ASCII letter.
 *
 * Names mean what the web takes them to mean (`iso-8859-1` is windows-1252), which is what
 * senders mean too. An unknown charset is read as UTF-8 if it can be, else as ISO 8859-1.
 * RFC 2045 §5 and RFC 2046 §4.1.2 (charset), WHATWG Encoding (labels).
 */
import { isUtf8, type Buffer } from 'node:buffer';

/** No name of a charset is longer. */
const LABEL_CHARS_MAX = 64;

/** What senders write and the web does not know. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['cp936', 'gbk'], ['cp949', 'euc-kr'], ['ks_c_5601', 'euc-kr'], ['cp932', 'shift_jis'], ['cp950', 'big5'],
  ['utf8mb4', 'utf-8'], ['unicode-1-1-utf-8', 'utf-8'], ['ansi', 'windows-1252'], ['iso-8859-8-e', 'iso-8859-8'], ['cp1250', 'windows-1250'],
]);

type Decoder = InstanceType<typeof TextDecoder>;

const decoders = new Map<string, Decoder>();

/** Malformed octets become U+FFFD. */
export function decodeCharset(bytes: Buffer, charset: string): string {
  return decoderFor(charset)?.decode(bytes) ?? decodeUnlabelled(bytes);
}

/** Whether we know a charset by this name. */
export function isKnownCharset(charset: string): boolean {
  return decoderFor(charset) !== undefined;
}

/** Text whose charset nobody told: UTF-8 if it can be, else ISO 8859-1. */
export function decodeUnlabelled(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
}

function decoderFor(charset: string): Decoder | undefined {
  if (charset.length > LABEL_CHARS_MAX) return undefined;
  const label = charset.trim().toLowerCase();
  const known = decoders.get(label);
  if (known !== undefined) return known;
  try {
    const decoder = new TextDecoder(ALIASES.get(label) ?? label, { ignoreBOM: true });
    // Only names that exist are kept, so the map cannot grow at a sender's will.
    decoders.set(label, decoder);
    return decoder;
  } catch {
    return undefined;
  }
}
