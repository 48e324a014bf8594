/**
 * What the routes about letters share: one feed and one memory of snippets for each application.
 */
import { LetterFeed } from './letters/feed.ts';
import { Snippets } from './letters/snippets.ts';
import type { ApiOptions } from './options.ts';

export interface LetterParts {
  readonly snippets: Snippets;
  readonly feed: LetterFeed;
}

export function letterParts({ store, clock, log }: Pick<ApiOptions, 'store' | 'clock' | 'log'>): LetterParts {
  return { snippets: new Snippets(store), feed: new LetterFeed({ store, clock, log }) };
}
