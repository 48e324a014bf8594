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
import type { AppendPlace, AppendStep } from './append-parser.ts';
import { parseAppendPiece, parseCommand, type AppendCommand, type Parsed } from './command-parser.ts';
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
  /** Its steps come next, each when it is asked for, unless `refuseAppend` is called. */
  | { readonly kind: 'append'; readonly tag: string; readonly command: AppendCommand }
  /**
   * After `literal` nothing more comes until `acceptLiteral`; if it is synchronizing, the client
   * waits for `+`. When what follows makes no sense, `bad` comes instead of a step.
   */
  | { readonly kind: 'append-step'; readonly step: AppendStep }
  | { readonly kind: 'literal'; readonly chunk: Buffer }
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
  /** Of a literal that was refused and comes all the same: RFC 7888 §4 lets us close instead of hearing it out. */
  readonly skippedOctetsMax: number;
}

/** Leaves room for a SASL response of 12,288 octets. */
export const BEFORE_LOGIN: ReaderLimits = { commandOctetsMax: 16 * 1024, literalOctetsMax: 4 * 1024, skippedOctetsMax: 64 * 1024 };
/** RFC 7162 §4 wants at least 8,192; clients with many UIDs send more. */
export const AFTER_LOGIN: ReaderLimits = { commandOctetsMax: 64 * 1024, literalOctetsMax: 64 * 1024, skippedOctetsMax: 128 * 1024 * 1024 };
/** In one command, other than APPEND's data: what came before is read anew after each. */
export const LITERALS_MAX = 128;

/** What the next octets are. */
type Expected =
  | { readonly what: 'command' }
  /** A literal of a command that is kept whole. */
  | { readonly what: 'literal'; readonly octets: Buffer; filled: number; readonly behind: Expected }
  /** Steps of an APPEND that nobody has asked for yet; at least one. */
  | { readonly what: 'steps'; readonly append: Append; readonly steps: readonly AppendStep[] }
  | { readonly what: 'decision'; readonly append: Append; readonly octets: number; readonly isSynchronizing: boolean }
  | { readonly what: 'message'; readonly append: Append; remaining: number }
  | { readonly what: 'piece'; readonly append: Append }
  | { readonly what: 'raw-line' }
  /** Of a command already refused: so many octets, then a line. */
  | { readonly what: 'refuse'; remaining: number }
  /** More is announced than we hear out. */
  | { readonly what: 'flood' }
  | { readonly what: 'nothing' };

