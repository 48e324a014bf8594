/**
 * The tree of mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE.
 *
 * RFC 9051 §6.3.4 to §6.3.8; RFC 6154 §3 (CREATE-SPECIAL-USE); response codes: RFC 5530 §3.
 */
import { mailboxObjectId } from '@posthorn/imap/object-id.ts';
import type { SpecialUse } from '@posthorn/store/mailboxes.ts';
import type { MailboxKey } from '@posthorn/store/messages.ts';
import type { Store } from '@posthorn/store/store.ts';
import { siteOf } from '../access.ts';
import { type KnownExchange, reaching } from '../exchange.ts';
import { isMailboxName } from '../mailbox-names.ts';
import { type Reply, no, noPermission, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function create({ session, account }: KnownExchange, { mailbox, specialUse }: CommandNamed<'CREATE'>): Promise<Reply> {
  const { store, clock } = session.services;
  const use = useOf(specialUse ?? []);
  if (use === undefined) return no('USEATTR', 'A mailbox has one use at most: \\Archive, \\Drafts, \\Junk, \\Sent or \\Trash');
  // RFC 9051 §6.3.4: a delimiter at the end only says that there will be mailboxes below.
  const name = mailbox.endsWith('/') ? mailbox.slice(0, -1) : mailbox;
  if (!isMailboxName(name)) return badName();
  const site = await siteOf(store, account, name);
  if (site.kind !== 'site') return site.kind === 'denied' ? noPermission() : no('CANNOT', 'There is nothing to make it below');
  const answer = await store.mailboxes.create(site.account, site.name, clock.now(), ...use);
  switch (answer.kind) {
    case 'created':
      await inherit(store, { account: site.account, mailbox: answer.mailbox.id }, site.name);
      // RFC 8474 §4.1.
      return ok('CREATE done', `MAILBOXID (${mailboxObjectId(answer.mailbox.id)})`);
    case 'use-taken': return no('USEATTR', 'Another mailbox has that use');
    case 'exists': return no('ALREADYEXISTS', 'There is such a mailbox already');
    default: return answer satisfies never;
  }
}

/** RFC 4314 §5.1: who may do what above may do it here. */
async function inherit({ mailboxes, sharing }: Pick<Store, 'mailboxes' | 'sharing'>, key: MailboxKey, name: string): Promise<void> {
  const above = name.includes('/') ? await mailboxes.byName(key.account, name.slice(0, name.lastIndexOf('/'))) : undefined;
  if (above === undefined) return;
  for (const { who, rights } of await sharing.grants({ account: key.account, mailbox: above.id })) await sharing.grant(key, who, rights);
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
export async function remove(exchange: KnownExchange, { mailbox: name }: CommandNamed<'DELETE'>): Promise<Reply> {
  const { session } = exchange;
  const { store, clock } = session.services;
  return reaching(exchange, { name, purpose: 'delete' }, async ({ key, mailbox }) => {
    const { state } = session;
    const answer = await store.mailboxes.remove(key.account, mailbox.name, clock.now());
    switch (answer.kind) {
      case 'done':
        // Whoever deletes the mailbox that is open in front of them has closed it.
        if (state.kind === 'selected' && state.selected.key.mailbox === mailbox.id) session.deselect();
        return ok('DELETE done');
      case 'no-mailbox': return noMailbox();
      case 'is-inbox': return no('CANNOT', 'INBOX cannot be deleted');
      default: return answer satisfies never;
    }
  });
}

export async function rename(exchange: KnownExchange, { from, to }: CommandNamed<'RENAME'>): Promise<Reply> {
  const { session, account } = exchange;
  const { store, clock } = session.services;
  const target = to.endsWith('/') ? to.slice(0, -1) : to;
  if (!isMailboxName(target)) return badName();
  return reaching(exchange, { name: from, purpose: 'rename' }, async ({ key, mailbox }) => {
    const site = await siteOf(store, account, target);
    if (site.kind === 'denied') return noPermission();
    // What is in INBOX would move (RFC 9051 §6.3.6), and that is its owner's to do.
    if (site.kind === 'none' || site.account !== key.account || (mailbox.name === 'INBOX' && key.account !== account.id)) {
      return no('CANNOT', 'It cannot become that');
    }
    const answer = await store.mailboxes.rename(key.account, mailbox.name, site.name, clock.now());
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
  });
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
