/**
 * `posthorn alias`: one address that stands for others, here or elsewhere.
 */
import { isAlias, listIn } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS } from '../books.ts';
import type { Command } from '../command.ts';
import { table } from '../table.ts';

const TARGETS_MAX = 500;

export const aliasCommands: readonly Command[] = [
  {
    name: 'alias add',
    words: 'ADDRESS TARGET…',
    wordCount: { min: 2, max: 1 + TARGETS_MAX },
    summary: 'let an address stand for others; @domain is a catch-all',
    details: 'Replaces the targets of an alias that is there.\n\nExample: posthorn alias add sales@example.org ann@example.org bob@elsewhere.net',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'PUT', path: pathOf(firstWord(call)), body: { targets: call.words.slice(1) } }, (answer) => {
      const isReaching = typeof answer === 'object' && answer !== null && 'isReaching' in answer && answer.isReaching === true;
      return `${firstWord(call)} now stands for ${call.words.slice(1).join(', ')}.\n${isReaching ? '' : 'Nobody is behind it yet: letters to it are refused until there is.\n'}`;
    }),
  },
  {
    name: 'alias list',
    words: '',
    wordCount: { min: 0, max: 0 },
    summary: 'all aliases',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'GET', path: '/rest/v1/aliases' }, (answer) =>
      table(['ALIAS', 'STANDS FOR'], listIn(answer, 'aliases', isAlias).map(({ address, targets }) => [address, targets.join(', ')]))),
  },
  {
    name: 'alias remove',
    words: 'ADDRESS',
    wordCount: { min: 1, max: 1 },
    summary: 'remove an alias',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'DELETE', path: pathOf(firstWord(call)) }, () => `Removed ${firstWord(call)}.\n`),
  },
];

function pathOf(address: string): string {
  return `/rest/v1/aliases/${encodeURIComponent(address)}`;
}
