/**
 * Reads what an IMAP client says, however it is cut, and makes commands of it.
 *
 * One event at a time (`next`), so that what the session decides about one (a literal is
 * refused, a raw line follows, TLS begins) holds before the next octet is looked at. A line
 * may end in a bare LF. After a command that is not understood the reader skips what belongs
 * to it, literals that are under way included, and goes on.
 *
 * RFC 9051 §2.2, §4.3, §9; RFC 3501 §9; RFC 7888 (LITERAL+).
 */
import { parseCommand, type AppendCommand } from './command-parser.ts';
import type { Command } from './command.ts';
import type { Tongue } from './cursor.ts';
import { REV1 } from './dialect.ts';
import { LineBuffer } from './line-buffer.ts';

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
  /** Beyond the bound, with no way to find the end: say BYE and close. Nothing comes after it. */
  | { readonly kind: 'too-long' };

export interface ReaderLimits {
  /** A command with all its literals, other than APPEND's data. */
  readonly commandOctetsMax: number;
  /** One literal, other than APPEND's data. */
  readonly literalOctetsMax: number;
}

/** Leaves room for a SASL response of 12,288 octets. */
export const BEFORE_LOGIN: ReaderLimits = { commandOctetsMax: 16 * 1024, literalOctetsMax: 4 * 1024 };
/** RFC 7162 §4 wants at least 8,192; clients with many UIDs send more. */
export const AFTER_LOGIN: ReaderLimits = { commandOctetsMax: 64 * 1024, literalOctetsMax: 64 * 1024 };
/** In one command, other than APPEND's data: what came before is read anew after each. */
export const LITERALS_MAX = 128;

/** What the next octets are. */
type Expected =
  | { readonly what: 'command' }
  /** A literal of a command that is kept whole. */
  | { readonly what: 'literal'; readonly tag: string; readonly octets: Buffer; filled: number }
  | { readonly what: 'decision'; readonly tag: string; readonly octets: number; readonly isSynchronizing: boolean }
  | { readonly what: 'message'; readonly tag: string; remaining: number }
  | { readonly what: 'message-end'; readonly tag: string }
  | { readonly what: 'raw-line' }
  /** Of a command already refused: so many octets, then a line. */
  | { readonly what: 'refuse'; remaining: number }
  | { readonly what: 'nothing' };

export class CommandReader {
  readonly #input = new LineBuffer();
  #limits: ReaderLimits;
  #tongue: Tongue = REV1;
  #expected: Expected = { what: 'command' };
  /** The command so far, as `Cursor` has it. */
  #text = '';
  #literals: Buffer[] = [];
  #literalOctets = 0;

  constructor(limits: ReaderLimits = BEFORE_LOGIN) {
    this.#limits = limits;
  }

  /** From the next octet on. */
  setLimits(limits: ReaderLimits): void {
    this.#limits = limits;
  }

  /** What the client has enabled: from the next command on. */
  setTongue(tongue: Tongue): void {
    this.#tongue = tongue;
  }

  /** Takes octets in; call `next` until it gives nothing before pushing more. */
  push(chunk: Buffer): void {
    this.#input.push(chunk);
  }

