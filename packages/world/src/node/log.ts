/**
 * The log on a standard stream: JSON lines by pino, or short lines for a person.
 *
 * Warnings and errors are written at once; the rest of what one turn of the event loop says is
 * written at its end, in one piece, since a write a line costs as much as a reply on the wire.
 */
import { writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Log } from '../log.ts';

export interface PinoLogOptions {
  readonly destination: 'stdout' | 'stderr';
  /** JSON lines, or lines for a person. */
  readonly json: boolean;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Takes each finished line instead of the stream; for tests. */
  readonly write?: (line: string) => void;
}

export function createPinoLog({ destination, json, level, write }: PinoLogOptions): Log {
  const put = write ?? linesOn(destination === 'stdout' ? 1 : 2);
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'event',
    serializers: { cause: pino.stdSerializers.err, error: pino.stdSerializers.err },
  };
  const stream = {
    // Pino says here what it is about to write.
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string): void {
      put(json ? line : forPeople(line), this.lastLevel >= WARN_LEVEL);
    },
  };
  return fromPino(pino(options, stream));
}

const WARN_LEVEL = pino.levels.values['warn'] ?? 0;
/** So much is written before the turn is over. */
const WAITING_LENGTH_MAX = 65_536;

/** Gathers the lines of one turn; what is still waiting when the process ends is written then. */
function linesOn(descriptor: number): (line: string, isUrgent: boolean) => void {
  let waiting = '';
  const flush = (): void => {
    const lines = waiting;
    waiting = '';
    if (lines !== '') writeWhole(descriptor, lines);
  };
  process.on('exit', flush);
  return (line, isUrgent) => {
    if (waiting === '') setImmediate(flush).unref();
    waiting += line;
    if (isUrgent || waiting.length > WAITING_LENGTH_MAX) flush();
  };
}

/** Pino's own interface allows more shapes of call than ours. */
function fromPino(logger: pino.Logger): Log {
  return {
    debug: (facts, event) => logger.debug(facts, event),
    info: (facts, event) => logger.info(facts, event),
    warn: (facts, event) => logger.warn(facts, event),
    error: (facts, event) => logger.error(facts, event),
    child: (facts) => fromPino(logger.child(facts)),
  };
}

/** A pipe may take less than it was given, or nothing just now; a reader that left is no reason to die. */
function writeWhole(descriptor: number, lines: string): void {
  let rest = Buffer.from(lines);
  for (let tries = 0; rest.length > 0 && tries < WRITE_TRIES_MAX; tries += 1) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
      if (code !== 'EAGAIN') return;
      // Nobody reads: wait a moment, without the event loop, rather than lose the line.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** Waits of a millisecond before a line is given up to a reader that does not read. */
const WRITE_TRIES_MAX = 200;

const SIGNS: Readonly<Record<string, string>> = { debug: '·', info: ' ', warn: '!', error: 'x' };

/** `12:34:56   letter accepted  from=ann@ash.test recipients=2` */
function forPeople(line: string): string {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) return line;
  const { level, time, event, ...facts } = { level: '', time: '', event: '', ...parsed };
  const words = Object.entries(facts).map(([name, value]) => `${name}=${plain(value)}`);
  return `${[time.slice(11, 19), SIGNS[level] ?? ' ', event, ...(words.length > 0 ? ['', ...words] : [])].join(' ')}\n`;
}

function plain(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string') {
    return JSON.stringify(value.message);
  }
  if (typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value)) return value;
  return JSON.stringify(value);
}
