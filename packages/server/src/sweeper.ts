/**
 * Looks after what nobody asks for: once an hour, letters that have been in a mailbox for longer
 * than the configuration says are deleted, and the books are woken to forget what is old.
 *
 * What is deleted so can be put back like anything else that was.
 */
import type { AccountId, MailboxId } from '@posthorn/store/ids.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Log } from '@posthorn/world/log.ts';

export interface MailboxRule {
  /** A mailbox's name, or a special use: `\Trash`. */
  readonly mailbox: string;
  /** How long a letter may be in it. */
  readonly afterMs: Milliseconds;
}

export interface SweeperParts {
  readonly store: Pick<Store, 'check' | 'kept'>;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY_MS: Milliseconds = 60 * 60_000;

export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #rules: readonly MailboxRule[];
  #timer: Timer | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(parts: SweeperParts, rules: readonly MailboxRule[]) {
    this.#parts = parts;
    this.#rules = rules;
  }

  start(): void {
    this.#timer = this.#parts.clock.after(EVERY_MS, () => {
      this.#sweeping = this.#sweep().finally(() => {
        if (!this.#isClosing) this.start();
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#timer?.cancel();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { store, log } = this.#parts;
    try {
      const letters = this.#rules.length === 0 ? 0 : await this.#expire();
      if (letters > 0) log.info({ letters }, 'letters were in their mailboxes for long enough');
      await store.check();
    } catch (cause) {
      log.warn({ cause }, 'mailboxes could not be swept; tried again in an hour');
    }
  }

  /** A page an act, so that letters come in between. */
  async #expire(): Promise<number> {
    const { store, clock } = this.#parts;
    const at = clock.now();
    const rules = this.#rules.map(({ mailbox, afterMs }) => ({ mailbox, before: at - afterMs }));
    let letters = 0;
    let past: { readonly account: AccountId; readonly mailbox: MailboxId } | undefined;
    do {
      const { expired, next } = await store.kept.expire({ rules, at, ...(past === undefined ? {} : { past }) });
      letters += expired;
      past = next;
    } while (past !== undefined && !this.#isClosing);
    return letters;
  }
}
