/**
 * Watches the books of one host, and makes letters of what is placed into mailboxes.
 *
 * A letter is seen once it is committed, whichever way it came: over SMTP, from the queue,
 * over HTTP. What a person appends or copies over IMAP is no arrival.
 */
import type { LedgerEntry, LetterNote } from '@posthorn/store/ledger.ts';
import { type AccountId, type MailboxId, type Modseq, modseq, uid, type Uid } from '@posthorn/store/ids.ts';
import type { MailboxKey, MessageRow, Messages } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import { Letter } from '../letter/letter.ts';
import type { Register } from '../waiting/register.ts';

export interface ArrivalsOptions {
  readonly store: Store;
  /** The name of the host. */
  readonly host: string;
  readonly register: Register;
  /** Of the world that the host is in. */
  readonly resolver: Resolver;
  /** Copies that were seen already: of a host that was restarted. */
  readonly seen?: Set<string>;
  /** What happens when the books cannot be read: only after they were closed. */
  readonly onFault: (fault: unknown) => void;
}

/** A commit that touched a mailbox. */
interface Commit {
  readonly key: MailboxKey;
  readonly stamp: number;
  readonly changes: ReturnType<Messages['changes']>;
}

interface Cursor {
  modseq: Modseq;
  /** The first UID that was not there yet. */
  next: Uid;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #end: (() => void)[];
  #commits: Commit[] = [];
  readonly #cursors = new Map<MailboxId, Cursor>();
  /** Each copy once, wherever a person moves it. */
  readonly #seen: Set<string>;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ArrivalsOptions) {
    this.#options = options;
    this.#seen = options.seen ?? new Set();
    const { store, register } = options;
    this.#end = [
      store.watch((change) => {
        if (change.kind !== 'mailbox') return;
        const key = { account: change.account, mailbox: change.mailbox };
        // Asked within the commit's own turn: what it brought is told from what comes next.
        const changes = store.messages.changes(key, this.#cursorOf(key.mailbox).modseq);
        changes.then((answer) => this.#advance(key.mailbox, answer), options.onFault);
        this.#commits.push({ key, stamp: register.stamp(), changes });
        // At once, before somebody can expunge it.
        this.look().catch(options.onFault);
      }),
      register.feed(() => this.look()),
    ];
  }

  /** One look at a time, so that letters keep their order. */
  look(): Promise<void> {
    const look = this.#looking.then(() => this.#look());
    this.#looking = look.catch(() => {});
    return look;
  }

  close(): void {
    for (const end of this.#end) end();
  }

  #cursorOf(mailbox: MailboxId): Cursor {
    const cursor = this.#cursors.get(mailbox) ?? { modseq: modseq(0), next: uid(1) };
    this.#cursors.set(mailbox, cursor);
    return cursor;
  }

  /** What was answered need not be asked again. */
  #advance(mailbox: MailboxId, answer: Awaited<Commit['changes']>): void {
    const cursor = this.#cursorOf(mailbox);
    if (answer !== undefined && answer.highestModseq > cursor.modseq) cursor.modseq = answer.highestModseq;
  }

  async #look(): Promise<void> {
    const commits = this.#commits;
    this.#commits = [];
    for (const { key, stamp, changes } of commits) {
      const cursor = this.#cursorOf(key.mailbox);
      const uids = (await changes)?.changed.map((state) => state.uid).filter((one) => one >= cursor.next).toSorted((a, b) => a - b) ?? [];
      const last = uids.at(-1);
      if (last === undefined) continue;
      cursor.next = uid(last + 1);
      for (const row of await this.#options.store.messages.rows(key, uids)) await this.#take(key.account, row, stamp);
    }
  }

  async #take(account: AccountId, row: MessageRow, stamp: number): Promise<void> {
    const { store, host, register, resolver } = this.#options;
    const key = `${row.letter} ${account}`;
    if (this.#seen.has(key)) return;
    const { note, entries } = await store.ledger.ofLetter(row.letter);
    if (note === undefined) return;
    this.#seen.add(key);
    const chunks: Buffer[] = [];
    for await (const chunk of store.contents.read(row.content)) chunks.push(chunk);
    const letter = new Letter({
      id: row.letter,
      recipient: await this.#recipientOf(account, entries),
      envelope: envelopeOf(note),
      session: sessionOf(entries),
      host,
      receivedAt: row.internalDate,
      raw: Buffer.concat(chunks),
      trace: row.prefix.toString('utf8'),
      resolver,
    });
    register.add({ letter, stamp });
  }

  /** As the sender named it; the account's own address where an alias led there. */
  async #recipientOf(account: AccountId, entries: readonly LedgerEntry[]): Promise<string> {
    const placed = entries.find((entry) => entry.account === account && entry.recipient !== undefined);
    return placed?.recipient ?? (await this.#options.store.accounts.byId(account))?.address ?? '';
  }
}

function envelopeOf({ sender, recipients }: LetterNote): Letter['envelope'] {
  return { from: sender, to: recipients };
}

function sessionOf(entries: readonly LedgerEntry[]): Letter['session'] {
  const detail = entries.find(({ act }) => act === 'accepted')?.detail ?? {};
  const text = (name: string): string | null => (typeof detail[name] === 'string' ? detail[name] : null);
  return {
    id: text('session') ?? '',
    listener: text('listener') ?? '',
    client: text('client') ?? '',
    helo: text('helo') ?? '',
    tls: text('tls'),
    user: text('user'),
  };
}
