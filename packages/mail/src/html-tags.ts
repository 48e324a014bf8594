/**
 * The tags of a piece of HTML, one after the other, as it was written. For looking, not for showing.
 *
 * Linear in its input, and never throws; comments are skipped, as is what `script` and `style` hold
 * (the text of `style` is told with it).
 */
import { decodeEntities } from './html-text.ts';

export interface HtmlTag {
  /** In lower case. */
  readonly name: string;
  readonly isClosing: boolean;
  /** In lower case, with their values; the first of a name counts. */
  readonly attributes: ReadonlyMap<string, string>;
  /** What stands between this tag and the next one. */
  readonly text: string;
}

const TAGS_MAX = 50_000;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>`]+)))?/g;

export function htmlTags(html: string): readonly HtmlTag[] {
  const tags: HtmlTag[] = [];
  const pattern = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/gi;
  let pending: Omit<HtmlTag, 'text'> | undefined;
  let at = 0;
  const lower = html.toLowerCase();
  for (let match = pattern.exec(html); match !== null && tags.length < TAGS_MAX; match = pattern.exec(html)) {
    const [, slash, name, inner = ''] = match;
    if (name === undefined) continue;
    if (pending !== undefined) tags.push({ ...pending, text: html.slice(at, match.index) });
    pending = { name: name.toLowerCase(), isClosing: slash === '/', attributes: attributesOf(inner) };
    at = pattern.lastIndex;
    if (slash === '' && /^(?:script|style)$/i.test(name)) {
      const close = lower.indexOf(`</${name.toLowerCase()}`, at);
      pattern.lastIndex = close === -1 ? html.length : close;
    }
  }
  if (pending !== undefined) tags.push({ ...pending, text: html.slice(at) });
  return tags;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, decodeEntities(double ?? single ?? bare ?? ''));
  }
  return found;
}

/** URLs that links and pictures of the HTML, and the text, lead to; each once. */
export function linksIn({ html, text }: { readonly html: string; readonly text: string }): readonly string[] {
  const found = new Set<string>();
  for (const { attributes } of htmlTags(html)) {
    for (const name of ['href', 'src']) {
      const url = attributes.get(name)?.trim();
      if (url !== undefined && /^https?:\/\//i.test(url)) found.add(url);
    }
  }
  for (const [url] of text.matchAll(/\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g)) found.add(url);
  return [...found];
}
