/**
 * Faults of opening a host that an operator can mend, as the one sentence that they hear.
 *
 * By name: the classes stand on floors that the command line does not load for a small command.
 */
import { Failure } from './command.ts';

/** Those whose message is such a sentence. */
const TOLD: ReadonlySet<string> = new Set(['CareRefused', 'ListenFault', 'StoreFault', 'StoreLocked', 'StoreRefused']);

/** A `Failure`, or the error as it is: a bug. */
export function toldFault(error: unknown): unknown {
  return error instanceof Error && TOLD.has(error.name) ? new Failure(error.message, { cause: error }) : error;
}
