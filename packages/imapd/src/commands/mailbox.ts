/**
 * The tree of mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE.
 *
 * RFC 9051 §6.3.4 to §6.3.8; RFC 6154 §3 (CREATE-SPECIAL-USE); response codes: RFC 5530 §3.
 */
import { mailboxObjectId } from '@posthorn/imap/object-id.ts';
import type { SpecialUse } from '@posthorn/store/mailboxes.ts';
import type { KnownExchange } from '../exchange.ts';
import { isMailboxName } from '../mailbox-names.ts';
import { type Reply, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function create({ session, account }: KnownExchange, { mailbox, specialUse }: CommandNamed<'CREATE'>): Promise<Reply> {
  const { store, clock } = session.services;
  const use = useOf(specialUse ?? []);
  if (use === undefined) return no('USEATTR', 'A mailbox has one use at most: \\Archive, \\Drafts, \\Junk, \\Sent or \\Trash');
  // RFC 9051 §6.3.4: a delimiter at the end only says that there will be mailboxes below.
  const name = mailbox.endsWith('/') ? mailbox.slice(0, -1) : mailbox;
  if (!isMailboxName(name)) return badName();
  const answer = await store.mailboxes.create(account.id, name, clock.now(), ...use);
  switch (answer.kind) {
    // RFC 8474 §4.1.
    case 'created': return ok('CREATE done', `MAILBOXID (${mailboxObjectId(answer.mailbox.id)})`);
    case 'use-taken': return no('USEATTR', 'Another mailbox has that use');
    case 'exists': return no('ALREADYEXISTS', 'There is such a mailbox already');
    default: return answer satisfies never;
  }
}

/** RFC 6154 §3: the uses that can be chosen; \\All and \\Flagged would be views of other mailboxes. */
const USES: readonly SpecialUse[] = ['\\Archive', '\\Drafts', '\\Junk', '\\Sent', '\\Trash'];

/** One, or none; undefined: what cannot be. */
function useOf(asked: readonly string[]): readonly SpecialUse[] | undefined {
  const uses = new Set(asked.map((name) => USES.find((use) => use.toLowerCase() === name.toLowerCase())));
  const [use] = uses;
  if (uses.size === 0) return [];
  return uses.size === 1 && use !== undefined ? [use] : undefined;
}

/** DELETE. */
export async function remove({ session, account }: KnownExchange, { mailbox: name }: CommandNamed<'DELETE'>): Promise<Reply> {
  const { store, clock } = session.services;
  const { state } = session;
  const mailbox = await store.mailboxes.byName(account.id, name);
  const answer = await store.mailboxes.remove(account.id, name, clock.now());
  switch (answer.kind) {
    case 'done':
      // Whoever deletes the mailbox that is open in front of them has closed it.
      if (state.kind === 'selected' && state.selected.key.mailbox === mailbox?.id) session.deselect();
      return ok('DELETE done');
    case 'no-mailbox': return noMailbox();
    case 'is-inbox': return no('CANNOT', 'INBOX cannot be deleted');
    default: return answer satisfies never;
  }
}

export async function rename({ session, account }: KnownExchange, { from, to }: CommandNamed<'RENAME'>): Promise<Reply> {
  const { store, clock } = session.services;
  const target = to.endsWith('/') ? to.slice(0, -1) : to;
  if (!isMailboxName(target)) return badName();
  const answer = await store.mailboxes.rename(account.id, from, target, clock.now());
  switch (answer.kind) {
    case 'done':
      // RFC 9051 §6.3.6: INBOX may be the open one, and has just lost its letters.
      if (session.state.kind === 'selected') session.state.selected.ring();
      return ok('RENAME done');
    case 'no-mailbox': return noMailbox();
    case 'exists': return no('ALREADYEXISTS', 'There is such a mailbox already');
    case 'within-itself': return no('CANNOT', 'A mailbox cannot be moved below itself');
    default: return answer satisfies never;
  }
}

/** RFC 9051 §6.3.7: the name need not be a mailbox's. */
export async function subscribe({ session, account }: KnownExchange, { mailbox }: CommandNamed<'SUBSCRIBE'>): Promise<Reply> {
  if (!isMailboxName(mailbox)) return badName();
  await session.services.store.mailboxes.subscribe(account.id, mailbox);
  return ok('SUBSCRIBE done');
}

export async function unsubscribe({ session, account }: KnownExchange, { mailbox }: CommandNamed<'UNSUBSCRIBE'>): Promise<Reply> {
  await session.services.store.mailboxes.unsubscribe(account.id, mailbox);
  return ok('UNSUBSCRIBE done');
}

function badName(): Reply {
  return no('CANNOT', 'A mailbox cannot have that name');
}

function noMailbox(): Reply {
  return no('NONEXISTENT', 'There is no such mailbox');
}
