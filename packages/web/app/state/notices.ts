/**
 * Short words at the edge of the page: what was done, or why not.
 */
import { signal } from '@preact/signals';

const SHOWN_MS = 4000;

export interface Notice {
  readonly text: string;
  readonly isProblem: boolean;
}

export const notice = signal<Notice | undefined>(undefined);

let timer: ReturnType<typeof setTimeout> | undefined;

export function say(what: unknown): void {
  notice.value = { text: what instanceof Error ? what.message : String(what), isProblem: what instanceof Error };
  clearTimeout(timer);
  timer = setTimeout(() => {
    notice.value = undefined;
  }, SHOWN_MS);
}
