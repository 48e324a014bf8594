/**
 * What is done to letters: flags, tags, moving, deleting; to every copy that one may touch.
 */
import type { Flag } from '@posthorn/mail/flags.ts';
import type { LetterCopy, LetterRow } from '@posthorn/store/letters.ts';
import type { AccountId, MailboxId, Uid } from '@posthorn/store/ids.ts';
import { UIDS_PER_ACT } from '@posthorn/store/messages.ts';
import type { MailboxKey } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';

export type ActStore = Pick<Store, 'messages' | 'mailboxes'>;

export interface Acting {
  readonly store: ActStore;
  readonly clock: Clock;
}

export async function changeFlags({ store, clock }: Acting, rows: readonly LetterRow[], { add, remove }: { readonly add: readonly Flag[]; readonly remove: readonly Flag[] }): Promise<void> {
  for (const { key, uids } of byMailbox(rows)) {
    if (add.length > 0) await store.messages.setFlags({ ...key, uids, how: 'add', flags: add, at: clock.now() });
    if (remove.length > 0) await store.messages.setFlags({ ...key, uids, how: 'remove', flags: remove, at: clock.now() });
  }
}

/** For good: there is no way back. */
export async function deleteLetters({ store, clock }: Acting, rows: readonly LetterRow[]): Promise<void> {
  for (const { key, uids } of byMailbox(rows)) {
    await store.messages.setFlags({ ...key, uids, how: 'add', flags: ['\\Deleted'], at: clock.now() });
    await store.messages.expunge({ ...key, uids, at: clock.now() });
  }
}

/** Each copy into the mailbox of that name of its own account, made where there is none. */
export async function moveLetters({ store, clock }: Acting, rows: readonly LetterRow[], name: string): Promise<void> {
  for (const { key, uids } of byMailbox(rows)) {
    const target = await mailboxOf({ store, clock }, key.account, name);
    if (target !== key.mailbox) await store.messages.move({ ...key, uids, target, at: clock.now() });
  }
}

async function mailboxOf({ store, clock }: Acting, account: AccountId, name: string): Promise<MailboxId> {
  const there = await store.mailboxes.byName(account, name);
  if (there !== undefined) return there.id;
  const made = await store.mailboxes.create(account, name, clock.now());
  const mailbox = made.kind === 'created' ? made.mailbox : await store.mailboxes.byName(account, name);
  if (mailbox === undefined) throw new Error('a mailbox went away as soon as it was made');
  return mailbox.id;
}

/** The copies by the mailbox in which they lie, as many at once as one act takes. */
function byMailbox(rows: readonly LetterRow[]): readonly { readonly key: MailboxKey; readonly uids: readonly Uid[] }[] {
  const groups = new Map<string, LetterCopy[]>();
  for (const copy of rows.flatMap(({ copies }) => copies)) {
    const key = `${copy.account} ${copy.mailbox}`;
    groups.set(key, [...groups.get(key) ?? [], copy]);
  }
  return [...groups.values()].flatMap((copies) => chunks(copies).flatMap((some) => {
    const [first] = some;
    return first === undefined ? [] : [{ key: { account: first.account, mailbox: first.mailbox }, uids: some.map(({ uid }) => uid) }];
  }));
}

function chunks<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / UIDS_PER_ACT) }, (_, index) => all.slice(index * UIDS_PER_ACT, (index + 1) * UIDS_PER_ACT));
}