/** An APPEND under way: its tag, and where what comes behind the present literal is read from. */
interface Append {
  readonly tag: string;
  readonly place: AppendPlace;
}

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

  /** After the step `literal`: its octets may come. */
  acceptLiteral(): void {
    if (this.#expected.what !== 'decision') throw new Error('no literal waits for a decision');
    const { append, octets } = this.#expected;
    this.#expected = { what: 'message', append, remaining: octets };
  }

  /** Of the APPEND under way nothing more is wanted; what is on its way is skipped, and the reader goes on with the next command. */
  refuseAppend(): void {
    const expected = this.#expected;
    const literal = expected.what === 'decision' ? expected : expected.what === 'steps' ? expected.steps.find(({ step }) => step === 'literal') : undefined;
    if (expected.what === 'message') this.#refuse(expected.remaining);
    else if (expected.what === 'piece') this.#refuse(0);
    else if (literal === undefined || !('octets' in literal)) this.#expected = { what: 'command' };
    // RFC 9051 §4.3: a client that has not seen "+" sends no octets, nor the rest of the line.
    else if (literal.isSynchronizing) this.#expected = { what: 'command' };
    else this.#refuse(literal.octets);
    this.#forget();
  }

  /** Octets have been pushed that no event has told of: after STARTTLS, a trespass (RFC 9051 §6.2.1). */
  get hasBuffered(): boolean {
    return !this.#input.isEmpty;
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
          this.#expected = expected.behind;
        }
        return undefined;
      }
      case 'steps': return this.#takeStep(expected);
      case 'message': {
        if (expected.remaining === 0) {
          this.#expected = { what: 'piece', append: expected.append };
          return { kind: 'literal-end' };
        }
        const chunk = this.#input.take(expected.remaining);
        expected.remaining -= chunk.length;
        return chunk.length === 0 ? undefined : { kind: 'literal', chunk };
      }
      case 'piece': return this.#readLine((line) => this.#readPiece(line, expected.append));
      case 'refuse': {
        expected.remaining -= this.#input.take(expected.remaining).length;
        return expected.remaining > 0 ? undefined : this.#readLine((line) => this.#skip(line));
      }
      case 'flood':
        this.#expected = { what: 'nothing' };
        this.#input.clear();
        return { kind: 'too-long' };
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
    return this.#take(parseCommand(this.#text, this.#literals, this.#tongue), line, { what: 'command' });
  }

  #readPiece(line: Buffer, append: Append): ReaderEvent | undefined {
    this.#text += line.toString('latin1');
    return this.#take(parseAppendPiece(this.#text, this.#literals, { ...append, tongue: this.#tongue }), line, { what: 'piece', append });
  }

  /** `now`: what is being read, and goes on behind a literal. */
  #take(parsed: Parsed, line: Buffer, now: Extract<Expected, { readonly what: 'command' | 'piece' }>): ReaderEvent | undefined {
    if (parsed.kind === 'literal') return this.#beginLiteral(parsed, line, now);
    this.#forget();
    switch (parsed.kind) {
      case 'append':
        this.#expected = { what: 'steps', append: { tag: parsed.tag, place: parsed.piece.next }, steps: parsed.piece.steps };
        return { kind: 'append', tag: parsed.tag, command: parsed.command };
      case 'piece':
        if (now.what !== 'piece') throw new Error('a piece of no APPEND');
        return this.#takeStep({ what: 'steps', append: { ...now.append, place: parsed.piece.next }, steps: parsed.piece.steps });
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

  #takeStep({ append, steps }: Extract<Expected, { readonly what: 'steps' }>): ReaderEvent {
    const [step, ...others] = steps;
    if (step === undefined) throw new Error('a step too many');
    if (step.step === 'literal') this.#expected = { what: 'decision', append, octets: step.octets, isSynchronizing: step.isSynchronizing };
    else if (step.step === 'end') this.#expected = { what: 'command' };
    else this.#expected = { what: 'steps', append, steps: others };
    return { kind: 'append-step', step };
  }

  #beginLiteral(literal: Extract<Parsed, { readonly kind: 'literal' }>, line: Buffer, behind: Expected): ReaderEvent | undefined {
    const { tag, octets, isSynchronizing } = literal;
    const isTooMuch = octets > this.#limits.literalOctetsMax || this.#literals.length === LITERALS_MAX
      || this.#text.length + this.#literalOctets + octets > this.#limits.commandOctetsMax;
    if (isTooMuch) {
      this.#forget();
      this.#skip(line);
      return { kind: 'bad', tag, text: 'That literal is too large here' };
    }
    this.#literalOctets += octets;
    this.#expected = { what: 'literal', octets: Buffer.alloc(octets), filled: 0, behind };
    return isSynchronizing ? { kind: 'continue', text: 'Ready for the literal' } : undefined;
  }

  /**
   * A line of a refused command. RFC 7888 §4: what was announced as non-synchronizing comes
   * all the same; a client that waits for `+` has its BAD and sends nothing.
   */
  #skip(line: Buffer): undefined {
    const found = /\{(\d{1,15})\+\}$/.exec(line.toString('latin1'));
    if (found === null) this.#expected = { what: 'command' };
    else this.#refuse(Number(found[1]));
  }

  #refuse(remaining: number): void {
    this.#expected = remaining > this.#limits.skippedOctetsMax ? { what: 'flood' } : { what: 'refuse', remaining };
  }

  #forget(): void {
    this.#text = '';
    this.#literals = [];
    this.#literalOctets = 0;
  }
}
