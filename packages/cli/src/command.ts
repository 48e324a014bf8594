/**
 * What a command is, and how its words are read.
 *
 * Options are declared once; parsing, help and errors come from the same table.
 */
import { parseArgs } from 'node:util';

/** The process, as far as a command may touch it; `process` itself has this shape. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: { write(text: string): unknown };
  /** `isTTY`: a person sees it at once, and it can be drawn over. */
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
}

export interface OptionAbout {
  /** What stands for its value in the help, `DIR`; absent for a switch. */
  readonly value?: string;
  readonly short?: string;
  /** It may be said more than once; `values` gives them all. */
  readonly isRepeatable?: boolean;
  readonly help: string;
}

export interface Call {
  /** The words that are no options. */
  readonly words: readonly string[];
  value(name: string): string | undefined;
  /** Of an option that may be said more than once. */
  values(name: string): readonly string[];
  isSet(name: string): boolean;
  readonly io: Io;
}

export interface Command {
  /** `account add`. */
  readonly name: string;
  /** Its words, for the help: `ADDRESS`. */
  readonly words: string;
  readonly wordCount: { readonly min: number; readonly max: number };
  readonly summary: string;
  /** A few lines more, with an example. */
  readonly details?: string;
  readonly options: Readonly<Record<string, OptionAbout>>;
  /** The exit status: 0 done, 1 failed, 2 wrong usage or configuration. */
  run(call: Call): Promise<number>;
}

/** The person asked for something that cannot be meant. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** It could not be done. One clear sentence; exit status 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** Reads the words that follow a command's name. Throws `UsageError`. */
export function readCall(command: Command, args: readonly string[], io: Io): Call {
  const options: ParsedOptions = Object.fromEntries(Object.entries(command.options).map(([name, { value, short, isRepeatable }]) => [name, {
    type: value === undefined ? 'boolean' as const : 'string' as const,
    ...(short === undefined ? {} : { short }),
    multiple: isRepeatable === true,
  }]));
  const { values, positionals } = parse(args, options);
  const { min, max } = command.wordCount;
  if (positionals.length < min) throw new UsageError(`missing words: posthorn ${command.name} ${command.words}`);
  if (positionals.length > max) throw new UsageError(`too many words, from “${positionals[max]}” on: posthorn ${command.name} ${command.words}`);
  return {
    words: positionals,
    io,
    value: (name) => {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    values: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
    },
    isSet: (name) => values[name] === true,
  };
}

type ParsedOptions = Record<string, { type: 'boolean' | 'string'; short?: string; multiple: boolean }>;

function parse(args: readonly string[], options: ParsedOptions) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('\n')[0] ?? '' : String(error));
  }
}

/** A whole number in an option's value. Throws `UsageError` that names the option. */
export function integerOption(call: Call, name: string, bounds: { readonly min: number; readonly max: number; readonly absent: number }): number {
  const text = call.value(name);
  if (text === undefined) return bounds.absent;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < bounds.min || value > bounds.max) {
    throw new UsageError(`--${name} takes a whole number from ${bounds.min} to ${bounds.max}, not “${text}”`);
  }
  return value;
}
