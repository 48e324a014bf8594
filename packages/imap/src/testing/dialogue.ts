/**
 * Feeds a reader in any cut and tells what it said, for tests.
 */
import { AFTER_LOGIN, CommandReader, type ReaderEvent, type ReaderLimits } from '../command-reader.ts';

export interface Heard {
  /** With the chunks of one literal joined into one event. */
  readonly events: readonly ReaderEvent[];
  readonly reader: CommandReader;
}

export interface Manner {
  /** Octets of each piece, in turn; the last one repeats. Absent: all at once. */
  readonly cuts?: readonly number[];
  readonly limits?: ReaderLimits;
  /** What the session does with APPEND. */
  readonly appends?: 'accept' | 'refuse' | 'wait';
  /** A raw line follows these commands. */
  readonly linesAfter?: readonly string[];
}

/** Lines as a client sends them. */
export function lines(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\r\n`).join(''), 'utf8');
}

export function hear(octets: Buffer | string, manner: Manner = {}): Heard {
  const { cuts = [], limits = AFTER_LOGIN, appends = 'accept', linesAfter = ['IDLE'] } = manner;
  const input = Buffer.from(octets);
  const reader = new CommandReader(limits);
  const events: ReaderEvent[] = [];
  let cut = 0;
  for (let at = 0; at < input.length;) {
    const size = Math.max(1, cuts[Math.min(cut++, cuts.length - 1)] ?? input.length);
    // A copy, so that nothing may lean on what lies beside it.
    reader.push(Buffer.from(input.subarray(at, at + size)));
    at += size;
    for (let event = reader.next(); event !== undefined; event = reader.next()) {
      note(events, event);
      if (event.kind === 'append-step' && event.step.step === 'literal' && appends === 'accept') reader.acceptLiteral();
      if (event.kind === 'append' && appends === 'refuse') reader.refuseAppend();
      if (event.kind === 'command' && linesAfter.includes(event.command.name)) reader.expectLine();
    }
  }
  return { events, reader };
}

function note(events: ReaderEvent[], event: ReaderEvent): void {
  const last = events.at(-1);
  if (event.kind !== 'literal' || last?.kind !== 'literal') events.push(event);
  else events[events.length - 1] = { kind: 'literal', chunk: Buffer.concat([last.chunk, event.chunk]) };
}

/** Numbers between 0 and 1 that are the same each time (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