  /** The next event, or undefined: more octets are needed, or a decision about a literal. */
  next(): ReaderEvent | undefined {
    for (;;) {
      const before = this.#expected;
      const event = this.#step();
      if (event !== undefined || before === this.#expected) return event;
    }
  }

  /** What follows the last event is a line that is no command: a SASL response, or DONE. */
  expectLine(): void {
    if (this.#expected.what !== 'command' || this.#text !== '') throw new Error('a line is expected in the middle of a command');
    this.#expected = { what: 'raw-line' };
  }

  /** After `append`: its octets may come. */
  acceptLiteral(): void {
    const { tag, octets } = this.#decision();
    this.#expected = octets === 0 ? { what: 'message-end', tag } : { what: 'message', tag, remaining: octets };
  }

  /** After `append`: NO was said; what is on its way is skipped, and the reader goes on with the next command. */
  refuseLiteral(): void {
    const { octets, isSynchronizing } = this.#decision();
    // RFC 9051 §4.3: a client that has not seen "+" sends no octets, nor the rest of the line.
    this.#expected = isSynchronizing ? { what: 'command' } : { what: 'refuse', remaining: octets };
  }

  /** Octets have been pushed that no event has told of: after STARTTLS, a trespass (RFC 9051 §6.2.1). */
  get hasBuffered(): boolean {
    return !this.#input.isEmpty;
  }

  #decision(): Extract<Expected, { readonly what: 'decision' }> {
    if (this.#expected.what !== 'decision') throw new Error('no literal waits for a decision');
    return this.#expected;
  }

  /** Reads one thing. Nothing happened: `#expected` is as it was. */
  #step(): ReaderEvent | undefined {
    const expected = this.#expected;
    switch (expected.what) {
      case 'command': return this.#readLine((line) => this.#readCommand(line));
      case 'raw-line': return this.#readLine((line) => {
        this.#expected = { what: 'command' };
        return { kind: 'line', text: line.toString('latin1') };
      });
      case 'literal': {
        const chunk = this.#input.take(expected.octets.length - expected.filled);
        expected.filled += chunk.copy(expected.octets, expected.filled);
        if (expected.filled === expected.octets.length) {
          this.#literals.push(expected.octets);
          this.#text += '\n';
          this.#expected = { what: 'command' };
        }
        return undefined;
      }
      case 'message': {
        const chunk = this.#input.take(expected.remaining);
        expected.remaining -= chunk.length;
        if (expected.remaining === 0) this.#expected = { what: 'message-end', tag: expected.tag };
        return chunk.length === 0 ? undefined : { kind: 'literal', chunk };
      }
      case 'message-end': return this.#readLine((line) => this.#endMessage(line, expected.tag));
      case 'refuse': {
        expected.remaining -= this.#input.take(expected.remaining).length;
        return expected.remaining > 0 ? undefined : this.#readLine((line) => this.#skip(line));
      }
      case 'decision':
      case 'nothing':
        break;
    }
    return undefined;
  }

  /** Hands over a line when there is one, and sees to the bound. */
  #readLine(use: (line: Buffer) => ReaderEvent | undefined): ReaderEvent | undefined {
    const line = this.#input.takeLine();
    const octets = this.#text.length + this.#literalOctets + (line?.length ?? this.#input.lineOctets);
    if (octets > this.#limits.commandOctetsMax) {
      this.#expected = { what: 'nothing' };
      this.#input.clear();
      return { kind: 'too-long' };
    }
    return line === undefined ? undefined : use(line);
  }

  #readCommand(line: Buffer): ReaderEvent | undefined {
    this.#text += line.toString('latin1');
    const parsed = parseCommand(this.#text, this.#literals, this.#tongue);
    if (parsed.kind === 'literal') return this.#beginLiteral(parsed, line);
    this.#forget();
    switch (parsed.kind) {
      case 'append':
        this.#expected = { what: 'decision', tag: parsed.tag, octets: parsed.command.octets, isSynchronizing: parsed.isSynchronizing };
        break;
      case 'bad':
      case 'bad-charset':
        this.#skip(line);
        break;
      case 'command':
        this.#expected = { what: 'command' };
        break;
    }
    return parsed;
  }

  #beginLiteral(literal: { readonly tag: string; readonly octets: number; readonly isSynchronizing: boolean }, line: Buffer): ReaderEvent | undefined {
    const { tag, octets, isSynchronizing } = literal;
    const isTooMuch = octets > this.#limits.literalOctetsMax || this.#literals.length === LITERALS_MAX
      || this.#text.length + this.#literalOctets + octets > this.#limits.commandOctetsMax;
    if (isTooMuch) {
      this.#forget();
      this.#skip(line);
      return { kind: 'bad', tag, text: 'That literal is too large here' };
    }
    this.#literalOctets += octets;
    this.#expected = { what: 'literal', tag, octets: Buffer.alloc(octets), filled: 0 };
    return isSynchronizing ? { kind: 'continue', text: 'Ready for the literal' } : undefined;
  }

  #endMessage(line: Buffer, tag: string): ReaderEvent {
    if (line.length === 0) {
      this.#expected = { what: 'command' };
      return { kind: 'literal-end' };
    }
    this.#skip(line);
    return { kind: 'bad', tag, text: 'APPEND: the end of the command expected after the message' };
  }

  /**
   * A line of a refused command. RFC 7888 §4: what was announced as non-synchronizing comes
   * all the same; a client that waits for `+` has its BAD and sends nothing.
   */
  #skip(line: Buffer): undefined {
    const found = /\{(\d{1,15})\+\}$/.exec(line.toString('latin1'));
    this.#expected = found === null ? { what: 'command' } : { what: 'refuse', remaining: Number(found[1]) };
  }

  #forget(): void {
    this.#text = '';
    this.#literals = [];
    this.#literalOctets = 0;
  }
}
