/**
 * What of its HTML and CSS the widely used mail programs do not show as it is meant.
 *
 * A table of our own of what is known about them; whoever lacks a feature is named.
 */
import type { HtmlTag } from '@posthorn/mail/html-tags.ts';
import type { CheckedLetter, CheckItem } from './check.ts';

export const PROGRAMS = ['Apple Mail', 'Gmail', 'Outlook (Windows)', 'Outlook.com', 'Yahoo', 'Thunderbird', 'Samsung Email'] as const;
type Program = (typeof PROGRAMS)[number];

export interface Feature {
  readonly slug: string;
  readonly title: string;
  readonly category: 'html' | 'css' | 'image';
  readonly missing: readonly Program[];
  readonly partial: readonly Program[];
  readonly advice: string;
}

type Find = { readonly tag: RegExp } | { readonly css: RegExp } | { readonly attribute: readonly [tag: RegExp, name: string, value: RegExp] };

const W: Program = 'Outlook (Windows)';
const G: Program = 'Gmail';
const O: Program = 'Outlook.com';
const Y: Program = 'Yahoo';
const S: Program = 'Samsung Email';
const WEB: readonly Program[] = [G, W, O, Y];

function feature(slug: string, title: string, find: Find, who: { readonly missing?: readonly Program[]; readonly partial?: readonly Program[]; readonly advice: string }): Feature & { readonly find: Find } {
  return { slug, title, find, category: 'tag' in find ? 'html' : 'attribute' in find ? 'image' : 'css', missing: who.missing ?? [], partial: who.partial ?? [], advice: who.advice };
}

const property = (name: string, value = ''): Find => ({ css: new RegExp(`(?:^|[;{\\s])${name}\\s*:\\s*${value}`, 'i') });

