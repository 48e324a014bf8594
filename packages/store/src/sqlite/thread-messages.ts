/**
 * What the main thread and the writer's thread say to each other.
 */
import type { Retention } from '../retention.ts';
import type { StoreChange, Upgrade } from '../store.ts';
import type { Request } from './requests.ts';
import type { Failure, Outcome } from './writer/writer.ts';

/** Given to the thread when it is made. */
export interface ThreadData {
  readonly folder: string;
  readonly retention: Retention;
  /** When the books were opened; absent when only the thread begins anew, and what others do goes on. */
  readonly openedAt?: number;
}

export type ToWriter =
  | {
    readonly kind: 'requests';
    readonly now: number;
    /** The number of the first request; the others follow. */
    readonly first: number;
    readonly requests: readonly Request[];
  }
  | { readonly kind: 'close' };

export type FromWriter =
  /** `interrupted`: recipients whose attempt was cut off when the books were last in use. */
  | { readonly kind: 'ready'; readonly interrupted: number }
  /** Before anything else, while books of an older version are brought to this one. */
  | { readonly kind: 'upgrading'; readonly upgrade: Upgrade }
  /** The books cannot be opened. `isRefusal`: as `StoreRefused`. */
  | { readonly kind: 'unopened'; readonly isRefusal: boolean; readonly failure: Failure }
  | {
    readonly kind: 'replies';
    readonly numbers: readonly number[];
    readonly outcomes: readonly Outcome[];
    readonly changes: readonly StoreChange[];
  }
  /** The disk failed, and nobody knows what it has: the thread ends, and what it has not answered is in doubt. */
  | { readonly kind: 'broken'; readonly failure: Failure }
  /** What can wait could not be done: nobody asked for it, so it is only logged. */
  | { readonly kind: 'trouble'; readonly failure: Failure };
