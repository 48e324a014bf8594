/**
 * The log: events with facts, never stories, bodies or secrets.
 *
 * The shape is pino's, so that the real one is pino itself.
 */

/** Constant words in `event`; everything that varies is a field of `facts`. */
type Write = (facts: Readonly<Record<string, unknown>>, event: string) => void;

export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** A log that adds these facts to each line. */
  child(facts: Readonly<Record<string, unknown>>): Log;
}

const ignore: Write = () => {};

/** A log that keeps nothing. */
export const silentLog: Log = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLog,
};
