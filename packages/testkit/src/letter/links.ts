/**
 * The links of a letter, with the words a person clicks on.
 */
import type { HtmlLink } from './html.ts';

export interface Link {
  readonly url: string;
  /** What stands on it; the address itself for one in plain text. */
  readonly text: string;
  readonly in: 'html' | 'text';
}

/** An address with its scheme; ends before white space, quotes and angle brackets. */
const URL_IN_TEXT = /\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"'`{}|\\^“”‘’«»„、。，；：！？）】」]+/gi;
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** Those of the HTML part first; an address that the text part repeats is told once. */
export function linksOf({ html, text }: { readonly html: readonly HtmlLink[]; readonly text: string }): readonly Link[] {
  const found = html.filter(({ url }) => url !== '' && !url.startsWith('#')).map(({ url, text }): Link => ({ url, text, in: 'html' }));
  const seen = new Set(found.map(({ url }) => url));
  for (const match of text.matchAll(URL_IN_TEXT)) {
    const url = trimmed(match[0]);
    if (!seen.has(url)) found.push({ url, text: url, in: 'text' });
    seen.add(url);
  }
  return found;
}

/** Without the punctuation of the sentence around it. */
function trimmed(url: string): string {
  let end = url.length;
  while (end > 0) {
    const last = url[end - 1] ?? '';
    const opening = CLOSING[last];
    const isUnpaired = opening !== undefined && count(url.slice(0, end), last) > count(url.slice(0, end), opening);
    if (!/[.,;:!?*_]/.test(last) && !isUnpaired) break;
    end -= 1;
  }
  return url.slice(0, end);
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
