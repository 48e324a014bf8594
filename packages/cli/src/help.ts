/**
 * Help that a person enjoys: what for, how, one example; never a wall.
 */
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';

const GROUPS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Start', names: ['dev', 'test', 'serve', 'config check', 'config reload'] },
  { title: 'People and addresses', names: ['account add', 'account list', 'account passwd', 'account quota', 'account remove', 'alias add', 'alias list', 'alias remove', 'domain dkim'] },
  { title: 'Letters', names: ['trace', 'queue list', 'queue show', 'queue retry', 'queue hold', 'queue release', 'queue cancel', 'sendmail'] },
  { title: 'Mailboxes', names: ['mailbox import', 'mailbox export', 'mailbox migrate', 'mailbox deleted', 'mailbox restore', 'mailbox show'] },
  { title: 'The books', names: ['store backup', 'store restore', 'store drill', 'store verify'] },
];

export function helpOfAll(): string {
  const blocks = GROUPS.map(({ title, names }) => {
    const commands = names.flatMap((name) => COMMANDS.filter((command) => command.name === name));
    return `${title}\n${columns(commands.map((command) => [`${command.name} ${command.words}`.trim(), command.summary]))}`;
  });
  return `Posthorn: mail you run yourself.\n\nUsage: posthorn COMMAND [WORDS] [OPTIONS]\n\n${blocks.join('\n')}
A first letter, on a laptop:
  posthorn dev
  curl smtp://127.0.0.1:1025 --mail-from me@here.test --mail-rcpt you@there.test -T letter.eml

More on one of them: posthorn help COMMAND
`;
}

/** All commands that begin with a word; undefined if there are none. */
export function helpOfGroup(first: string): string | undefined {
  const commands = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (commands.length === 0) return undefined;
  return columns(commands.map((command) => [`posthorn ${command.name} ${command.words}`.trim(), command.summary]));
}

export function helpOfCommand(command: Command): string {
  const options = Object.entries(command.options).map(([name, { value, short, help }]): [string, string] => [
    `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`, help]);
  return [
    `${command.summary}\n`,
    `Usage: posthorn ${command.name}${command.words === '' ? '' : ` ${command.words}`}${options.length === 0 ? '' : ' [OPTIONS]'}\n`,
    ...(command.details === undefined ? [] : [`${command.details.trim()}\n`]),
    ...(options.length === 0 ? [] : [`Options\n${columns(options)}`]),
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}
