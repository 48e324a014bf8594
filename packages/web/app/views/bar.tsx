/**
 * The bar: search first, and the few things that are always at hand.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { isPaletteOpen, toggleTheme } from '../state/acts.ts';
import { searchProblem } from '../state/inbox.ts';
import { go, route } from '../state/route.ts';
import { session, signOut } from '../state/session.ts';
import { Icon, IconButton } from './icons.tsx';

const TYPING_MS = 180;

export function Bar(): JSX.Element {
  return (
    <header class="bar">
      <a class="brand" href="/" data-testid="home" onClick={(event) => { event.preventDefault(); go({ q: '' }); }}>
        <svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" /><path d="M7 11l9 7 9-7M7 10h18v13H7z" /></svg>
        <span>Posthorn</span>
      </a>
      <SearchField />
      <div class="bar-acts">
        <IconButton name="pen" label="Write a letter" keys="c" testid="compose" onClick={() => { go({ q: route.value.q, panel: 'compose' }); }} />
        {session.value?.role === 'administrator' && <IconButton name="queue" label="What is under way" keys="q" testid="queue" onClick={() => { go({ q: route.value.q, panel: 'queue' }); }} />}
        <IconButton name="sun" label="Light or dark" keys="t" testid="theme" onClick={toggleTheme} />
        <IconButton name="help" label="Keys and searches" keys="?" onClick={() => { go({ q: route.value.q, panel: 'help' }); }} />
        <button type="button" class="palette-button" onClick={() => { isPaletteOpen.value = true; }} data-testid="palette-open"><kbd>Ctrl</kbd> <kbd>K</kbd></button>
        {session.value?.address !== undefined && <button type="button" class="text-button" onClick={() => { void signOut(); }}>{session.value.address} · Sign out</button>}
      </div>
    </header>
  );
}

function SearchField(): JSX.Element {
  const text = useSignal(route.value.q);
  const { q } = route.value;
  useEffect(() => {
    text.value = q;
  }, [q, text]);
  useEffect(() => {
    if (text.value === q) return undefined;
    const timer = setTimeout(() => {
      const { letter, tab } = route.value;
      go({ q: text.value, ...(letter === undefined ? {} : { letter }), ...(tab === undefined ? {} : { tab }) }, { isReplaced: true });
    }, TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [text.value, q, text]);
  const problem = searchProblem.value;
  return (
    <search class="search">
      <Icon name="search" />
      <input
        type="search" value={text.value} placeholder="Search letters: words, from:ann, has:attachment …" aria-label="Search letters" aria-invalid={problem !== undefined}
        spellcheck={false} autocomplete="off" data-testid="search" onInput={(event) => { text.value = event.currentTarget.value; }}
      />
      {problem !== undefined && <p class="search-problem" role="alert" data-testid="search-problem">{problem}</p>}
    </search>
  );
}
