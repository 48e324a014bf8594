/**
 * Finds the command, reads its words, runs it, and says errors in one clear sentence.
 */
import { ConfigFault } from './books.ts';
import { Failure, UsageError, readCall } from './command.ts';
import type { Command, Io } from './command.ts';
import { COMMANDS } from './commands.ts';
import { helpOfAll, helpOfCommand, helpOfGroup } from './help.ts';
import { version } from '@posthorn/server/version.ts';

/** Runs `posthorn` with these words; gives the exit status. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [first, second] = args;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') return help(args.slice(1), io);
  if (first === 'version' || first === '--version') {
    io.stdout.write(`posthorn ${version}\n`);
    return 0;
  }
  const command = COMMANDS.find(({ name }) => name === `${first} ${second}`) ?? COMMANDS.find(({ name }) => name === first);
  if (command === undefined) return unknown(first, second, io);
  const rest = args.slice(command.name.split(' ').length);
  if (rest.includes('--help') || (rest.includes('-h') && command.name !== 'sendmail')) return help(command.name.split(' '), io);
  return attempt(command, rest, io);
}

async function attempt(command: Command, rest: readonly string[], io: Io): Promise<number> {
  try {
    return await command.run(readCall(command, rest, io));
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`posthorn: ${error.message}\nMore: posthorn help ${command.name}\n`);
      return 2;
    }
    if (error instanceof ConfigFault) {
      io.stderr.write(`${error.message}\n`);
      return 2;
    }
    if (error instanceof Failure) {
      io.stderr.write(`posthorn: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function unknown(first: string, second: string | undefined, io: Io): number {
  const group = helpOfGroup(first);
  if (group !== undefined) {
    if (second === '--help' || second === '-h') {
      io.stdout.write(group);
      return 0;
    }
    io.stderr.write(`posthorn: ${second === undefined ? `${first} needs one more word` : `there is no “${first} ${second}”`}\n\n${group}`);
    return 2;
  }
  io.stderr.write(`posthorn: there is no command “${first}”. All commands: posthorn help\n`);
  return 2;
}

function help(words: readonly string[], io: Io): number {
  const name = words.join(' ');
  const command = COMMANDS.find((one) => one.name === name);
  const text = name === '' ? helpOfAll() : command === undefined ? helpOfGroup(name) : helpOfCommand(command);
  if (text === undefined) return unknown(words[0] ?? '', words[1], io);
  io.stdout.write(text);
  return 0;
}
