/**
 * A session: who is there, and in which mailbox. Nothing else; what commands do is in `commands/`.
 *
 * RFC 9051 §3: not authenticated, authenticated, selected, logout.
 */
import type { Directory } from '@posthorn/directory/directory.ts';
import { type Dialect, REV1, enabled } from '@posthorn/imap/dialect.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { ImapLimits } from './limits.ts';
import type { MailboxWatch } from './mailbox-watch.ts';
import type { Selected } from './selected.ts';

/** What sessions are made of; the same for all of a listener. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly store: Store;
  readonly directory: Directory;
  readonly watch: MailboxWatch;
  readonly limits: ImapLimits;
  readonly isClearLoginAllowed: boolean;
  readonly isScramOffered: boolean;
}

export type SessionState =
  | { readonly kind: 'not-authenticated' }
  | { readonly kind: 'authenticated'; readonly account: Account }
  | { readonly kind: 'selected'; readonly account: Account; readonly selected: Selected }
  | { readonly kind: 'logout' };

/** What is known of the wire. */
export interface Wire {
  readonly remoteAddress: string;
  readonly isSecure: boolean;
  /** STARTTLS is offered: there is a certificate, and no TLS yet. */
  readonly canStartTls: boolean;
  readonly isCompressed: boolean;
}

export class Session {
  readonly services: Services;
  #wire: Wire;
  #state: SessionState = { kind: 'not-authenticated' };
  #dialect = REV1;
  #loginFailures = 0;
  #isRetiring = false;

  constructor(services: Services, wire: Wire) {
    this.services = services;
    this.#wire = wire;
  }

  get state(): SessionState {
    return this.#state;
  }

  get dialect(): Dialect {
    return this.#dialect;
  }

  /** The name to tell it by, or undefined if there is nothing of that name to enable. RFC 5161 §3.1. */
  enable(capability: string): string | undefined {
    const { dialect, told } = enabled(this.#dialect, capability);
    this.#dialect = dialect;
    return told;
  }

  get wire(): Wire {
    return this.#wire;
  }

  get loginFailures(): number {
    return this.#loginFailures;
  }

  /** Whether a password may cross this wire. */
  get isLoginAllowed(): boolean {
    return this.#wire.isSecure || this.services.isClearLoginAllowed;
  }

  /** The server is closing: no new waiting. */
  get isRetiring(): boolean {
    return this.#isRetiring;
  }

  retire(): void {
    this.#isRetiring = true;
  }

  secure(): void {
    this.#wire = { ...this.#wire, isSecure: true, canStartTls: false };
  }

  compress(): void {
    this.#wire = { ...this.#wire, isCompressed: true };
  }

  loginFailed(): void {
    this.#loginFailures += 1;
  }

  welcome(account: Account): void {
    this.#state = { kind: 'authenticated', account };
  }

  select(account: Account, selected: Selected): void {
    this.deselect();
    this.#state = { kind: 'selected', account, selected };
  }

  /** Back to `authenticated`; nothing if no mailbox is selected. */
  deselect(): void {
    if (this.#state.kind !== 'selected') return;
    this.#state.selected.close();
    this.#state = { kind: 'authenticated', account: this.#state.account };
  }

  /** Nobody is there any more, and nothing is enabled. RFC 8437 §3. */
  forget(): void {
    this.deselect();
    this.#state = { kind: 'not-authenticated' };
    this.#dialect = REV1;
  }

  leave(): void {
    this.deselect();
    this.#state = { kind: 'logout' };
  }
}
