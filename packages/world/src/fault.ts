/**
 * Fault rules: what goes wrong on purpose, asked by `smtpd` and `relay` at each stage.
 *
 * In production there are none. In `dev` and in tests a person writes them.
 */
import type { Milliseconds } from './clock.ts';

export type FaultStage =
  | 'connect' | 'banner' | 'ehlo' | 'starttls' | 'auth'
  | 'mail' | 'rcpt' | 'data' | 'data-end' | 'body' | 'quit';

/** What is known when a stage is reached; a rule matches on any of it. */
export interface FaultOccasion {
  readonly side: 'receiving' | 'sending';
  readonly stage: FaultStage;
  readonly listener?: string;
  readonly remoteAddress?: string;
  /** Ours, on the receiving side: a host may have several. */
  readonly localAddress?: string;
  /** Address in `local@domain` form; empty for `<>`. */
  readonly sender?: string;
  readonly recipient?: string;
  /** Once there are some: from DATA on, on the receiving side. */
  readonly recipients?: readonly string[];
  readonly host?: string;
}

/** What is wrong with it: its time is over, it is for another name, or nobody trusts who issued it. */
export type FaultyCertificate = 'expired' | 'wrong-name' | 'untrusted';

/** What is to happen instead of, or before, the ordinary course. */
export type FaultAction =
  | { readonly kind: 'reply'; readonly code: number; readonly text: string }
  | { readonly kind: 'delay'; readonly ms: Milliseconds }
  | { readonly kind: 'throttle'; readonly octetsPerSecond: number }
  /** At `starttls`: the handshake shows another certificate, if the listener has such a one. */
  | { readonly kind: 'certificate'; readonly which: FaultyCertificate }
  /** `afterAccept`: the stage takes effect, its reply is lost. */
  | { readonly kind: 'cut'; readonly how: 'close' | 'reset' | 'half-open'; readonly afterAccept: boolean };

export interface FaultRules {
  /** The actions for this occasion, in order; asking counts towards a rule's n-th time. */
  ask(occasion: FaultOccasion): readonly FaultAction[];
}

/** Nothing goes wrong on purpose. */
export const noFaults: FaultRules = { ask: () => [] };
