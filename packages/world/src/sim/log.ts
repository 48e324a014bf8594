/**
 * A log that remembers, so that a test can ask what was said.
 */
import type { Log } from '../log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export class MemoryLog implements Log {
  readonly #lines: LogLine[];
  readonly #inherited: Readonly<Record<string, unknown>>;

  /** Children write into their parent's lines. */
  constructor(lines: LogLine[] = [], inherited: Readonly<Record<string, unknown>> = {}) {
    this.#lines = lines;
    this.#inherited = inherited;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  readonly debug = (facts: Readonly<Record<string, unknown>>, event: string): void => this.#write('debug', facts, event);
  readonly info = (facts: Readonly<Record<string, unknown>>, event: string): void => this.#write('info', facts, event);
  readonly warn = (facts: Readonly<Record<string, unknown>>, event: string): void => this.#write('warn', facts, event);
  readonly error = (facts: Readonly<Record<string, unknown>>, event: string): void => this.#write('error', facts, event);

  child(facts: Readonly<Record<string, unknown>>): MemoryLog {
    return new MemoryLog(this.#lines, { ...this.#inherited, ...facts });
  }

  /** The lines that say just this. */
  of(event: string): readonly LogLine[] {
    return this.#lines.filter((line) => line.event === event);
  }

  #write(level: LogLevel, facts: Readonly<Record<string, unknown>>, event: string): void {
    this.#lines.push({ level, event, facts: { ...this.#inherited, ...facts } });
  }
}
