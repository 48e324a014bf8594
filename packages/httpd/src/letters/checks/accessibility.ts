/**
 * Whether people who cannot see well can read it. WCAG 2.2, as far as letters go.
 */
import type { CheckedLetter, CheckItem } from './check.ts';

/** WCAG 1.4.3, for text of ordinary size. */
const CONTRAST_MIN = 4.5;
const EMPTY_LINKS = /^(click here|here|read more|more|link|hier|klicken sie hier|mehr|ici)$/i;

export function accessibility({ html, tags }: CheckedLetter): readonly CheckItem[] {
  if (html === '') return [{ level: 'good', text: 'Plain text: everyone can read it.' }];
  const items: CheckItem[] = [];
  const images = tags.filter(({ name, isClosing }) => name === 'img' && !isClosing);
  const mute = images.filter(({ attributes }) => !attributes.has('alt') && !isPixel(attributes));
  if (mute.length > 0) items.push({ level: 'warning', text: `${mute.length} of ${images.length} images have no alternative text.`, detail: 'Give them alt; empty, if they only decorate. Most programs do not load images at first.' });
  const vague = tags.filter(({ name, isClosing, text }) => name === 'a' && !isClosing && EMPTY_LINKS.test(text.trim()));
  if (vague.length > 0) items.push({ level: 'hint', text: `${vague.length} links say only “${vague[0]?.text.trim() ?? ''}”.`, detail: 'Read out alone, they lead nowhere.' });
  const root = tags.find(({ name }) => name === 'html');
  if (root?.attributes.has('lang') !== true) items.push({ level: 'hint', text: 'It does not say its language.', detail: 'Screen readers choose the voice by <html lang>.' });
  const faint = tags.flatMap(({ attributes, text }) => faintness(attributes.get('style'), text));
  const [first] = faint;
  if (first !== undefined) items.push({ level: 'warning', text: `${faint.length} texts are faint.`, detail: `${first}; ${CONTRAST_MIN}:1 is needed.` });
  const tables = tags.filter(({ name, isClosing, attributes }) => name === 'table' && !isClosing && attributes.get('role') !== 'presentation' && attributes.get('role') !== 'none');
  if (tables.length > 0) items.push({ level: 'hint', text: `${tables.length} tables without role="presentation".`, detail: 'Layout tables are read out cell by cell.' });
  return items.length === 0 ? [{ level: 'good', text: 'Nothing is in the way of those who cannot see well.' }] : items;
}

function isPixel(attributes: ReadonlyMap<string, string>): boolean {
  return attributes.get('width') === '1' || attributes.get('height') === '1';
}

/** Only where colour and background stand in the same style: what is inherited is not followed. */
function faintness(style: string | undefined, text: string): readonly string[] {
  if (style === undefined || text.trim() === '') return [];
  const ink = colourOf(/(?:^|;)\s*color\s*:\s*([^;]+)/i.exec(style)?.[1]);
  const paper = colourOf(/(?:^|;)\s*background(?:-color)?\s*:\s*([^;]+)/i.exec(style)?.[1]);
  if (ink === undefined || paper === undefined) return [];
  const ratio = contrast(ink, paper);
  return ratio < CONTRAST_MIN ? [`“${text.trim().slice(0, 40)}” has a contrast of ${ratio.toFixed(1)}:1`] : [];
}

type Colour = readonly [red: number, green: number, blue: number];

const NAMED: Readonly<Record<string, Colour>> = { white: [255, 255, 255], black: [0, 0, 0], gray: [128, 128, 128], grey: [128, 128, 128], silver: [192, 192, 192], red: [255, 0, 0], blue: [0, 0, 255], green: [0, 128, 0], yellow: [255, 255, 0] };

export function colourOf(text: string | undefined): Colour | undefined {
  const word = text?.trim().toLowerCase() ?? '';
  if (Object.hasOwn(NAMED, word)) return NAMED[word];
  const [, short] = /^#([0-9a-f]{3})$/.exec(word) ?? [];
  const [, long = short?.replaceAll(/./g, '$&$&')] = /^#([0-9a-f]{6})$/.exec(word) ?? [];
  if (long !== undefined) return [Number.parseInt(long.slice(0, 2), 16), Number.parseInt(long.slice(2, 4), 16), Number.parseInt(long.slice(4), 16)];
  const [, red, green, blue] = /^rgb\(\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*\)$/.exec(word) ?? [];
  return red === undefined ? undefined : [Number(red), Number(green), Number(blue)];
}

/** WCAG 2.2, “contrast ratio”. */
export function contrast(one: Colour, two: Colour): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(two)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
