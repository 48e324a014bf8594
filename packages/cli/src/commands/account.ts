/**
 * `posthorn account`: the people whose mail is kept here.
 */
import { isAccount, isAlias, isQuota, listIn } from '../answers.ts';
import type { ShownQuota } from '../answers.ts';
import { ask, firstWord } from '../ask.ts';
import { BOOKS_OPTIONS } from '../books.ts';
import type { Call, Command } from '../command.ts';
import { UsageError } from '../command.ts';
import { parseSize } from '@posthorn/server/config/units.ts';
import { readPassword } from '../input.ts';
import { sizeText } from '../quantities.ts';
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
      return table(['ADDRESS', 'SINCE', 'LOGIN', 'LETTERS', 'SIZE', 'QUOTA'], accounts.map(({ address, createdAt, canLogIn, used, limits }) => [
        address, createdAt.slice(0, 10), canLogIn ? 'yes' : 'no password', String(used.letters), sizeText(used.octets), limitText(limits),
      ]));
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
    name: 'account quota',
    words: 'ADDRESS [SIZE]',
    wordCount: { min: 1, max: 2 },
    summary: 'how much a person has and may have; SIZE gives them a quota of their own',
    details: 'SIZE is 500MB, 2GB and the like, `unlimited`, or `default`: as the configuration says. --letters takes a number or the same words. Without either, it only tells.\n\nExample: posthorn account quota ann@example.org 2GB --letters 50000',
    options: { letters: { value: 'N', help: 'how many letters, `unlimited`, or `default`' }, ...BOOKS_OPTIONS },
    run: async (call) => {
      const wanted = wantedQuota(call);
      const path = `/rest/v1/accounts/${encodeURIComponent(firstWord(call))}/quota`;
      return ask(call, wanted === undefined ? { method: 'GET', path } : { method: 'PUT', path, body: wanted }, (answer) => tellQuotas(listIn(answer, 'quotas', isQuota)));
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

/** Undefined where nothing is to be changed. */
function wantedQuota(call: Call): object | undefined {
  const size = call.words[1];
  const letters = call.value('letters');
  if (size === undefined && letters === undefined) return undefined;
  return {
    ...(size === undefined ? {} : { octets: limitOf(size, parseSize, 'SIZE is 500MB, 2GB and the like, `unlimited` or `default`') }),
    ...(letters === undefined ? {} : { letters: limitOf(letters, (text) => (/^\d{1,12}$/.test(text) ? Number(text) : undefined), '--letters takes a number, `unlimited` or `default`') }),
  };
}

function limitOf(text: string, parse: (text: string) => number | undefined, expected: string): number | string {
  if (text === 'unlimited' || text === 'default') return text;
  const limit = parse(text);
  if (limit === undefined || limit === 0) throw new UsageError(`${expected}, not “${text}”`);
  return limit;
}

function tellQuotas(quotas: readonly ShownQuota[]): string {
  return table(['OF', 'LETTERS', 'SIZE', 'QUOTA'], quotas.map(({ of, used, limits }) => [of, String(used.letters), sizeText(used.octets), limitText(limits)]));
}

function limitText({ octets, letters }: ShownQuota['limits']): string {
  const limits = [...octets === undefined ? [] : [sizeText(octets)], ...letters === undefined ? [] : [`${letters} letters`]];
  return limits.length === 0 ? 'unlimited' : limits.join(', ');
}
