/**
 * `posthorn account`: the people whose mail is kept here.
 */
import { isAccount, isAlias, listIn } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS } from '../books.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../command.ts';
import { readPassword } from '../input.ts';
import { table } from '../table.ts';

const PASSWORD_OPTION = { 'password-stdin': { help: 'read the password from the first line of standard input' } };

export const accountCommands: readonly Command[] = [
  {
    name: 'account add',
    words: 'ADDRESS',
    wordCount: { min: 1, max: 1 },
    summary: 'add a person with mailboxes of their own',
    details: 'Without --password-stdin nobody can log in yet; `account passwd` sets a password later.\n\nExample: posthorn account add ann@example.org --password-stdin < secret',
    options: { ...PASSWORD_OPTION, ...BOOKS_OPTIONS },
    run: async (call) => {
      const password = call.isSet('password-stdin') ? { password: await readPassword(call.io) } : {};
      return ask(call, { method: 'POST', path: '/rest/v1/accounts', body: { address: firstWord(call), ...password } }, () => `Added ${firstWord(call)}.\n`);
    },
  },
  {
    name: 'account list',
    words: '',
    wordCount: { min: 0, max: 0 },
    summary: 'all people',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'GET', path: '/rest/v1/accounts' }, (answer) => {
      const accounts = listIn(answer, 'accounts', isAccount);
      return table(['ADDRESS', 'SINCE', 'LOGIN'], accounts.map(({ address, createdAt, canLogIn }) => [address, createdAt.slice(0, 10), canLogIn ? 'yes' : 'no password']));
    }),
  },
  {
    name: 'account passwd',
    words: 'ADDRESS',
    wordCount: { min: 1, max: 1 },
    summary: 'set a password',
    options: { ...PASSWORD_OPTION, ...BOOKS_OPTIONS },
    run: async (call) => {
      if (!call.isSet('password-stdin')) throw new UsageError('say --password-stdin and pipe the password in: words of a command are seen by everyone on the machine');
      const password = await readPassword(call.io);
      return ask(call, { method: 'PUT', path: `/rest/v1/accounts/${encodeURIComponent(firstWord(call))}/password`, body: { password } }, () => `The password of ${firstWord(call)} is set.\n`);
    },
  },
  {
    name: 'account remove',
    words: 'ADDRESS',
    wordCount: { min: 1, max: 1 },
    summary: 'remove a person with all their mail',
    options: BOOKS_OPTIONS,
    run: (call) => ask(call, { method: 'DELETE', path: `/rest/v1/accounts/${encodeURIComponent(firstWord(call))}` }, (answer) => {
      const left = listIn(answer, 'aliases', isAlias);
      return `Removed ${firstWord(call)} with all mail.\n${left.length === 0 ? '' : `These aliases still name it: ${left.map(({ address }) => address).join(', ')}\n`}`;
    }),
  },
];
