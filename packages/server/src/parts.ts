/**
 * What a host is made of, as its listeners and its API see it.
 */
import type { Endpoint } from '@posthorn/world/net.ts';
import type { Retries } from '@posthorn/smtpd/retries.ts';
import type { Certificates } from './certificates.ts';
import type { Protocol } from './config/config.ts';
import type { Core } from './core.ts';
import type { Post } from './post.ts';
import type { Sweeper } from './sweeper.ts';

/** Everything of a host that lives between opening and closing. */
export interface Parts {
  readonly core: Core;
  /** Undefined: TLS is not offered. */
  readonly certificates: Certificates | undefined;
  readonly post: Post;
  /** What was accepted and may be sent again; outlives a reload. */
  readonly retries: Retries;
  readonly sweeper: Sweeper;
}

/** A listener that is open. */
export interface Bound {
  readonly protocol: Protocol;
  /** With its real port. */
  readonly endpoint: Endpoint;
}

export type ReloadAnswer =
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'faulty'; readonly problems: readonly string[] };
