/**
 * The small pieces that structured fields are made of: white space, comments, quoted strings.
 *
 * All take a text and a place in it, and none fails: what is not closed ends with the text.
 * RFC 5322 §3.2 (CFWS, quoted-string), RFC 2045 §5.1 (the same, in MIME fields).
 */

export interface Piece {
  readonly value: string;
  /** Where the text goes on behind it. */
  readonly end: number;
}

/** Behind white space and comments. */
export function skipCfws(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === 0x28) at = readComment(text, at).end;
    else if (char === 0x20 || char === 0x09 || char === 0x0d || char === 0x0a) at++;
    else break;
  }
  return at;
}

/** The comment that opens at `from`, without its outer parentheses and escapes. RFC 5322 §3.2.2: comments nest. */
export function readComment(text: string, from: number): Piece {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) at++;
    else if (char === 0x28) depth++;
    else if (char === 0x29 && --depth === 0) return { value: unescaped(text.slice(from + 1, at)), end: at + 1 };
  }
  return { value: unescaped(text.slice(from + 1)), end: text.length };
}

/** The quoted string that opens at `from`, without quotes and escapes. RFC 5322 §3.2.4. */
export function readQuoted(text: string, from: number): Piece {
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) at++;
    else if (char === 0x22) return { value: unescaped(text.slice(from + 1, at)), end: at + 1 };
  }
  return { value: unescaped(text.slice(from + 1)), end: text.length };
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(.)/gs, '$1') : text;
}
