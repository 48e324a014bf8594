/**
 * What was found out about a letter, before it is written down: plain data, fit to be sent
 * between threads.
 */
import type { DkimResult, DmarcResult, SpfResult } from './judge.ts';

export interface SpfFinding {
  readonly result: SpfResult;
  /** Whose policy was asked; empty when that was not found out. */
  readonly domain: string;
}

export interface DkimFinding {
  readonly result: DkimResult;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  /** The signature, or its first characters: they tell one of several from another (RFC 8601 §2.7.1). */
  readonly signature: string;
  /** Why not `pass`, in a few words; empty when that says it. */
  readonly reason: string;
}

export interface DmarcFinding {
  readonly result: DmarcResult;
  /** The author's domain; empty when there is not exactly one. */
  readonly domain: string;
  readonly policy: 'none' | 'quarantine' | 'reject';
  readonly reason: string;
}

export interface Findings {
  readonly spf: SpfFinding;
  /** Empty when the letter is not signed. */
  readonly dkim: readonly DkimFinding[];
  readonly dmarc: DmarcFinding;
}

/** When nothing could be found out now. */
export const noFindings: Findings = {
  spf: { result: 'temperror', domain: '' },
  dkim: [{ result: 'temperror', domain: '', selector: '', algorithm: '', signature: '', reason: 'not evaluated' }],
  dmarc: { result: 'temperror', domain: '', policy: 'none', reason: 'not evaluated' },
};
