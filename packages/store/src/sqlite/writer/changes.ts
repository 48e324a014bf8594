/**
 * What an act has changed, gathered while it runs and told after the commit.
 */
import type { AccountId, MailboxId } from '../../ids.ts';
import type { StoreChange } from '../../store.ts';

export class Changes {
  #found = new Map<string, StoreChange>();

  mailbox(account: AccountId, mailbox: MailboxId): void {
    this.#found.set(`${account} ${mailbox}`, { kind: 'mailbox', account, mailbox });
  }

  mailboxes(account: AccountId): void {
    this.#found.set(`${account}`, { kind: 'mailboxes', account });
  }

  spool(): void {
    this.#found.set('', { kind: 'spool' });
  }

  /** Hands over what was gathered, each once, and begins anew. */
  take(): readonly StoreChange[] {
    if (this.#found.size === 0) return [];
    const found = [...this.#found.values()];
    this.#found = new Map();
    return found;
  }
}
