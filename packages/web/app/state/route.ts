/**
 * Where the page is: every view has a URL, and every URL its view.
 */
import { computed, signal } from '@preact/signals';

export const TABS = ['html', 'source', 'text', 'headers', 'parts', 'raw', 'checks', 'journey'] as const;
export type Tab = (typeof TABS)[number];

export interface Route {
  /** What is searched for; empty: everything. */
  readonly q: string;
  /** The letter that is open. */
  readonly letter?: string;
  readonly tab?: Tab;
  /** Another one to compare with. */
  readonly compare?: string;
  readonly panel?: 'compose' | 'queue' | 'help';
}

const location = signal(read());

export const route = computed(() => location.value);

globalThis.addEventListener('popstate', () => {
  location.value = read();
});

export function go(next: Route, { isReplaced = false }: { readonly isReplaced?: boolean } = {}): void {
  const url = href(next);
  if (url !== globalThis.location.pathname + globalThis.location.search) {
    if (isReplaced) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
  }
  location.value = read();
}

export function href({ q, letter, tab, compare, panel }: Route): string {
  const path = panel === undefined ? (letter === undefined ? '/' : `/letter/${encodeURIComponent(letter)}`) : `/${panel}`;
  const query = new URLSearchParams();
  if (q !== '') query.set('q', q);
  if (tab !== undefined) query.set('tab', tab);
  if (compare !== undefined) query.set('compare', compare);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

function read(): Route {
  const { pathname, search } = globalThis.location;
  const query = new URLSearchParams(search);
  const letter = /^\/letter\/([^/]+)$/.exec(pathname)?.[1];
  const panel = (['compose', 'queue', 'help'] as const).find((each) => pathname === `/${each}`);
  const tab = TABS.find((each) => each === query.get('tab'));
  const compare = query.get('compare');
  return {
    q: query.get('q') ?? '',
    ...(letter === undefined ? {} : { letter: decodeURIComponent(letter) }),
    ...(tab === undefined ? {} : { tab }),
    ...(compare === null ? {} : { compare }),
    ...(panel === undefined ? {} : { panel }),
  };
}
