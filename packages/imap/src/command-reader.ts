/**
 * Reads what an IMAP client says, however it is cut, and makes commands of it.
 *
 * One event at a time (`next`), so that what the session decides about one (a literal is
 * refused, a raw line follows, TLS begins) holds before the next octet is looked at.
 *
 * RFC 9051 §2.2, §4.3, §9; RFC 3501 §9; RFC 7888 (LITERAL+).
 */
import type { Command } from './command.ts';

export type AppendCommand = Extract<Command, { readonly name: 'APPEND' }>;

export type ReaderEvent =
  | { readonly kind: 'command'; readonly tag: string; readonly command: Command }
  /** Not understood; `*` where no tag was readable. The reader goes on with the next command. */
  | { readonly kind: 'bad'; readonly tag: string; readonly text: string }
  /** SEARCH in a charset that is not ours: NO [BADCHARSET], RFC 9051 §6.4.4. */
  | { readonly kind: 'bad-charset'; readonly tag: string; readonly charset: string }
  /** The client waits for `+` before it sends a literal. */
  | { readonly kind: 'continue'; readonly text: string }
  /** Nothing more comes until `acceptLiteral` or `refuseLiteral`. If accepted and synchronizing, the client waits for `+`. */
  | { readonly kind: 'append'; readonly tag: string; readonly command: AppendCommand; readonly isSynchronizing: boolean }
  | { readonly kind: 'literal'; readonly chunk: Buffer }
  /** The APPEND is whole; when it is not, `bad` comes instead. */
  | { readonly kind: 'literal-end' }
  /** After `expectLine`, without its line end. */
  | { readonly kind: 'line'; readonly text: string }
  /** Beyond the bound, and no way to find the end: say BYE and close. */
  | { readonly kind: 'too-long' };

export interface ReaderLimits {
  /** A command with all its literals, other than APPEND's data. */
  readonly commandOctetsMax: number;
  /** One literal, other than APPEND's data. */
  readonly literalOctetsMax: number;
}

/** Room for a SASL response (RFC 9051 §4: clients need not send more than 12,288 octets of it). */
export const BEFORE_LOGIN: ReaderLimits = { commandOctetsMax: 16 * 1024, literalOctetsMax: 4 * 1024 };
export const AFTER_LOGIN: ReaderLimits = { commandOctetsMax: 64 * 1024, literalOctetsMax: 64 * 1024 };

export declare class CommandReader {
  constructor(limits?: ReaderLimits);
  setLimits(limits: ReaderLimits): void;
  push(chunk: Buffer): void;
  next(): ReaderEvent | undefined;
  expectLine(): void;
  acceptLiteral(): void;
  refuseLiteral(): void;
  get hasBuffered(): boolean;
}
