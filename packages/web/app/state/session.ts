/**
 * Who looks at the page.
 */
import { signal } from '@preact/signals';
import { api } from './api.ts';
import type { SessionShown } from './api.ts';
import { listen } from './inbox.ts';
import { say } from './notices.ts';

export const session = signal<SessionShown | undefined>(undefined);

export async function openSession(): Promise<void> {
  try {
    enter(await api.session());
  } catch (error) {
    say(error);
  }
}

export async function signIn(address: string, password: string): Promise<void> {
  enter(await api.signIn(address, password));
}

export async function signOut(): Promise<void> {
  await api.signOut();
  globalThis.location.assign('/');
}

function enter(next: SessionShown): void {
  session.value = next;
  if (next.role !== 'anybody') listen();
}
