/**
 * What the judge and its workers say to each other. Plain data only.
 */
import type { LookupAnswer } from '../dns-lookup.ts';
import type { Findings } from '../findings.ts';
import type { JudgeRequest } from '../judge.ts';

/** To a worker. `id` is a letter's, `question` a DNS question's. */
export type ToWorker =
  | { readonly kind: 'judge'; readonly id: number; readonly now: number; readonly request: Omit<JudgeRequest, 'content'> }
  | { readonly kind: 'chunk'; readonly id: number; readonly octets: Uint8Array }
  | { readonly kind: 'end' | 'abort'; readonly id: number }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: LookupAnswer };

/** From a worker. `taken`: so many octets of the letter have been worked through. */
export type FromWorker =
  | { readonly kind: 'taken'; readonly id: number; readonly octets: number }
  | { readonly kind: 'ask'; readonly id: number; readonly question: number; readonly name: string; readonly type: string }
  | { readonly kind: 'found'; readonly id: number; readonly findings: Findings }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
