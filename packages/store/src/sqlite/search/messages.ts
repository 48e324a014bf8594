/**
 * What the main thread says to the one that searches and the one that keeps the index, and hears.
 */
import type { Wanted } from '@posthorn/mail/wanted.ts';
import type { Uid } from '../../ids.ts';
import type { MailboxKey } from '../../messages.ts';
import type { Failure } from '../writer/writer.ts';

/** Given to either thread when it is made. */
export interface SearchThreadData {
  readonly folder: string;
}

export type ToSearcher =
  | {
    readonly kind: 'find'; readonly number: number; readonly key: MailboxKey; readonly wanted: readonly Wanted[];
    /** Ascending. */
    readonly among: Uint32Array | undefined;
  }
  /** Nobody waits for the answer any more. */
  | { readonly kind: 'cancel'; readonly number: number }
  | { readonly kind: 'close' };

export type FromSearcher =
  | { readonly kind: 'found'; readonly number: number; readonly uids: readonly Uid[] }
  | { readonly kind: 'failed'; readonly number: number; readonly failure: Failure }
  | { readonly kind: 'progress'; readonly number: number; readonly done: number; readonly total: number }
  | { readonly kind: 'index-broken'; readonly reason: string };

export type ToIndexer =
  /** There may be something to take in. */
  | { readonly kind: 'look' }
  /** Tell when all is taken in that is there now. `isAnew`: after throwing the index away. */
  | { readonly kind: 'catch-up'; readonly number: number; readonly isAnew: boolean }
  | { readonly kind: 'close' };

export type FromIndexer =
  | { readonly kind: 'due-done'; readonly dueUpTo: number }
  | { readonly kind: 'caught-up'; readonly number: number }
  | { readonly kind: 'progress'; readonly number: number; readonly done: number; readonly total: number }
  | { readonly kind: 'index-broken'; readonly reason: string }
  /** The index could not be written; the next look is another try. */
  | { readonly kind: 'trouble'; readonly failure: Failure };
