/**
 * The text of a piece of HTML, as someone would read it who sees no markup.
 *
 * For snippets, searches and letters without a text part. Nothing of the markup survives:
 * what comes out is text, to be escaped where it is shown. Never throws; linear in its input.
 */

/** What they hold is not for reading. */
const SILENT: ReadonlySet<string> = new Set(['script', 'style', 'head', 'title', 'template', 'noscript', 'svg', 'math', 'object', 'iframe']);
const BLOCKS: ReadonlySet<string> = new Set([
  'p', 'div', 'br', 'tr', 'table', 'li', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'hr', 'section', 'article', 'header', 'footer', 'center', 'dd', 'dt',
]);
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”',
  bull: '•', middot: '·', euro: '€', pound: '£', yen: '¥', laquo: '«', raquo: '»', times: '×', deg: '°', zwnj: '', zwj: '', shy: '', larr: '←', rarr: '→',
  auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é', egrave: 'è', agrave: 'à', ccedil: 'ç', ntilde: 'ñ',
};

/** Lines where blocks end; links and images say nothing of where they lead. */
export function htmlToText(html: string): string {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1 || open > at) text += spaced(html.slice(at, open === -1 ? html.length : open));
    if (open === -1) break;
    const { end, mark } = tagAt(html, open);
    text += mark;
    at = end;
  }
  return text.replaceAll(/[ \t\u00a0]*\n[ \t\u00a0]*/g, '\n').replaceAll(/\n{3,}/g, '\n\n').replaceAll(/ {2,}/g, ' ').trim();
}

/** Where the tag or comment that begins here ends, and what it leaves in the text. */
function tagAt(html: string, open: number): { readonly end: number; readonly mark: string } {
  if (html.startsWith('<!--', open)) return { end: behind(html, '-->', open + 4), mark: '' };
  const name = /^<\/?([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 20))?.[1]?.toLowerCase();
  // A lone `<` is text; `<!` and `<?` are not.
  if (name === undefined) return /^<[!?/]/.test(html.slice(open, open + 2)) ? { end: behind(html, '>', open), mark: '' } : { end: open + 1, mark: '<' };
  const end = tagEnd(html, open);
  if (html[open + 1] !== '/' && SILENT.has(name)) return { end: closing(html, name, end), mark: ' ' };
  return { end, mark: BLOCKS.has(name) ? '\n' : name === 'td' || name === 'th' ? ' ' : '' };
}

/** Behind the `>` that ends the tag; those within quotes do not. */
function tagEnd(html: string, open: number): number {
  const pattern = /"[^"]*"|'[^']*'|>/g;
  pattern.lastIndex = open;
  for (let match = pattern.exec(html); match !== null; match = pattern.exec(html)) if (match[0] === '>') return pattern.lastIndex;
  return html.length;
}

function closing(html: string, name: string, from: number): number {
  const pattern = new RegExp(`</${name}[^>]*>`, 'gi');
  pattern.lastIndex = from;
  return pattern.exec(html) === null ? html.length : pattern.lastIndex;
}

function behind(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from);
  return at === -1 ? html.length : at + mark.length;
}

function spaced(raw: string): string {
  return decodeEntities(raw.replaceAll(/[ \t\r\n\f]+/g, ' '));
}

/** HTML's own named characters as far as letters use them; numbers all. */
export function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));?/gi, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] ?? whole : whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal);
    return code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff) ? String.fromCodePoint(code) : '\ufffd';
  });
}
