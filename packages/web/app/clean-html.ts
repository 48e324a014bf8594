/**
 * Cleans the HTML of a letter: no scripts, no forms, nothing that asks another host.
 *
 * DOMPurify decides what stays; on top of it, whatever would be loaded is taken out, or, where
 * we have it, put in as data.
 */
import DOMPurify from 'dompurify';

export interface ImageSources {
  /** The picture of a part of the letter, by its Content-ID. */
  readonly inline: (contentId: string) => Promise<string | undefined>;
  /** Absent: remote pictures stay out. */
  readonly remote?: (url: string) => Promise<string | undefined>;
}

export interface Cleaned {
  readonly html: string;
  /** Remote pictures that were left out. */
  readonly blocked: number;
}

const IMAGES_MAX = 200;

/** Besides what DOMPurify forbids by itself. */
const FORBIDDEN_TAGS = ['form', 'input', 'button', 'select', 'textarea', 'option', 'dialog', 'iframe', 'frame', 'frameset', 'object', 'embed', 'link', 'meta', 'base', 'audio', 'video', 'source', 'track', 'portal', 'svg', 'math', 'template', 'slot'];
const LOADING = ['src', 'srcset', 'background', 'poster', 'data', 'lowsrc', 'dynsrc', 'longdesc', 'ping', 'xlink:href', 'formaction', 'action', 'manifest', 'profile', 'codebase', 'cite', 'usemap', 'imagesrcset'];

export async function cleaned(html: string, sources: ImageSources): Promise<Cleaned> {
  const clean = DOMPurify.sanitize(html, {
    WHOLE_DOCUMENT: true, FORBID_TAGS: FORBIDDEN_TAGS, FORBID_ATTR: ['target', 'autofocus', 'is', 'popover', 'popovertarget'],
    ADD_TAGS: ['style', 'head'], ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: true, USE_PROFILES: { html: true }, SANITIZE_NAMED_PROPS: true,
    // What we put in by ourselves is looked at below.
    ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel|cid|data:image\/(?:png|jpe?g|gif|webp)|#)/i,
  });
  // A document of its own, which the policy of this page does not reach.
  const body = new DOMParser().parseFromString(clean, 'text/html').documentElement;
  let blocked = 0;
  const images = new Map<string, readonly { readonly element: Element; readonly attribute: string }[]>();
  for (const element of body.querySelectorAll('*')) {
    for (const attribute of LOADING) {
      const value = element.getAttribute(attribute)?.trim();
      if (value === undefined) continue;
      element.removeAttribute(attribute);
      if ((element.tagName !== 'IMG' || attribute !== 'src') && attribute !== 'background') continue;
      if (/^data:image\/(?:png|jpe?g|gif|webp)[;,]/i.test(value)) element.setAttribute(attribute, value);
      else images.set(value, [...images.get(value) ?? [], { element, attribute }]);
    }
    const style = element.getAttribute('style');
    if (style !== null) element.setAttribute('style', withoutLoads(style));
    if (element.tagName === 'STYLE') element.textContent = withoutLoads(element.textContent);
    const target = element.getAttribute('href');
    if (target !== null) openElsewhere(element, target);
  }
  await Promise.all(Array.from(images).slice(0, IMAGES_MAX).map(async ([url, places]) => {
    const isRemote = /^(?:https?:)?\/\//i.test(url);
    if (isRemote && sources.remote === undefined) blocked += 1;
    const data = await load(url, sources).catch(() => undefined);
    for (const { element, attribute } of places) if (data !== undefined) element.setAttribute(attribute, data);
  }));
  return { html: body.outerHTML, blocked };
}

async function load(url: string, { inline, remote }: ImageSources): Promise<string | undefined> {
  const contentId = /^cid:(.+)$/i.exec(url)?.[1];
  const data = contentId === undefined ? await remote?.(url.startsWith('//') ? `https:${url}` : url) : await inline(decodeURIComponent(contentId));
  return data !== undefined && /^data:image\//i.test(data) ? data : undefined;
}

/** Links open in a window of their own, which learns nothing of this one. */
function openElsewhere(element: Element, target: string): void {
  if (/^(?:https?:|mailto:|tel:)/i.test(target)) {
    element.setAttribute('target', '_blank');
    element.setAttribute('rel', 'noopener noreferrer nofollow');
  } else if (!target.startsWith('#')) element.removeAttribute('href');
}

/** Style sheets, fonts and pictures that CSS would load; also when their names are written with escapes. */
export function withoutLoads(css: string): string {
  const plain = css.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/\\([0-9a-f]{1,6})[ \t\r\n\f]?/gi, (_, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x1f && code < 0x7f ? String.fromCharCode(code) : '\ufffd';
  }).replaceAll('\\', '');
  return plain
    .replaceAll(/@import[^;]*(?:;|$)/gi, '')
    .replaceAll(/@(?:namespace|charset|font-face|property)\b/gi, '@left-out')
    .replaceAll(/(?:url|src|image|image-set|-webkit-image-set|cross-fade|element|expression)\s*\((?!\s*['"]?data:image\/(?:png|jpe?g|gif|webp)[;,])/gi, 'none(')
    .replaceAll(/(?:behavior|-moz-binding)\s*:/gi, 'left-out:')
    .replaceAll(/position\s*:\s*(?:fixed|sticky)/gi, 'position: static');
}
