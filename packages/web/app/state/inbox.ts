/**
 * The list of letters: pages as far as someone scrolled, and what comes by push.
 */
import { signal } from '@preact/signals';
import type { LetterEvents, LetterItem } from '../../src/shapes.ts';
import { api, ApiProblem, EVENTS_URL } from './api.ts';
import type { Change } from './api.ts';
import { route } from './route.ts';
import { say } from './notices.ts';

const PAGE = 100;
/** What is looked at anew after a change; beyond that pages come as someone scrolls. */
const REFRESH_MAX = 500;
const REFRESH_MS = 150;
const SLID_IN_MS = 600;

export const letters = signal<readonly LetterItem[]>([]);
export const totals = signal({ total: 0, unseen: 0 });
export const isLoading = signal(false);
export const isLoaded = signal(false);
/** Why the search cannot be done. */
export const searchProblem = signal<string | undefined>(undefined);
export const isConnected = signal(true);
/** Letters that just came, for their entrance. */
export const fresh = signal<ReadonlySet<string>>(new Set());
export const chosen = signal<ReadonlySet<string>>(new Set());

let next: string | undefined;
let shownQuery: string | undefined;
let generation = 0;
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let stream: EventSource | undefined;

/** Shows what a query finds, if that is not shown already. */
export async function show(q: string): Promise<void> {
  if (q === shownQuery) return;
  shownQuery = q;
  chosen.value = new Set();
  await load(q, PAGE);
}

async function load(q: string, limit: number): Promise<void> {
  const mine = ++generation;
  isLoading.value = true;
  try {
    const page = await api.letters({ q, limit });
    if (mine !== generation) return;
    letters.value = page.letters;
    next = page.next;
    totals.value = { total: page.total, unseen: page.unseen };
    searchProblem.value = undefined;
  } catch (error) {
    if (mine !== generation) return;
    if (error instanceof ApiProblem && error.status === 400) {
      searchProblem.value = error.message;
      letters.value = [];
      next = undefined;
    } else say(error);
  } finally {
    if (mine === generation) {
      isLoading.value = false;
      isLoaded.value = true;
    }
  }
}

/** The next page, when the end of the list comes near. */
export async function more(): Promise<void> {
  if (next === undefined || isLoading.value) return;
  const mine = generation;
  isLoading.value = true;
  try {
    const page = await api.letters({ q: shownQuery ?? '', after: next, limit: PAGE });
    if (mine !== generation) return;
    const known = new Set(letters.value.map(({ id }) => id));
    letters.value = [...letters.value, ...page.letters.filter(({ id }) => !known.has(id))];
    next = page.next;
  } catch (error) {
    say(error);
  } finally {
    if (mine === generation) isLoading.value = false;
  }
}

export function hasMore(): boolean {
  return next !== undefined;
}

/** Looks again at what is shown; soon, and once for many reasons. */
export function refresh(): void {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => {
    void load(shownQuery ?? '', Math.min(REFRESH_MAX, Math.max(PAGE, letters.value.length)));
  }, REFRESH_MS);
}

export function listen(): void {
  stream?.close();
  stream = new EventSource(EVENTS_URL);
  let wasOpen = false;
  stream.addEventListener('open', () => {
    isConnected.value = true;
    // What happened while we were away.
    if (wasOpen) refresh();
    wasOpen = true;
  });
  stream.addEventListener('error', () => {
    isConnected.value = false;
  });
  stream.addEventListener('letter', (event: MessageEvent<string>) => {
    const letter: LetterItem = JSON.parse(event.data);
    if ((shownQuery ?? '') !== '') {
      refresh();
      return;
    }
    if (letters.value.some(({ id }) => id === letter.id)) return;
    letters.value = [letter, ...letters.value];
    fresh.value = new Set([...fresh.value, letter.id]);
    setTimeout(() => {
      fresh.value = new Set([...fresh.value].filter((id) => id !== letter.id));
    }, SLID_IN_MS);
  });
  stream.addEventListener('changed', (event: MessageEvent<string>) => {
    const counts: LetterEvents['changed'] = JSON.parse(event.data);
    const isOther = counts.total !== totals.value.total || counts.unseen !== totals.value.unseen;
    totals.value = counts;
    if (isOther) refresh();
  });
}

/** Shown at once, then done; looked at anew if it fails. */
export async function change(ids: readonly string[], what: Change): Promise<void> {
  const wanted = new Set(ids);
  letters.value = letters.value.map((letter) => (wanted.has(letter.id) ? {
    ...letter, isSeen: what.seen ?? letter.isSeen, isFlagged: what.flagged ?? letter.isFlagged,
    tags: [...new Set([...letter.tags, ...what.addTags ?? []])].filter((tag) => what.removeTags?.includes(tag) !== true),
  } : letter));
  try {
    await api.change({ ids }, what);
  } catch (error) {
    say(error);
    refresh();
  }
}

export async function remove(ids: readonly string[]): Promise<void> {
  const gone = new Set(ids);
  const before = letters.value;
  letters.value = before.filter(({ id }) => !gone.has(id));
  chosen.value = new Set();
  try {
    await api.remove({ ids });
    say(ids.length === 1 ? 'Letter deleted.' : `${ids.length} letters deleted.`);
  } catch (error) {
    letters.value = before;
    say(error);
  }
}

/** All that the present search finds. */
export async function removeFound(): Promise<void> {
  try {
    const { letters: count } = await api.remove({ q: route.value.q });
    say(`${count} letters deleted.`);
    letters.value = [];
    refresh();
  } catch (error) {
    say(error);
  }
}
