/**
 * What a person sees of an HTML part: its text, its links, its images.
 *
 * Nothing is loaded or run. The parser is fetched from disk when a letter first needs it.
 */
import { Parser } from 'htmlparser2';

export interface HtmlLink {
  readonly url: string;
  /** What a person clicks on: the text within it, or its image's alternative text. */
  readonly text: string;
}

export interface HtmlImage {
  readonly source: string;
  /** Null where there is none, empty where it is only for show. */
  readonly alternative: string | null;
  readonly width: string | undefined;
  readonly height: string | undefined;
}

export interface HtmlView {
  /** Blocks on lines of their own, white space as a browser shows it. */
  readonly text: string;
  readonly links: readonly HtmlLink[];
  readonly images: readonly HtmlImage[];
  /** Names of all elements that occur, in lower case. */
  readonly elements: ReadonlySet<string>;
}

const UNSEEN = new Set(['script', 'style', 'head', 'template', 'noscript']);
const BLOCKS = new Set([
  'address', 'article', 'blockquote', 'body', 'center', 'dd', 'div', 'dl', 'dt', 'fieldset', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6',
  'header', 'hr', 'li', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'tr', 'ul',
]);
const CELLS = new Set(['td', 'th']);

export function readHtml(html: string): HtmlView {
  const reader = new HtmlReader();
  const parser = new Parser({
    onopentag: (name, attributes) => reader.open(name, attributes),
    ontext: (text) => reader.text(text),
    onclosetag: (name) => reader.close(name),
  }, { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true });
  parser.end(html);
  return reader.end();
}

class HtmlReader {
  readonly #links: HtmlLink[] = [];
  readonly #images: HtmlImage[] = [];
  readonly #elements = new Set<string>();
  #text = '';
  /** How many elements that nobody sees we are in. */
  #unseen = 0;
  #link: { readonly url: string; readonly start: number; alternative: string } | undefined;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#elements.add(name);
    if (UNSEEN.has(name)) this.#unseen += 1;
    if (BLOCKS.has(name) || name === 'br') this.#text += '\n';
    if (CELLS.has(name)) this.#text += ' ';
    const { href, src, alt } = attributes;
    if (name === 'a' || name === 'area') {
      this.#endLink();
      if (href !== undefined) this.#link = { url: href.trim(), start: this.#text.length, alternative: alt ?? '' };
      if (name === 'area') this.#endLink();
    }
    if (name === 'img') {
      this.#images.push({ source: src ?? '', alternative: alt ?? null, width: attributes['width'], height: attributes['height'] });
      if (this.#link !== undefined && alt !== undefined) this.#link.alternative ||= alt;
    }
  }

  text(text: string): void {
    if (this.#unseen === 0) this.#text += text.replaceAll(/\s+/g, (space) => (space.includes('\u00a0') ? space : ' '));
  }

  close(name: string): void {
    if (UNSEEN.has(name)) this.#unseen = Math.max(0, this.#unseen - 1);
    if (name === 'a') this.#endLink();
    if (BLOCKS.has(name)) this.#text += '\n';
  }

  end(): HtmlView {
    this.#endLink();
    const lines = this.#text.replaceAll('\u00a0', ' ').split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim());
    return { text: lines.join('\n').replaceAll(/\n{3,}/g, '\n\n').trim(), links: this.#links, images: this.#images, elements: this.#elements };
  }

  #endLink(): void {
    if (this.#link === undefined) return;
    const { url, start, alternative } = this.#link;
    const text = this.#text.slice(start).replaceAll(/\s+/g, ' ').trim();
    this.#links.push({ url, text: text === '' ? alternative : text });
    this.#link = undefined;
  }
}