const FEATURES: readonly (Feature & { readonly find: Find })[] = [
  feature('html-script', '<script>', { tag: /^script$/ }, { missing: ['Apple Mail', G, W, O, Y, 'Thunderbird', S], advice: 'Nothing runs in mail; filters distrust it.' }),
  feature('html-form', '<form>', { tag: /^form$/ }, { missing: [W, O], partial: [G, Y], advice: 'Link to a page with the form.' }),
  feature('html-link', 'linked style sheets', { tag: /^link$/ }, { missing: [...WEB, S], advice: 'Put the styles into the letter, best into style attributes.' }),
  feature('html-video', '<video>', { tag: /^video$/ }, { missing: [G, W, O, Y, 'Thunderbird'], advice: 'Show a picture that links to it.' }),
  feature('html-audio', '<audio>', { tag: /^audio$/ }, { missing: [G, W, O, Y], advice: 'Link to it.' }),
  feature('html-svg', '<svg> in the HTML', { tag: /^svg$/ }, { missing: WEB, advice: 'Use a PNG.' }),
  feature('html-iframe', '<iframe>', { tag: /^iframe$/ }, { missing: ['Apple Mail', ...WEB], advice: 'Link to it.' }),
  feature('html-picture', '<picture>', { tag: /^picture$/ }, { missing: [G, W, O, Y], advice: 'They show the <img> within.' }),
  feature('html-button', '<button>', { tag: /^button$/ }, { missing: [W], partial: [G], advice: 'Style a link.' }),
  feature('html-style', '<style>', { tag: /^style$/ }, { partial: [G, W], advice: 'Gmail takes it in the head only, up to 8192 characters, and not for accounts of other providers.' }),
  feature('html-details', '<details>', { tag: /^details$/ }, { missing: [G, W, O, Y], advice: 'It is shown opened.' }),
  feature('html-base', '<base>', { tag: /^base$/ }, { missing: [G, W, O, Y], advice: 'Write links in full.' }),
  feature('css-flexbox', 'flexible boxes', property('display', '(?:inline-)?flex'), { missing: [W], partial: [G, Y], advice: 'Outlook puts them below one another: use tables.' }),
  feature('css-grid', 'grids', property('display', '(?:inline-)?grid'), { missing: [G, W, O, Y], advice: 'Use tables.' }),
  feature('css-position', 'positions', property('position', '(?:absolute|fixed|relative|sticky)'), { missing: [G, W, O, Y], advice: 'They are left out.' }),
  feature('css-float', 'floats', property('float'), { missing: [W], advice: 'Use table cells, or align.' }),
  feature('css-background-image', 'background images', { css: /background(?:-image)?\s*:[^;}]*url\(/i }, { missing: [W], partial: [G], advice: 'Outlook needs VML; give a background colour as well.' }),
  feature('css-linear-gradient', 'gradients', { css: /(?:linear|radial)-gradient\(/i }, { missing: [W, Y], partial: [O], advice: 'Give a background colour as well.' }),
  feature('css-border-radius', 'round corners', property('border(?:-\\w+)*-radius'), { missing: [W], advice: 'Corners are square there.' }),
  feature('css-box-shadow', 'shadows', property('box-shadow'), { missing: [G, W, O, Y], advice: 'There is none.' }),
  feature('css-max-width', 'max-width', property('max-width'), { missing: [W], advice: 'Give tables a width as an attribute too.' }),
  feature('css-margin', 'margins', property('margin(?:-\\w+)?'), { partial: [W, O], advice: 'Outlook ignores some; padding of cells is safe.' }),
  feature('css-padding', 'padding', property('padding(?:-\\w+)?'), { partial: [W], advice: 'Outlook knows it on cells only.' }),
  feature('css-media-queries', 'media queries', { css: /@media\b/i }, { missing: [W], partial: [G, Y], advice: 'The letter has to do without.' }),
  feature('css-prefers-color-scheme', 'dark mode by media query', { css: /prefers-color-scheme/i }, { missing: [G, W, Y], partial: [O], advice: 'They turn colours around by themselves.' }),
  feature('css-variables', 'CSS variables', { css: /var\(\s*--/i }, { missing: [G, W, O, Y], advice: 'Write the values.' }),
  feature('css-font-face', 'web fonts', { css: /@font-face\b/i }, { missing: [G, W, O, Y], advice: 'Name fonts that are everywhere behind them.' }),
  feature('css-import', '@import', { css: /@import\b/i }, { missing: [G, W, O, Y], advice: 'Put the styles into the letter.' }),
  feature('css-animation', 'animations', { css: /@keyframes\b|(?:^|[;{\s])animation\s*:/i }, { missing: [G, W, O, Y], advice: 'They stand still.' }),
  feature('css-transform', 'transforms', property('transform'), { missing: [G, W, O, Y], advice: 'They are left out.' }),
  feature('css-opacity', 'opacity', property('opacity'), { missing: [W], advice: 'Use the colour that is meant.' }),
  feature('css-calc', 'calc()', { css: /\bcalc\(/i }, { missing: [W, O], partial: [Y], advice: 'Write the value.' }),
  feature('css-object-fit', 'object-fit', property('object-fit'), { missing: [G, W, O, Y], advice: 'Cut the picture to size.' }),
  feature('css-rem', 'rem', { css: /\d(?:rem)\b/i }, { partial: [W], advice: 'Use px.' }),
  feature('css-has', ':has()', { css: /:has\(/i }, { missing: [G, W, O, Y], advice: 'Use classes.' }),
  feature('css-hover', ':hover', { css: /:hover\b/i }, { missing: [W], partial: [G], advice: 'Nothing may depend on it.' }),
  feature('image-webp', 'WebP images', { attribute: [/^img$/, 'src', /\.webp(?:$|\?)|^data:image\/webp/i] }, { missing: [W], advice: 'Use JPEG or PNG.' }),
  feature('image-avif', 'AVIF images', { attribute: [/^img$/, 'src', /\.avif(?:$|\?)|^data:image\/avif/i] }, { missing: [G, W, O, Y], advice: 'Use JPEG or PNG.' }),
  feature('image-svg', 'SVG images', { attribute: [/^img$/, 'src', /\.svg(?:$|\?)|^data:image\/svg/i] }, { missing: [G, W, O, Y], advice: 'Use a PNG.' }),
  feature('image-base64', 'images as data', { attribute: [/^img$/, 'src', /^data:/i] }, { missing: [G, W, O], advice: 'Attach them and refer by cid:.' }),
];

/** Those that the letter uses. */
export function featuresUsed(tags: readonly HtmlTag[]): readonly Feature[] {
  const open = tags.filter(({ isClosing }) => !isClosing);
  const css = open.flatMap(({ name, attributes, text }) => [attributes.get('style') ?? '', name === 'style' ? text : '']).filter((each) => each !== '').join(';\n');
  return FEATURES.filter(({ find }) => {
    if ('tag' in find) return open.some(({ name }) => find.tag.test(name));
    if ('css' in find) return find.css.test(css);
    const [tag, name, value] = find.attribute;
    return open.some((each) => tag.test(each.name) && value.test(each.attributes.get(name) ?? ''));
  });
}

export function htmlSupport({ html, tags }: CheckedLetter): readonly CheckItem[] {
  if (html === '') return [{ level: 'good', text: 'There is no HTML: it looks the same everywhere.' }];
  const used = featuresUsed(tags).filter(({ missing, partial }) => missing.length + partial.length > 0);
  if (used.length === 0) return [{ level: 'good', text: 'All that it uses is known to the widely used mail programs.' }];
  return used.toSorted((a, b) => b.missing.length - a.missing.length).map(({ title, missing, partial, advice }): CheckItem => ({
    level: missing.length > 3 ? 'warning' : 'hint',
    text: `Uses ${title}: ${[missing.length === 0 ? '' : `not in ${missing.join(', ')}`, partial.length === 0 ? '' : `partly in ${partial.join(', ')}`].filter((each) => each !== '').join('; ')}.`,
    detail: advice,
  }));
}
