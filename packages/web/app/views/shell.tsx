/**
 * The frame of the page: the bar on top, the list, and what is open beside it.
 */
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { notice } from '../state/notices.ts';
import { isPaletteOpen } from '../state/acts.ts';
import { isConnected } from '../state/inbox.ts';
import { route } from '../state/route.ts';
import { session } from '../state/session.ts';
import { Bar } from './bar.tsx';
import { Compare } from './compare.tsx';
import { Compose } from './compose.tsx';
import { Help } from './help.tsx';
import { Letter } from './letter.tsx';
import { List } from './list.tsx';
import { Palette } from './palette.tsx';
import { Queue } from './queue.tsx';
import { SignIn } from './sign-in.tsx';
import { Welcome } from './welcome.tsx';

export function Shell(): JSX.Element {
  const isReading = useComputed(() => route.value.letter !== undefined || route.value.panel !== undefined);
  if (session.value === undefined) return <div class="shell" />;
  if (session.value.role === 'anybody') return <SignIn />;
  return (
    <div class={`shell${isReading.value ? ' is-reading' : ''}`}>
      <Bar />
      <List />
      <main class="pane" aria-label="Reading">
        <Pane />
      </main>
      {isPaletteOpen.value && <Palette />}
      {!isConnected.value && <p class="notice is-problem" role="status">The connection is lost; it will be back by itself.</p>}
      {notice.value !== undefined && <p class={`notice${notice.value.isProblem ? ' is-problem' : ''}`} role="status" data-testid="notice">{notice.value.text}</p>}
    </div>
  );
}

function Pane(): JSX.Element {
  const { panel, letter, compare } = route.value;
  switch (panel) {
    case 'compose': return <Compose key={compare ?? ''} replyTo={compare} />;
    case 'queue': return <Queue />;
    case 'help': return <Help />;
    case undefined: break;
    default: panel satisfies never;
  }
  if (letter === undefined) return <Welcome />;
  return compare === undefined ? <Letter key={letter} id={letter} /> : <Compare key={`${letter} ${compare}`} ids={[letter, compare]} />;
}
