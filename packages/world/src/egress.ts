/**
 * Asking another host for what a stranger's URL names. The one way out, for pictures and links
 * of letters: only http and https, only to hosts that resolve to public addresses, each redirect
 * looked at again, sizes and times bounded, nothing said of who asks.
 */
import type { Milliseconds } from './clock.ts';

export interface EgressRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  /** Of the body; more is a refusal. */
  readonly octetsMax: number;
  /** In all, redirects included. */
  readonly msMax: Milliseconds;
}

export type EgressAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly type: string; readonly body: Buffer; /** After redirects. */ readonly url: string }
  /** Never asked: the URL leads somewhere we do not go. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Asked in vain. */
  | { readonly kind: 'failed'; readonly why: string };

export interface Egress {
  fetch(request: EgressRequest): Promise<EgressAnswer>;
}
