/**
 * The HTML of a letter, made safe: cleaned here, then shown by a page of the server's that may
 * run nothing and load nothing, in a frame without rights. Pictures are fetched by us and handed
 * in as data, so that the frame asks for nothing at all.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LetterDetail } from '../../src/shapes.ts';
import { cleaned } from '../clean-html.ts';
import { api } from '../state/api.ts';
import { say } from '../state/notices.ts';
import { IconButton } from '../views/icons.tsx';

const WIDTHS = { phone: '390px', tablet: '768px', desktop: '100%' } as const;
type Width = keyof typeof WIDTHS;
const WIDTH_NAMES: readonly Width[] = ['phone', 'tablet', 'desktop'];

export function HtmlTab({ letter }: { readonly letter: LetterDetail }): JSX.Element {
  const width = useSignal<Width>('desktop');
  const isDark = useSignal(false);
  const hasImages = useSignal(false);
  const shown = useSignal<{ readonly html: string; readonly blocked: number } | undefined>(undefined);
  useEffect(() => {
    let isLeft = false;
    prepare(letter.id, hasImages.value).then((found) => {
      if (!isLeft) shown.value = found;
    }).catch((error: unknown) => { say(error); });
    return () => { isLeft = true; };
  }, [letter.id, hasImages.value]);
  return (
    <div class="html-face">
      <div class="html-bar">
        {WIDTH_NAMES.map((each) => <IconButton key={each} name={each} label={`As on a ${each}`} isOn={width.value === each} onClick={() => { width.value = each; }} />)}
        <IconButton name="moon" label="As in the dark" isOn={isDark.value} onClick={() => { isDark.value = !isDark.value; }} />
        <IconButton name="image" label="Load remote images, through this server" isOn={hasImages.value} testid="images" onClick={() => { hasImages.value = !hasImages.value; }} />
        {shown.value !== undefined && shown.value.blocked > 0 && !hasImages.value && <button type="button" class="pill" onClick={() => { hasImages.value = true; }} data-testid="blocked">{shown.value.blocked} remote {shown.value.blocked === 1 ? 'image' : 'images'} not loaded</button>}
      </div>
      <div class={`html-stage${isDark.value ? ' is-dark' : ''}`}>
        {shown.value !== undefined && <Frame key={`${isDark.value ? 'dark' : 'light'}${shown.value.html.length}${hasImages.value ? 'i' : ''}`} html={shown.value.html} width={WIDTHS[width.value]} isDark={isDark.value} title={letter.subject} />}
      </div>
    </div>
  );
}

/** A new frame each time: going back in history then means what it should. */
function Frame({ html, width, isDark, title }: { readonly html: string; readonly width: string; readonly isDark: boolean; readonly title: string }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const name = useRef(`frame-${crypto.randomUUID()}`);
  useEffect(() => { form.current?.submit(); }, []);
  return (
    <>
      <form ref={form} action="/letter-frame" method="post" target={name.current} hidden><input type="hidden" name="html" value={html} /><input type="hidden" name="scheme" value={isDark ? 'dark' : 'light'} /></form>
      <iframe name={name.current} sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" title={`The letter: ${title}`} style={{ width }} data-testid="frame" />
    </>
  );
}

async function prepare(id: string, hasImages: boolean): Promise<{ readonly html: string; readonly blocked: number }> {
  const { html = '', inline } = await api.rendering(id);
  const parts = new Map(inline.map((part) => [part.contentId.toLowerCase(), part]));
  return cleaned(html, {
    inline: async (contentId) => {
      const part = parts.get(contentId.toLowerCase());
      return part === undefined ? undefined : dataUrl(await api.part(id, part.number));
    },
    ...(hasImages ? { remote: async (url) => dataUrl(await api.image(url)) } : {}),
  });
}

async function dataUrl(blob: Blob): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const reader = new FileReader();
  reader.addEventListener('loadend', () => { resolve(typeof reader.result === 'string' ? reader.result : undefined); });
  reader.readAsDataURL(blob);
  return promise;
}
