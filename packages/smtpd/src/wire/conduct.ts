/**
 * How a client behaves: what it may do too often, counted against its bounds.
 *
 * Each method notes one more, and answers whether that is one too many.
 */
import type { SmtpLimits } from '../limits.ts';

type Bounds = Pick<SmtpLimits, 'badCommandsMax' | 'idleCommandsMax' | 'authFailuresMax' | 'refusedRecipientsMax'>;

export class Conduct {
  readonly #bounds: Bounds;
  #bad = 0;
  #idle = 0;
  #failedLogins = 0;
  #refusedRecipients = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** A command that is none, or comes at the wrong time. */
  bad(): boolean {
    this.#bad += 1;
    return this.#bad > this.#bounds.badCommandsMax;
  }

  /** A command that brings no letter nearer. */
  idle(): boolean {
    this.#idle += 1;
    return this.#idle > this.#bounds.idleCommandsMax;
  }

  failedLogin(): boolean {
    this.#failedLogins += 1;
    return this.#failedLogins >= this.#bounds.authFailuresMax;
  }

  refusedRecipient(): boolean {
    this.#refusedRecipients += 1;
    return this.#refusedRecipients > this.#bounds.refusedRecipientsMax;
  }

  /** A letter was taken: all is forgiven but failed logins. */
  letter(): void {
    this.#bad = 0;
    this.#idle = 0;
    this.#refusedRecipients = 0;
  }
}
