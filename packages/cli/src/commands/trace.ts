/**
 * `posthorn trace`: what happened to a letter, across all four steps, in plain words.
 */
import { isTrace, listIn } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS } from '../books.ts';
import type { Command } from '../command.ts';

export const trace: Command = {
  name: 'trace',
  words: 'ID-OR-ADDRESS',
  wordCount: { min: 1, max: 1 },
  summary: 'what happened to a letter, or to the latest letters of an address',
  details: 'The ID is in the 250 reply, in Received, and in `queue list`; <…@…> in angle brackets is a Message-ID.\n\nExample: posthorn trace ann@example.org',
  options: BOOKS_OPTIONS,
  run: (call) => ask(call, { method: 'GET', path: `/rest/v1/trace/${encodeURIComponent(firstWord(call))}` }, (answer) => {
    const letters = listIn(answer, 'letters', isTrace);
    if (letters.length === 0) return `The ledger knows no letter from or to ${firstWord(call)}.\n`;
    return letters.map(({ id, story }) => `${id}\n${story.map((line) => `  ${line}\n`).join('')}`).join('\n');
  }),
};
