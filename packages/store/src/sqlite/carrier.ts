/**
 * A carrier brings requests to the writer, and its answers back.
 */
import { type StoreChange, StoreFault } from '../store.ts';
import type { Answers, Kind, RequestOf } from './requests.ts';
import type { Failure, Outcome } from './writer/writer.ts';

export interface Carrier {
  /** Resolves when what was asked is durable. */
  submit<K extends Kind>(request: RequestOf<K>): Promise<Answers[K]>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** Told of each commit that changed something. */
export type Tell = (changes: readonly StoreChange[]) => void;

/** A request that waits for its answer. */
export interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export function settleWaiting(waiting: Waiting, outcome: Outcome): void {
  if (outcome.isDone) waiting.resolve(outcome.answer);
  else waiting.reject(errorOf(outcome.failure));
}

export function errorOf(failure: Failure): Error {
  const cause = causeOf(failure);
  return failure.isFault ? new StoreFault('the store could not commit', { cause }) : cause;
}

/** What was thrown on the other side. */
export function causeOf({ code, message, stack }: Failure): Error {
  const cause = new Error(code === '' ? message : `${code}: ${message}`);
  cause.stack = stack;
  return cause;
}
