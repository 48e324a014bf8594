/**
 * The selected mailbox of a session: its view, kept up with the store.
 *
 * A ring of the watch only says "look again"; `look` asks the store what changed since
 * last time, `tell` says what may be said now. RFC 3501 §5.2, §7.3, §7.4; RFC 2180 §3.
 */
import { flagList, flagsLine, untagged } from '@posthorn/imap/response.ts';
import type { Dialect } from '@posthorn/imap/dialect.ts';
import { SessionView, formatUpdates } from '@posthorn/imap/session-view.ts';
import { SYSTEM_FLAGS, type Flag, flagKey } from '@posthorn/mail/flags.ts';
import { type Modseq, type Uid, uid } from '@posthorn/store/ids.ts';
import type { MailboxKey, MessageState } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Access } from './access.ts';
import { Farewell } from './farewell.ts';
import { mayFlag } from './flag-rights.ts';
import type { MailboxWatch } from './mailbox-watch.ts';
import type { Outlet } from './outlet.ts';
import { ok } from './reply.ts';

type Books = Pick<Store, 'mailboxes' | 'messages'>;

interface SelectedParts {
  readonly store: Books;
  readonly watch: MailboxWatch;
  readonly access: Access;
  readonly isReadOnly: boolean;
}

export class Selected {
  /** What this person may do here, as of the command under way. */
  access: Access;
  readonly key: MailboxKey;
  readonly isReadOnly: boolean;
  readonly uidValidity: number;
  readonly view = new SessionView<Uid>(uid);
  readonly #store: Books;
  readonly #ignore: () => void;
  #since: Modseq;
  #toldModseq: Modseq;
  #uidNext: Uid;
  #isStale = true;
  #onRing: (() => void) | undefined;
  /** By key, as told in FLAGS. */
  readonly #flags = new Map<string, Flag>();

  /** What is there now is in the view, and told by whoever opens it. */
  static async open(parts: SelectedParts): Promise<Selected> {
    const selected = new Selected(parts);
    try {
      await selected.#fill();
    } catch (cause) {
      selected.close();
      throw cause;
    }
    return selected;
  }

  private constructor({ store, watch, access, isReadOnly }: SelectedParts) {
    const { key, mailbox } = access;
    this.access = access;
    this.key = key;
    this.isReadOnly = isReadOnly;
    this.uidValidity = mailbox.uidValidity;
    this.#store = store;
    // From before the states are read: what happens meanwhile is seen twice, which does no harm.
    this.#since = mailbox.highestModseq;
    this.#toldModseq = mailbox.highestModseq;
    this.#uidNext = mailbox.uidNext;
    this.#ignore = watch.attend(key, () => { this.ring(); });
    for (const flag of SYSTEM_FLAGS) this.#flags.set(flagKey(flag), flag);
  }

  get uidNext(): number {
    return Math.max(this.#uidNext, this.view.uidMax + 1);
  }

  /** The client knows all that happened up to here. RFC 7162 §3.1.2.1. */
  get toldModseq(): Modseq {
    return this.#toldModseq;
  }

  /** As far as the view has come; the client may not know all of it. */
  get seenModseq(): Modseq {
    return this.#since;
  }

  get flags(): readonly Flag[] {
    return [...this.#flags.values()];
  }

  /** What may be changed here: RFC 4314 §5.1.1. `\*`: keywords may be made. */
  get permanentFlags(): readonly Flag[] {
    if (this.isReadOnly) return [];
    return [...this.flags, '\\*'].filter((flag) => mayFlag(this.access, flag));
  }

  /** Something happened, or may have: look before the next answer. */
  ring(): void {
    this.#isStale = true;
    this.#onRing?.();
  }

  /** Calls `act` at each ring, and now if there is something to look at. Undefined: nobody. */
  onRing(act: (() => void) | undefined): void {
    this.#onRing = act;
    if (this.#isStale) act?.();
  }

  /** Brings the view up to date. Throws `Farewell` when the mailbox is no more (RFC 2180 §3.3). */
  async look(): Promise<void> {
    if (!this.#isStale) return;
    // A ring from here on is for the next look.
    this.#isStale = false;
    try {
      await this.#refresh();
    } catch (fault) {
      this.#isStale = true;
      throw fault;
    }
  }

  async #refresh(): Promise<void> {
    const changes = await this.#store.messages.changes(this.key, this.#since);
    if (changes === undefined) throw new Farewell('The selected mailbox was deleted');
    const hasNew = changes.changed.some((state) => state.uid > this.view.uidMax);
    // RFC 3501 §2.3.2: one session is told that a message is \Recent; EXAMINE never takes that from others.
    const recentFrom = hasNew && !this.isReadOnly ? await this.#store.mailboxes.claimRecent(this.key.account, this.key.mailbox) : undefined;
    this.view.apply({ changed: changes.changed, vanished: changes.vanished, ...(recentFrom === undefined ? {} : { recentFrom }) });
    this.#since = changes.highestModseq;
    this.#uidNext = changes.uidNext;
  }

  /** Says what may be said now of what is known. */
  tell(out: Outlet, { mayExpunge, dialect }: { readonly mayExpunge: boolean; readonly dialect: Dialect }): void {
    const updates = this.view.take({ mayExpunge, tellsModseq: dialect.tellsModseq });
    for (const update of updates) if (update.kind === 'flags') this.tellFlags(out, update.flags);
    out.write(formatUpdates(updates, dialect));
    this.#noteTold();
  }

  #noteTold(): void {
    if (!this.view.hasUpdates({ mayExpunge: true, tellsModseq: true })) this.#toldModseq = this.#since;
  }

  /** Says that there are keywords the client has not heard of. RFC 3501 §7.2.6. */
  tellFlags(out: Outlet, flags: readonly Flag[]): void {
    if (!this.#learn(flags)) return;
    out.write(flagsLine(this.flags));
    if (!this.isReadOnly) out.write(untagged(ok('Keywords may be made', `PERMANENTFLAGS ${flagList(this.permanentFlags)}`)));
  }

  close(): void {
    this.#onRing = undefined;
    this.#ignore();
  }

  async #fill(): Promise<void> {
    const { account, mailbox } = this.key;
    const claimed = this.isReadOnly ? undefined : await this.#store.mailboxes.claimRecent(account, mailbox);
    const counts = this.isReadOnly ? await this.#store.mailboxes.counts(account, mailbox) : undefined;
    const states = await this.#store.messages.states(this.key);
    // Recent messages are the last ones: EXAMINE shows them and leaves them to others.
    const recentFrom = claimed ?? states[states.length - (counts?.recent ?? 0)]?.uid;
    this.view.apply({ changed: states, ...(recentFrom === undefined ? {} : { recentFrom }) });
    this.view.take({ mayExpunge: true });
    this.#learn(states.flatMap((state: MessageState) => state.flags));
  }

  /** Whether one of them is new. */
  #learn(flags: readonly Flag[]): boolean {
    let isNew = false;
    for (const flag of flags) {
      const key = flagKey(flag);
      if (this.#flags.has(key) || key === '\\recent') continue;
      this.#flags.set(key, flag);
      isNew = true;
    }
    return isNew;
  }
}
