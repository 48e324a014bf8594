/**
 * xtext, in which ENVID and ORCPT carry text through SMTP parameters.
 *
 * RFC 3461 §4 (xtext), RFC 6533 §3 (the address type `utf-8`, whose letters are written `\x{FC}`,
 * or as they are when the dialogue is in UTF-8).
 */
import { Buffer } from 'node:buffer';

const UTF8_ADDRESS = /^utf-8;/i;

/**
 * Writes text as xtext: printable ASCII as it is, all other octets as `+` and two hexadecimal digits.
 *
 * Text that begins with `utf-8;` is an international address, and is written in ASCII as RFC 6533 says.
 */
export function encodeXtext(text: string): string {
  if (UTF8_ADDRESS.test(text)) {
    // RFC 6533 §3, utf-8-addr-xtext: QCHAR leaves out controls, space, `+`, `=`, `\` and all beyond ASCII.
    return `utf-8;${text.slice(6).replaceAll(/[^\x21-\x2a\x2c-\x3c\x3e-\x5b\x5d-\x7e]/gu, (char) => `\\x{${hexOf(char.codePointAt(0) ?? 0)}}`)}`;
  }
  // RFC 3461 §4: xchar is any printable but `+` and `=`.
  return text.replaceAll(/[^\x21-\x2a\x2c-\x3c\x3e-\x7e]/gu, (char) => Array.from(Buffer.from(char, 'utf8'), (octet) => `+${hexOf(octet)}`).join(''));
}

/** Reads xtext; `undefined` if it is malformed. The octets it stands for are taken as UTF-8. */
export function decodeXtext(text: string): string | undefined {
  const isUtf8Address = UTF8_ADDRESS.test(text);
  const allowed = isUtf8Address
    ? /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x5b\x5d-\x7e\u0080-\uffff]|\+[0-9A-F]{2}|\\x\{[0-9A-F]{2,6}\})*$/
    : /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})*$/;
  if (!allowed.test(text) || !text.isWellFormed()) return undefined;
  const octets = text.replaceAll(/(?:\+[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll('+', ''), 'hex').toString('utf8'));
  // Octets that are not UTF-8 leave a replacement character that nobody wrote.
  if (octets.includes('\ufffd') && !text.includes('\ufffd') && !text.includes('+EF+BF+BD')) return undefined;
  if (!isUtf8Address) return octets;
  let isValid = true;
  const decoded = octets.replaceAll(/\\x\{([0-9A-F]+)\}/g, (_, hex: string) => {
    const point = Number.parseInt(hex, 16);
    if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) return String.fromCodePoint(point);
    isValid = false;
    return '';
  });
  return isValid ? decoded : undefined;
}

/** RFC 6533 §3 wants at least two digits, upper case and no needless zeros; xtext wants exactly two. */
function hexOf(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
