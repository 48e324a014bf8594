/**
 * Where the page begins.
 */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { onKey } from './state/acts.ts';
import { letters, show, totals } from './state/inbox.ts';
import { route } from './state/route.ts';
import { openSession, session } from './state/session.ts';
import { Shell } from './views/shell.tsx';

const theme = localStorage.getItem('theme');
if (theme === 'dark' || theme === 'light') document.documentElement.dataset['theme'] = theme;

const root = document.querySelector('#app');
if (root !== null) render(<Shell />, root);
globalThis.addEventListener('keydown', onKey);
void openSession();

effect(() => {
  const { q } = route.value;
  if (session.value !== undefined && session.value.role !== 'anybody') void show(q);
});

/** How many are unread, where the browser shows the page when it is not looked at. */
effect(() => {
  const { unseen } = totals.value;
  const open = letters.value.find(({ id }) => id === route.value.letter);
  document.title = `${unseen > 0 ? `(${unseen}) ` : ''}${open === undefined ? 'Posthorn' : open.subject}`;
  const dot = unseen > 0 ? `%3Ccircle cx='25' cy='7' r='7' fill='%23e0662f'/%3E%3Ctext x='25' y='10.5' font-family='sans-serif' font-weight='bold' font-size='10' text-anchor='middle' fill='%23fff'%3E${unseen > 99 ? '99' : unseen}%3C/text%3E` : '';
  document.querySelector('#favicon')?.setAttribute('href', `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect y='2' width='30' height='30' rx='7' fill='%23a5491f'/%3E%3Cpath d='M6 12l9 7 9-7M6 11h18v13H6z' fill='none' stroke='%23fff' stroke-width='2.2' stroke-linejoin='round'/%3E${dot}%3C/svg%3E`);
});
