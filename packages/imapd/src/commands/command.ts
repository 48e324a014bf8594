/**
 * A command by its name.
 */
import type { Command } from '@posthorn/imap/command.ts';

type Named<Candidate, Name> = Candidate extends { readonly name: infer Names } ? (Name extends Names ? Candidate : never) : never;

export type CommandNamed<Name extends Command['name']> = Named<Command, Name>;
