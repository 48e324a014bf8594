/**
 * What filters look at in a letter's contents: links, images, size; and the way out of a list.
 *
 * RFC 2369, RFC 8058; the rules of the large providers for who sends to many.
 */
import type { Letter } from '../letter/letter.ts';
import { type Check, type DeliverabilityOptions, error, type Finding, warning } from './finding.ts';

const SIZE_MAX = 10_000_000;
/** Gmail cuts off what is longer. */
const HTML_OCTETS_MAX = 102_400;
const TEXT_PER_IMAGE_CHARS = 20;
const FORBIDDEN = ['script', 'iframe', 'object', 'embed', 'form', 'applet', 'base'];
const SHORTENERS = /^(?:bit\.ly|goo\.gl|tinyurl\.com|t\.co|ow\.ly|is\.gd|buff\.ly)$/i;

export const hygieneChecks: readonly Check[] = [links, images, elements, sizes, bulk];

function links(letter: Letter): readonly Finding[] {
  return letter.links.flatMap(({ url, text }): readonly Finding[] => {
    if (/^(?:javascript|data|vbscript):/i.test(url)) return [error('link', `a link runs a script: ${url.slice(0, 60)}`)];
    if (!/^https?:/i.test(url)) return [];
    const address = URL.parse(url);
    if (address === null) return [error('link', `a link that is no address: ${url}`)];
    const { hostname, protocol } = address;
    const isLocal = hostname === 'localhost' || hostname.startsWith('127.') || hostname.endsWith('.localhost');
    return [
      ...(protocol === 'http:' && !isLocal ? [warning('link', `${url} is not https`)] : []),
      ...(/^(?:\d+\.){3}\d+$|^\[/.test(hostname) && !isLocal ? [error('link', `${url} names an IP address instead of a host`)] : []),
      ...(SHORTENERS.test(hostname) ? [warning('link', `${url} hides where it leads`)] : []),
      ...deceiving(text, hostname),
    ];
  });
}

/** The text of a link names one place, and it leads to another. */
function deceiving(text: string, hostname: string): readonly Finding[] {
  const shown = /^(?:https?:\/\/)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/:?#]\S*)?$/i.exec(text.trim())?.[1]?.toLowerCase();
  if (shown === undefined || shown === hostname || hostname.endsWith(`.${shown}`) || shown.endsWith(`.${hostname}`)) return [];
  return [error('link', `a link says ${shown} and leads to ${hostname}: readers are warned of that as fraud`)];
}

function images({ view, text }: Letter): readonly Finding[] {
  if (view === undefined || view.images.length === 0) return [];
  const found: Finding[] = [];
  const mute = view.images.filter(({ alternative, width }) => alternative === null && width !== '1');
  if (mute.length > 0) found.push(warning('image', `${mute.length} of ${view.images.length} images have no alt text: most readers do not load images`));
  if (view.images.some(({ source }) => /^data:/i.test(source))) found.push(warning('image', 'an image is a data: address, which most readers do not show: attach it and use cid:'));
  if (view.images.some(({ source }) => /^http:\/\/(?!localhost|127\.)/i.test(source))) found.push(warning('image', 'an image is loaded without TLS'));
  if (text.trim().length < TEXT_PER_IMAGE_CHARS * view.images.length && view.text.length < TEXT_PER_IMAGE_CHARS) found.push(error('image', 'there are images and hardly any text: filters take that for hidden spam'));
  return found;
}

function elements({ view }: Letter): readonly Finding[] {
  const found = FORBIDDEN.filter((name) => view?.elements.has(name) === true);
  return found.map((name) => error('html', `<${name}> is removed by readers, and counts against the sender`));
}

function sizes(letter: Letter, { sizeMax = SIZE_MAX }: DeliverabilityOptions): readonly Finding[] {
  const html = Buffer.byteLength(letter.html ?? '');
  return [
    ...(letter.size > sizeMax ? [error('size', `it has ${letter.size} octets, over ${sizeMax}`)] : []),
    ...(html > HTML_OCTETS_MAX ? [warning('size', `its HTML has ${html} octets; Gmail cuts off what is over ${HTML_OCTETS_MAX}`)] : []),
  ];
}

function bulk(letter: Letter, options: DeliverabilityOptions): readonly Finding[] {
  const { unsubscribe } = letter;
  const isBulk = options.bulk ?? (unsubscribe !== undefined || letter.header('list-id') !== undefined || /^(?:bulk|list)$/i.test(letter.header('precedence') ?? ''));
  if (!isBulk) return [];
  if (unsubscribe === undefined) return [error('one-click', 'it goes to many and has no List-Unsubscribe (RFC 2369 §3.2)')];
  const post = letter.header('list-unsubscribe-post');
  if (unsubscribe.oneClick === undefined) {
    return [error('one-click', post === undefined
      ? 'there is List-Unsubscribe without List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058 §3.1)'
      : `List-Unsubscribe-Post has to be List-Unsubscribe=One-Click, with an https address in List-Unsubscribe (RFC 8058 §3.1); it is ${post}`)];
  }
  const found: Finding[] = [];
  if (!/^https:|^http:\/\/(?:localhost|127\.)/i.test(unsubscribe.oneClick)) found.push(error('one-click', `${unsubscribe.oneClick} is not https (RFC 8058 §3.1)`));
  const signed = letter.headers('dkim-signature');
  if (signed.length > 0 && !signed.some((field) => coversList(field))) found.push(error('one-click', 'no DKIM signature covers List-Unsubscribe and List-Unsubscribe-Post (RFC 8058 §4)'));
  if (!letter.links.some(({ text, url }) => /unsub|abmeld|abbestell|désabon|darse de baja|cancelar|disiscri|opt.?out/i.test(`${text} ${url}`))) {
    found.push(warning('unsubscribe-link', 'its text has no link to leave the list by: some readers show no button'));
  }
  return found;
}

function coversList(field: string): boolean {
  const names = new Set((/\bh\s*=([^;]*)/i.exec(field)?.[1] ?? '').toLowerCase().split(':').map((name) => name.trim()));
  return names.has('list-unsubscribe') && names.has('list-unsubscribe-post');
}
