/**
 * What a person can do, once: the keyboard, the palette and the buttons all lead here.
 */
import { signal } from '@preact/signals';
import { rawUrl } from './api.ts';
import { change, chosen, letters, remove, removeFound } from './inbox.ts';
import { go, route } from './route.ts';

export const isPaletteOpen = signal(false);

export interface Act {
  readonly name: string;
  /** As it is shown; absent: palette only. */
  readonly keys?: string;
  readonly run: () => void;
  readonly isOffered: () => boolean;
}

export function openLetter(id: string): void {
  const { q, tab } = route.value;
  go({ q, letter: id, ...(tab === undefined ? {} : { tab }) });
  if (letters.value.some((letter) => letter.id === id && !letter.isSeen)) void change([id], { seen: true });
}

export function closeAll(): void {
  const { q, letter, panel, compare } = route.value;
  if (isPaletteOpen.value) isPaletteOpen.value = false;
  else if (chosen.value.size > 0) chosen.value = new Set();
  else if (compare !== undefined && letter !== undefined) go({ q, letter });
  else if (panel !== undefined || letter !== undefined) go({ q });
  else if (q !== '') go({ q: '' });
}

/** The letter beside the open one; +1 is older. */
export function step(by: 1 | -1): void {
  const list = letters.value;
  const at = list.findIndex(({ id }) => id === route.value.letter);
  const target = list[at === -1 ? 0 : at + by];
  if (target !== undefined) openLetter(target.id);
}

/** Those chosen, else the open one. */
export function targets(): readonly string[] {
  const { letter } = route.value;
  return chosen.value.size > 0 ? [...chosen.value] : letter === undefined ? [] : [letter];
}

export function removeTargets(): void {
  const ids = targets();
  if (ids.length === 0) return;
  const gone = new Set(ids);
  const list = letters.value;
  const at = list.findIndex(({ id }) => id === route.value.letter);
  const after = list.slice(at + 1).find(({ id }) => !gone.has(id)) ?? list.slice(0, Math.max(at, 0)).findLast(({ id }) => !gone.has(id));
  void remove(ids);
  if (route.value.letter === undefined || !gone.has(route.value.letter)) return;
  if (after === undefined) go({ q: route.value.q });
  else openLetter(after.id);
}

export function toggleChosen(id: string): void {
  const next = new Set(chosen.value);
  if (!next.delete(id)) next.add(id);
  chosen.value = next;
}

function marking(name: string, keys: string | undefined, what: Parameters<typeof change>[1]): Act {
  return { name, ...(keys === undefined ? {} : { keys }), run: () => { void change(targets(), what); }, isOffered: () => targets().length > 0 };
}

const hasTargets = (): boolean => targets().length > 0;
const always = (): boolean => true;

export const ACTS: readonly Act[] = [
  { name: 'Next letter', keys: 'j', run: () => { step(1); }, isOffered: always },
  { name: 'Previous letter', keys: 'k', run: () => { step(-1); }, isOffered: always },
  { name: 'Search', keys: '/', run: () => { document.querySelector<HTMLInputElement>('[data-testid=search]')?.focus(); }, isOffered: always },
  { name: 'Reply', keys: 'r', run: () => { reply(); }, isOffered: () => route.value.letter !== undefined },
  { name: 'Write a letter', keys: 'c', run: () => { go({ q: route.value.q, panel: 'compose' }); }, isOffered: always },
  { name: 'Star, or take the star away', keys: 's', run: toggleStar, isOffered: hasTargets },
  { name: 'Choose for an act on several', keys: 'x', run: () => { const { letter } = route.value; if (letter !== undefined) toggleChosen(letter); }, isOffered: () => route.value.letter !== undefined },
  { name: 'Choose all that are listed', keys: 'a', run: () => { chosen.value = new Set(letters.value.map(({ id }) => id)); }, isOffered: () => letters.value.length > 0 },
  marking('Mark as read', undefined, { seen: true }),
  marking('Mark as unread', 'u', { seen: false }),
  marking('Move to Archive', 'e', { mailbox: 'Archive' }),
  { name: 'Delete', keys: 'Del', run: removeTargets, isOffered: hasTargets },
  { name: 'Delete all that this search finds', run: () => { void removeFound(); }, isOffered: () => letters.value.length > 0 },
  { name: 'Download as .eml', run: () => { const { letter } = route.value; if (letter !== undefined) globalThis.location.assign(rawUrl(letter, true)); }, isOffered: () => route.value.letter !== undefined },
  { name: 'Compare with the chosen letter', run: compareChosen, isOffered: () => chosen.value.size > 0 && route.value.letter !== undefined },
  { name: 'What is under way', keys: 'q', run: () => { go({ q: route.value.q, panel: 'queue' }); }, isOffered: always },
  { name: 'Show everything', run: () => { go({ q: '' }); }, isOffered: () => route.value.q !== '' },
  { name: 'Only unread', run: () => { go({ q: 'is:unread' }); }, isOffered: always },
  { name: 'Light or dark', keys: 't', run: toggleTheme, isOffered: always },
  { name: 'Keys and searches', keys: '?', run: () => { go({ q: route.value.q, panel: 'help' }); }, isOffered: always },
];

export function reply(): void {
  const { q, letter } = route.value;
  if (letter !== undefined) go({ q, panel: 'compose', compare: letter });
}

function toggleStar(): void {
  const ids = targets();
  const isOn = letters.value.some(({ id, isFlagged }) => ids.includes(id) && isFlagged);
  void change(ids, { flagged: !isOn });
}

function compareChosen(): void {
  const { q, letter } = route.value;
  const other = [...chosen.value].find((id) => id !== letter);
  if (letter !== undefined && other !== undefined) go({ q, letter, tab: 'source', compare: other });
}

export function toggleTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset['theme'] === 'dark' || (root.dataset['theme'] === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset['theme'] = isDark ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset['theme']);
}

const KEY_NAMES: Readonly<Record<string, string>> = { Delete: 'Del', Backspace: 'Del', ArrowDown: 'j', ArrowUp: 'k' };

/** Keys do nothing while someone types. */
export function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    isPaletteOpen.value = !isPaletteOpen.value;
    return;
  }
  const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable]');
  if (event.key === 'Escape') {
    if (event.target instanceof HTMLElement && isTyping) event.target.blur();
    closeAll();
    return;
  }
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || isPaletteOpen.value) return;
  const keys = KEY_NAMES[event.key] ?? event.key;
  const act = ACTS.find((each) => each.keys === keys && each.isOffered());
  if (act === undefined) return;
  event.preventDefault();
  act.run();
}
