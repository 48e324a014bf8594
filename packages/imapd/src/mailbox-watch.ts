/**
 * Who wants to know when something happens in a mailbox: one watch on the store for all sessions.
 *
 * A ring is a hint to look again and carries nothing.
 */
import type { AccountId, MailboxId } from '@posthorn/store/ids.ts';
import type { MailboxKey } from '@posthorn/store/messages.ts';
import type { Store, StoreChange } from '@posthorn/store/store.ts';

type Ring = () => void;

export class MailboxWatch {
  readonly #byAccount = new Map<AccountId, Map<Ring, MailboxId>>();
  readonly #end: () => void;

  constructor(store: Pick<Store, 'watch'>) {
    this.#end = store.watch((change) => { this.#look(change); });
  }

  /** Calls `ring` when the mailbox changes, or is perhaps gone. Returns what ends it. */
  attend({ account, mailbox }: MailboxKey, ring: Ring): () => void {
    const rings = this.#byAccount.get(account) ?? new Map<Ring, MailboxId>();
    this.#byAccount.set(account, rings.set(ring, mailbox));
    return () => {
      rings.delete(ring);
      if (rings.size === 0 && this.#byAccount.get(account) === rings) this.#byAccount.delete(account);
    };
  }

  close(): void {
    this.#end();
    this.#byAccount.clear();
  }

  #look(change: StoreChange): void {
    if (change.kind === 'spool') return;
    for (const [ring, mailbox] of this.#byAccount.get(change.account) ?? []) {
      if (change.kind === 'mailboxes' || change.mailbox === mailbox) ring();
    }
  }
}
