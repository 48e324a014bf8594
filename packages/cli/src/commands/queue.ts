/**
 * `posthorn queue`: what is under way, and what an operator may do about it.
 */
import { isQueued, isText, listIn } from '../answers.ts';
import type { ShownQueued } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { Failure, UsageError } from '../command.ts';
import { table } from '../table.ts';

const LETTERS_MAX = 1000;

export const queueCommands: readonly Command[] = [
  {
    name: 'queue list',
    words: '',
    wordCount: { min: 0, max: 0 },
    summary: 'letters under way',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'GET', path: `/rest/v1/queue?limit=${LETTERS_MAX}` }, (answer) => tellList(listIn(answer, 'letters', isQueued))),
  },
  {
    name: 'queue show',
    words: 'ID',
    wordCount: { min: 1, max: 1 },
    summary: 'one letter under way, each recipient',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'GET', path: `/rest/v1/queue/${encodeURIComponent(firstWord(call))}` }, (answer) => {
      if (!isQueued(answer)) throw new TypeError('the server answered with no letter');
      return tellLetter(answer);
    }),
  },
  act('retry', 'try again now', 'Tried again now:'),
  act('hold', 'keep back until released', 'Held:'),
  act('release', 'let go what was held', 'Released:'),
  act('cancel', 'give up; the sender is told', 'Given up:'),
];

function act(what: 'retry' | 'hold' | 'release' | 'cancel', summary: string, done: string): Command {
  return {
    name: `queue ${what}`,
    words: 'ID…',
    wordCount: { min: 0, max: LETTERS_MAX },
    summary,
    options: { all: { help: 'every letter under way' }, ...BOOKS_OPTIONS },
    run: (call) => ask(call, { method: 'POST', path: '/rest/v1/queue/commands', body: { what, ...which(call) } }, (answer) => {
      const letters = listIn(answer, 'letters', isText);
      if (letters.length === 0 && !call.isSet('all')) throw new Failure('there is no such letter under way, or it does not apply to it');
      return letters.length === 0 ? 'Nothing is under way that this applies to.\n' : `${done} ${letters.join(' ')}\n`;
    }),
  };
}

function which(call: Call): { readonly all: true } | { readonly letters: readonly string[] } {
  if (call.isSet('all') === call.words.length > 0) throw new UsageError('say which: the IDs of letters, or --all');
  return call.isSet('all') ? { all: true } : { letters: call.words };
}

function tellList(letters: readonly ShownQueued[]): string {
  if (letters.length === 0) return 'Nothing is under way.\n';
  return table(['ID', 'SINCE', 'OCTETS', 'FROM', 'TO', 'STATE', 'NEXT'], letters.flatMap((letter) => letter.recipients.map((recipient, index) => [
    ...(index === 0 ? [letter.id, minute(letter.acceptedAt), String(letter.octets), letter.sender || '<>'] : ['', '', '', '']),
    recipient.address, recipient.state, minute(recipient.nextAt),
  ])));
}

function tellLetter(letter: ShownQueued): string {
  const rows = letter.recipients.flatMap(({ address, state, attempts, nextAt, remark }) => [
    `  ${address}: ${state}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${nextAt === undefined ? '' : `, next at ${minute(nextAt)}`}\n`,
    ...(remark === undefined ? [] : [`    ${remark.host === '' ? 'we' : remark.host}: ${remark.code === 0 ? '' : `${remark.code} `}${remark.status} ${remark.text}\n`]),
  ]);
  return `${letter.id} from ${letter.sender || '<>'}, ${letter.octets} octets${letter.subject === null ? '' : `, “${letter.subject}”`}\n`
    + `accepted ${minute(letter.acceptedAt)}, given up ${minute(letter.expiresAt)}\n${rows.join('')}`;
}

/** `2026-11-23 12:34` in UTC. */
function minute(time: string | undefined): string {
  return time === undefined ? '' : time.slice(0, 16).replace('T', ' ');
}
