/**
 * Rights in mailboxes: SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS. RFC 4314 §3.
 *
 * What a right allows is decided in `access.ts`. Identifiers are addresses of accounts, and
 * `anyone`; there are no groups and no negative rights (§2 lets a server be without).
 */
import { type Rights, ALL_RIGHTS, changedRights, parseRights, storeRights, storedRights } from '@posthorn/imap/rights.ts';
import { aclLine, listRightsLine, myRightsLine } from '@posthorn/imap/sharing-response.ts';
import { addressKey, parseAddress } from '@posthorn/mail/address.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { Grantee } from '@posthorn/store/sharing.ts';
import type { Store } from '@posthorn/store/store.ts';
import { type KnownExchange, reaching } from '../exchange.ts';
import { type Reply, bad, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

export async function setAcl(exchange: KnownExchange, { mailbox, identifier, how, rights }: CommandNamed<'SETACL'>): Promise<Reply> {
  const named = parseRights(rights);
  // RFC 4314 §3.1.
  if (named === undefined) return bad('Some of these are no rights');
  return change(exchange, { mailbox, identifier }, (before) => changedRights(before, how, named));
}

export async function deleteAcl(exchange: KnownExchange, { mailbox, identifier }: CommandNamed<'DELETEACL'>): Promise<Reply> {
  return change(exchange, { mailbox, identifier }, () => new Set());
}

async function change(exchange: KnownExchange, { mailbox, identifier }: Pick<CommandNamed<'DELETEACL'>, 'mailbox' | 'identifier'>, rightsOf: (before: Rights) => Rights): Promise<Reply> {
  const { sharing, accounts } = exchange.session.services.store;
  return reaching(exchange, { name: mailbox, purpose: 'administer' }, async ({ key }) => {
    const who = await granteeOf({ accounts }, identifier);
    if (who === undefined) return no('CANNOT', 'An identifier is the address of an account here, or "anyone"');
    if (who === key.account) return no('CANNOT', 'An owner has all rights, and cannot lose any');
    const before = (await sharing.grants(key)).find((grant) => grant.who === who);
    const isDone = await sharing.grant(key, who, storeRights(rightsOf(storedRights(before?.rights ?? ''))));
    return isDone ? ok('Done') : no('NONEXISTENT', 'There is no such mailbox');
  });
}

export async function getAcl(exchange: KnownExchange, { mailbox }: CommandNamed<'GETACL'>): Promise<Reply> {
  const { session, out } = exchange;
  const { store } = session.services;
  return reaching(exchange, { name: mailbox, purpose: 'administer' }, async ({ key, name }) => {
    const owner = await identifierOf(store, key.account);
    const grants = [{ identifier: owner, rights: ALL_RIGHTS }];
    for (const { who, rights } of await store.sharing.grants(key)) grants.push({ identifier: await identifierOf(store, who), rights: storedRights(rights) });
    out.write(aclLine(name, grants, session.dialect));
    return ok('GETACL done');
  });
}

export async function listRights(exchange: KnownExchange, { mailbox, identifier }: CommandNamed<'LISTRIGHTS'>): Promise<Reply> {
  const { session, out } = exchange;
  return reaching(exchange, { name: mailbox, purpose: 'administer' }, async ({ key, name }) => {
    const who = await granteeOf(session.services.store, identifier);
    if (who === undefined) return no('CANNOT', 'An identifier is the address of an account here, or "anyone"');
    out.write(listRightsLine(name, identifier, { isOwner: who === key.account }, session.dialect));
    return ok('LISTRIGHTS done');
  });
}

export async function myRights(exchange: KnownExchange, { mailbox }: CommandNamed<'MYRIGHTS'>): Promise<Reply> {
  const { session, out } = exchange;
  return reaching(exchange, { name: mailbox, purpose: 'ask own rights' }, async ({ name, rights }) => {
    out.write(myRightsLine(name, rights, session.dialect));
    return ok('MYRIGHTS done');
  });
}

/** Undefined: nobody of that name is here. */
async function granteeOf({ accounts }: Pick<Store, 'accounts'>, identifier: string): Promise<Grantee | undefined> {
  if (identifier === 'anyone') return 'anyone';
  const address = parseAddress(identifier);
  return address === undefined ? undefined : (await accounts.byAddress(addressKey(address)))?.id;
}

async function identifierOf({ accounts }: Pick<Store, 'accounts'>, who: Grantee | AccountId): Promise<string> {
  // An account that is gone takes its grants along; one that goes right now is told by a name nobody has.
  return who === 'anyone' ? who : (await accounts.byId(who))?.address ?? '-';
}
